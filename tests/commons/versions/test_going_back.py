"""An older program leaves a newer one's database alone."""

import pytest
from django.db.migrations.recorder import MigrationRecorder

from schoolgate.commons.versions.going_back import DatabaseIsNewer, note_this_program, refuse_a_newer_database
from schoolgate.commons.versions.models import ProgramVersion

pytestmark = pytest.mark.django_db

A_LATER_MIGRATION = ("jobs", "0099_what_only_later_programs_know")


def carry_out_a_later_migration() -> None:
    MigrationRecorder.Migration(app=A_LATER_MIGRATION[0], name=A_LATER_MIGRATION[1]).save()


def test_a_database_of_this_program_is_taken() -> None:
    note_this_program("1.2.0")
    refuse_a_newer_database("1.2.0")


def test_a_database_of_an_older_program_is_taken() -> None:
    note_this_program("1.2.0")
    refuse_a_newer_database("1.3.0")


def test_a_database_that_says_nothing_of_versions_is_taken() -> None:
    refuse_a_newer_database("1.0.0")


@pytest.mark.parametrize(("newer", "older"), [("1.3.0", "1.2.9"), ("1.10.0", "1.9.0"), ("2.0", "1.99.99")])
def test_a_newer_programs_database_is_refused_by_both_numbers(newer: str, older: str) -> None:
    note_this_program(newer)
    with pytest.raises(DatabaseIsNewer, match=rf"Schoolgate {newer}; this program is {older}.*Install Schoolgate"):
        refuse_a_newer_database(older)


def test_the_newest_of_all_that_were_there_counts() -> None:
    for version in ("2.0.0", "1.0.0"):
        note_this_program(version)
    with pytest.raises(DatabaseIsNewer):
        refuse_a_newer_database("1.5.0")


def test_a_migration_that_this_program_lacks_tells_where_no_version_was_noted() -> None:
    carry_out_a_later_migration()
    with pytest.raises(DatabaseIsNewer, match="jobs 0099_what_only_later_programs_know"):
        refuse_a_newer_database("1.0.0")


def test_a_migration_that_this_program_lacks_tells_two_programs_of_one_number_apart() -> None:
    note_this_program("1.0.0")
    carry_out_a_later_migration()
    with pytest.raises(DatabaseIsNewer, match=r"a later state of 1\.0\.0"):
        refuse_a_newer_database("1.0.0")


def test_a_migration_that_a_newer_program_has_put_aside_is_no_reason() -> None:
    note_this_program("1.0.0")
    carry_out_a_later_migration()
    refuse_a_newer_database("1.1.0")


def test_another_sites_rooms_are_not_looked_at() -> None:
    MigrationRecorder.Migration(app="a_room_of_another_site", name="0001_initial").save()
    refuse_a_newer_database("1.0.0")


def test_a_program_is_noted_once() -> None:
    note_this_program("1.0.0")
    note_this_program("1.0.0")
    assert ProgramVersion.objects.count() == 1
