"""`schoolgate authority staff|staff-member|staff-change` and `users rights`, in this process."""

import json
import os

import pytest
from click.testing import CliRunner, Result
from tests.authority.importing.importing_files import bring_in
from tests.authority.importing.staff_files import MIRIAM, bring_in_staff, made_up_staff
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.models import Pupil, StaffMember
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.sites.cli import main


@pytest.fixture(autouse=True)
def same_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command names its site there; the next test must not find it."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", os.environ["DJANGO_SETTINGS_MODULE"])


@pytest.fixture
def miriam(green_abbey: Base) -> Pupil:
    bring_in(green_abbey, [a_pupil()])
    bring_in_staff(green_abbey, [MIRIAM, *made_up_staff(2)])
    return StaffMember.objects.get(upn="0912345")


def call(*words: str) -> Result:
    return CliRunner().invoke(main, ["authority", *words])


def test_staff_are_listed_without_pupils_and_that_stands_in_the_audit_of_staff(miriam: Pupil) -> None:
    assert len(json.loads(call("staff", "--json").stdout)) == 3
    assert [one["number"] for one in json.loads(call("staff", "hartley", "--json").stdout)] == [miriam.pk]
    assert "No member of staff fits." in call("staff", "okafor").output
    assert {entry.about for entry in AuditEntry.objects.filter(did="staff listed")} == {"staff records"}


def test_pupils_are_listed_without_staff(miriam: Pupil) -> None:
    assert [one["surname"] for one in json.loads(call("pupils", "--json").stdout)] == ["Okafor"]
    assert call("pupil", str(miriam.pk)).exit_code == 1


def test_what_is_held_of_a_member_is_told_with_where_it_is_from(miriam: Pupil) -> None:
    told = json.loads(call("staff-member", str(miriam.pk), "--json").stdout)
    held = {(one["group"], one["item"]): one["value"] for one in told["held"]}
    assert held["staff-identifiers", "TeacherNumber"] == "0912345"
    pupil = Pupil.objects.get()
    assert "no member of staff" in call("staff-member", str(pupil.pk)).output


def test_a_value_of_a_member_is_changed_by_hand_and_none_of_a_pupils_groups(miriam: Pupil) -> None:
    why = ("--reason", "As asked.")
    assert call("staff-change", str(miriam.pk), "staff-details", "PreferredGivenName", "Mim", *why).exit_code == 0
    miriam.refresh_from_db()
    assert miriam.preferred_forename == "Mim"
    assert call("staff-change", str(miriam.pk), "basic-details", "Surname", "Blake", *why).exit_code == 2
    assert call("pupil-change", str(miriam.pk), "staff-details", "PreferredGivenName", "Mim", *why).exit_code == 1


def test_a_right_is_given_and_taken_by_command(officer: User) -> None:
    given = json.loads(call("users", "rights", officer.username, "--give", "staff-records", "--json").stdout)
    assert given["rights"] == ["staff-records"]
    assert "no right beyond the role" in call("users", "rights", officer.username, "--take", "staff-records").output
    assert AuditEntry.objects.filter(did="rights changed").count() == 2


def test_a_right_that_the_site_does_not_have_is_a_wrong_call(officer: User) -> None:
    answer = call("users", "rights", officer.username, "--give", "everything")
    assert (answer.exit_code, "restricted-pupils" in answer.output) == (2, True)
    assert call("users", "rights", "nobody").exit_code == 1
