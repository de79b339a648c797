"""`schoolgate authority unmatched`, in this process."""

import json
import os
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.authority.importing.importing_files import bring_in
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.carrying_out import Ruling
from schoolgate.authority.importing.models import Unmatched
from schoolgate.authority.records.models import Pupil, Restriction
from schoolgate.sites.cli import main

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def same_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command names its site there; the next test must not find it."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", os.environ["DJANGO_SETTINGS_MODULE"])


@pytest.fixture
def daniel(green_abbey: Base, oak_lane: Base) -> Pupil:
    """A held pupil, and a record of another school that is near."""
    bring_in(green_abbey, [a_pupil()])
    stranger = a_pupil(UPN="F820432124002", Surname="Okafor-Bell", Forename="Dan")
    bring_in(oak_lane, [stranger], ruling=Ruling(demo=True, add_unmatched=False))
    return Pupil.objects.get()


def run(*words: Any) -> Result:
    return CliRunner().invoke(main, ["authority", "unmatched", *map(str, words)])


def test_who_waits_is_listed_with_whom_it_might_be_and_matched(daniel: Pupil) -> None:
    (row,) = json.loads(run("--json").stdout)
    assert (row["surname"], row["base"], row["near"]) == ("Okafor-Bell", "8202107", [daniel.pk])
    done = json.loads(run("match", f"{row['number']}:{row['seen']}", daniel.pk, "--json").stdout)
    assert (done["pupil"], done["followed"]) == (daniel.pk, [])
    assert daniel.enrolments.count() == 2
    assert "Every pupil is matched." in run().stdout


def test_what_was_seen_must_still_stand(daniel: Pupil) -> None:
    answer = run("add", f"{Unmatched.objects.get().pk}:{'00' * 16}")
    assert answer.exit_code == 1
    assert "changed since you looked" in answer.output
    assert Pupil.objects.count() == 1


def test_a_record_is_added_or_discarded(daniel: Pupil) -> None:
    number = Unmatched.objects.get().pk
    assert run("discard", number).exit_code == 0
    assert json.loads(run("--held-back", "--json").stdout)[0]["number"] == number
    assert "Added by hand".lower() in run("add", number).stdout
    assert Pupil.objects.count() == 2


def test_a_restricted_pupil_is_not_there(daniel: Pupil) -> None:
    Restriction.objects.create(pupil=daniel, why="court order")
    assert run("match", Unmatched.objects.get().pk, daniel.pk).exit_code == 1
    assert daniel.enrolments.count() == 1


def test_a_record_that_was_held_back_waits_again(daniel: Pupil) -> None:
    number = Unmatched.objects.get().pk
    assert run("ask-again", number).exit_code == 1
    run("discard", number)
    assert "waits again" in run("ask-again", number).stdout
    assert not Unmatched.objects.get().held_back


def test_a_match_is_taken_back_and_its_record_waits(daniel: Pupil) -> None:
    run("match", Unmatched.objects.get().pk, daniel.pk)
    assert run("unmatch", daniel.pk, "8207777").exit_code == 1
    done = json.loads(run("unmatch", daniel.pk, "8202107", "--reason", "Two children", "--json").stdout)
    row = Unmatched.objects.get()
    assert (done["record"], row.not_of) == (row.pk, daniel)
    assert daniel.enrolments.count() == 1
    only = run("unmatch", daniel.pk, "8204321")
    assert only.exit_code == 1
    assert "No other school tells of this pupil" in only.output


def test_no_match_of_a_restricted_pupil_is_taken_back_by_command(daniel: Pupil) -> None:
    run("match", Unmatched.objects.get().pk, daniel.pk)
    Restriction.objects.create(pupil=daniel, why="court order")
    answer = run("unmatch", daniel.pk, "8202107")
    assert answer.exit_code == 1
    nobody = run("unmatch", 99999, "8202107").output
    assert answer.output == nobody.replace("99999", str(daniel.pk))
    assert daniel.enrolments.count() == 2
