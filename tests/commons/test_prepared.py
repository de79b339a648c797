"""Statements whose SQL is worked out once do what the querysets and objects that they are made of would do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext

from schoolgate.commons.accounts.models import User
from schoolgate.commons.journal.models import JournalLine
from schoolgate.commons.journal.writing import write
from schoolgate.commons.prepared import (
    Inserting,
    Prepared,
    PreparedDelete,
    PreparedUpdate,
    aware,
    insert,
    new_row,
    row_of,
)

LONG_AGO = datetime(1999, 1, 1, tzinfo=UTC)


def written(level: str, since: datetime) -> Any:
    return JournalLine.objects.filter(level=level, at__gt=since).values_list("message", "at")


@pytest.fixture
def line(db: None) -> JournalLine:
    return write("WARN", "A lamp is out.")


def test_it_finds_by_other_values_than_it_was_made_with(line: JournalLine) -> None:
    prepared = Prepared(written, "a level", LONG_AGO)
    before = line.at - timedelta(microseconds=1)
    ((message, at),) = prepared.rows("WARN", before)
    assert (message, aware(at)) == ("A lamp is out.", line.at)
    assert prepared.rows("WARN", line.at) == []
    assert prepared.rows("INFO", before) == []


def test_a_time_in_another_zone_is_the_same_instant(line: JournalLine) -> None:
    prepared = Prepared(written, "a level", LONG_AGO)
    local = line.at.astimezone(None)
    assert prepared.rows("WARN", local) == []
    assert len(prepared.rows("WARN", local - timedelta(seconds=1))) == 1


def test_the_queryset_is_built_once(line: JournalLine) -> None:
    built: list[str] = []

    def build(level: str, since: datetime) -> Any:
        built.append(level)
        return written(level, since)

    prepared = Prepared(build, "a level", LONG_AGO)
    with CaptureQueriesContext(connection) as asked:
        for _ in range(3):
            prepared.rows("WARN", LONG_AGO)
    assert (built, len(asked)) == (["a level"], 3)


def test_a_change_changes_what_its_queryset_finds_and_tells_how_many(line: JournalLine) -> None:
    other = write("INFO", "The lamp is on.")
    prepared = PreparedUpdate(
        lambda level, at, told: (JournalLine.objects.filter(level=level), {"hidden_at": at, "details": told}),
        "a level",
        LONG_AGO,
        "a word",
    )
    noon = datetime(2026, 11, 26, 12, tzinfo=UTC)
    assert (prepared.run("WARN", noon, "mended"), prepared.run("ERROR", noon, "mended")) == (1, 0)
    line.refresh_from_db()
    other.refresh_from_db()
    assert (line.hidden_at, line.details, other.hidden_at) == (noon, "mended", None)


def test_a_row_that_is_added_is_the_one_that_saving_would_have_made(db: None) -> None:
    added = JournalLine(level="INFO", message="100 % of the lamps are on.", link="/lamps/")
    insert(added)
    kept = JournalLine.objects.get()
    assert kept == added
    assert (kept.at, kept.message, kept.link, kept.hidden_at) == (added.at, added.message, "/lamps/", None)


def test_a_row_that_was_added_can_be_changed_and_saved(db: None) -> None:
    added = JournalLine(level="INFO", message="A lamp.")
    insert(added)
    added.message = "Two lamps."
    added.save()
    assert list(JournalLine.objects.values_list("message", flat=True)) == ["Two lamps."]


def test_a_new_row_is_what_the_model_would_have_made() -> None:
    said = {"level": "INFO", "message": "A lamp."}
    made, by_model = new_row(JournalLine, **said), JournalLine(**said)
    names = {field.attname for field in JournalLine._meta.concrete_fields} - {"at"}
    assert {name: getattr(made, name) for name in names} == {name: getattr(by_model, name) for name in names}
    assert (made._state.adding, made._state.db) == (True, None)
    assert by_model.at - made.at < timedelta(seconds=5)


def test_a_new_row_takes_what_is_said_over_what_would_be_made_for_it() -> None:
    assert new_row(JournalLine, at=LONG_AGO).at == LONG_AGO


def test_each_new_row_has_a_list_of_its_own() -> None:
    rows = [new_row(User), new_row(User)]
    rows[0].rights.append("see-it-all")
    assert rows[1].rights == []


def test_a_new_row_has_no_columns_that_its_table_lacks() -> None:
    with pytest.raises(TypeError, match="no column"):
        new_row(JournalLine, lamp="on")


def test_a_new_row_can_be_saved_too(db: None) -> None:
    new_row(JournalLine, level="INFO", message="A lamp.").save()
    assert JournalLine.objects.get().message == "A lamp."


def test_a_removal_takes_what_its_queryset_finds_and_tells_how_many(line: JournalLine) -> None:
    other = write("INFO", "The lamp is on.")
    prepared = PreparedDelete(lambda level: JournalLine.objects.filter(level=level), "a level")
    assert (prepared.run("WARN"), prepared.run("WARN")) == (1, 0)
    assert list(JournalLine.objects.all()) == [other]


@pytest.mark.parametrize("microsecond", [0, 250_000])
def test_a_time_is_kept_as_the_model_keeps_it(db: None, microsecond: int) -> None:
    at = datetime(2026, 11, 26, 12, 0, 0, microsecond, tzinfo=UTC)
    JournalLine(level="INFO", message="By the model.", at=at).save()
    insert(new_row(JournalLine, level="INFO", message="Prepared.", at=at))
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT at FROM journal_journalline")
        assert len(cursor.fetchall()) == 1


def lamps(number: int) -> Inserting:
    empty = dict.fromkeys(("la", "destination_la", "school", "kind", "details", "link"), "")
    rows = [{"at": LONG_AGO, "level": "INFO", "message": f"Lamp {lamp}.", **empty} for lamp in range(number)]
    return Inserting(JournalLine, rows)


def test_many_rows_are_added_by_few_statements(db: None) -> None:
    with CaptureQueriesContext(connection) as asked:
        lamps(60).run()
        lamps(0).run()
    assert len(asked) == (1 if connection.vendor == "sqlite" else 3)
    assert JournalLine.objects.count() == 60
    assert {line.at for line in JournalLine.objects.all()} == {LONG_AGO}


def test_rows_made_ready_are_not_there_before_they_are_added(db: None) -> None:
    ready = lamps(1)
    assert not JournalLine.objects.exists()
    ready.run()
    assert JournalLine.objects.get().message == "Lamp 0."


def test_an_example_that_is_not_found_again_is_an_error(db: None) -> None:
    lost = Prepared(lambda level: JournalLine.objects.filter(level=level[:1]).values_list("pk"), "a level")
    with pytest.raises(ValueError, match="not found again"):
        lost.rows("WARN")


def test_a_change_tells_its_rows_as_they_are_then(line: JournalLine) -> None:
    prepared = PreparedUpdate(
        lambda pk, told: (JournalLine.objects.filter(pk=pk), {"details": Concat(F("level"), Value(told))}),
        -1,
        " a word",
        returning=["level", "details"],
    )
    assert prepared.changed(line.pk, ": mended") == [("WARN", "WARN: mended")]
    assert prepared.changed(line.pk + 1, ": mended") == []


def test_the_object_of_a_row_is_known_to_be_in_the_database(line: JournalLine) -> None:
    row = row_of(JournalLine, ("id",), (line.pk,))
    assert (row._state.adding, row._state.db) == (False, "default")


def test_the_object_of_a_row_reads_the_rest_when_it_is_asked_for(line: JournalLine) -> None:
    row = row_of(JournalLine, ("id", "message"), (line.pk, "As it was read."))
    with CaptureQueriesContext(connection) as asked:
        assert (row, row.message, row.level) == (line, "As it was read.", "WARN")
    assert len(asked) == 1


def test_with_nobody_looking_on_it_finds_the_same(line: JournalLine) -> None:
    prepared = Prepared(written, "a level", LONG_AGO)
    unseen = prepared.rows("WARN", LONG_AGO)
    with CaptureQueriesContext(connection):
        assert prepared.rows("WARN", LONG_AGO) == unseen != []


def test_what_the_database_refuses_is_an_error_of_django_s(line: JournalLine) -> None:
    with pytest.raises(DatabaseError):
        Inserting(JournalLine, [{"message": "A lamp."}], "ON WHATEVER").run()
