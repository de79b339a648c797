"""`schoolgate authority pupils|pupil`, in this process."""

import json
import os

import pytest
from click.testing import CliRunner, Result
from tests.authority.records.groups.files import made_up_records
from tests.authority.records.holding import hold
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.models import Pupil, Restriction
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.sites.cli import main


@pytest.fixture(autouse=True)
def same_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command names its site there; the next test must not find it."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", os.environ["DJANGO_SETTINGS_MODULE"])


@pytest.fixture
def daniel(green_abbey: Base, oak_lane: Base) -> Pupil:
    hold(oak_lane, UPN="R820432124002", Surname="Bell", Forename="Amy")
    return hold(green_abbey)


def call(*words: str) -> Result:
    return CliRunner().invoke(main, ["authority", *words])


def test_all_pupils_are_listed_with_their_schools_by_name(daniel: Pupil) -> None:
    amy, second = json.loads(call("pupils", "--json").stdout)
    assert (amy["surname"], second["number"]) == ("Bell", daniel.pk)
    assert (second["upn"], second["born"], second["sex"], second["on_roll"]) == (
        "R820432124001",
        "2013-02-14",
        "M",
        True,
    )
    (base,) = second["bases"]
    assert (base["la"], base["school"], base["year"], base["to"]) == ("820", "4321", "9", None)
    assert second["updated"].endswith("Z")
    assert len(json.loads(call("pupils", "--json", "--limit", "1").stdout)) == 1


def test_pupils_are_found_by_text_and_by_school(daniel: Pupil) -> None:
    assert [one["surname"] for one in json.loads(call("pupils", "oka dan 14/2/13", "--json").stdout)] == ["Okafor"]
    assert [one["surname"] for one in json.loads(call("pupils", "--base", "8202107", "--json").stdout)] == ["Bell"]
    assert "Okafor" in call("pupils", "dan").output
    assert "No pupil fits." in call("pupils", "zzz").output


@pytest.mark.parametrize("words", [("--base", "8209999"), ("--base", "nowhere"), ("- -",)])
def test_what_cannot_be_looked_for_is_a_wrong_call(daniel: Pupil, words: tuple[str, ...]) -> None:
    assert call("pupils", *words).exit_code == 2


def test_one_pupil_tells_each_value_with_its_origin(green_abbey: Base) -> None:
    whole = max(made_up_records(), key=lambda record: len(str(record)))
    pupil = hold(green_abbey, record={**whole, **a_pupil(BasicDetails=whole["BasicDetails"])})
    told = json.loads(call("pupil", str(pupil.pk), "--json").stdout)
    held = {(one["group"], one["item"]): one for one in told["held"]}
    surname = held["basic-details", "Surname"]
    assert (surname["value"], surname["from"], surname["school"]) == ("Okafor", "8204321_CES_820LLLL_001.xml", None)
    assert surname["since"].endswith("Z")
    assert held["attendance", "Attendance"]["school"] == "8204321"
    assert held["attendance", "Attendance"]["value"]["LEA"]
    assert "Okafor" in call("pupil", str(pupil.pk)).output


def test_a_pupil_who_is_none_is_a_failure_with_the_next_step(daniel: Pupil) -> None:
    answer = call("pupil", str(daniel.pk + 1))
    assert answer.exit_code == 1
    assert "schoolgate authority pupils" in answer.output


def test_looks_from_the_command_line_stand_in_the_audit(daniel: Pupil) -> None:
    call("pupils", "okafor")
    call("pupil", str(daniel.pk))
    assert AuditEntry.objects.get(did="pupils listed").details == "“okafor”: 1 listed"
    assert AuditEntry.objects.about(f"pupil {daniel.pk}").get().who == "the system"


def test_restricted_pupils_are_left_out_unless_asked_for_which_is_on_record(daniel: Pupil) -> None:
    Restriction.objects.create(pupil=daniel, why="Court order")
    assert [one["surname"] for one in json.loads(call("pupils", "--json").stdout)] == ["Bell"]
    assert call("pupil", str(daniel.pk)).exit_code == 1
    assert not AuditEntry.objects.filter(did="restricted pupil opened").exists()
    assert len(json.loads(call("pupils", "--restricted", "--json").stdout)) == 2
    assert "Okafor" in call("pupil", str(daniel.pk), "--restricted").stdout
    assert AuditEntry.objects.filter(did="pupils listed, restricted ones too").exists()
    assert AuditEntry.objects.get(did="restricted pupil opened").who == "the system"


def test_a_value_is_changed_by_hand_with_a_reason(daniel: Pupil) -> None:
    words = ("pupil-change", str(daniel.pk), "basic-details", "Surname")
    assert call(*words, "Blake").exit_code == 2
    assert call(*words, "Blake", "--reason", "Deed poll seen.").exit_code == 0
    daniel.refresh_from_db()
    assert daniel.surname == "Blake"
    assert "needed" in call(*words, "--remove", "--reason", "Wrong.").output
    phones = call("pupil-change", str(daniel.pk), "telephones", "Phones", "no JSON", "--reason", "Told.")
    assert "as JSON" in phones.output
    assert call("pupil-change", str(daniel.pk), "enrolment", "EnrolStatus", "P", "--reason", "Left.").exit_code == 2
