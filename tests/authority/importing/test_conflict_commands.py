"""`schoolgate authority conflicts|decisions`, in this process."""

import json
import os
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.authority.importing.conflicts import bring_in_conflict, waiting
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.models import Conflict
from schoolgate.authority.records.models import Decision, Pupil, Restriction
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.sites.cli import main

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def same_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command names its site there; the next test must not find it."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", os.environ["DJANGO_SETTINGS_MODULE"])


@pytest.fixture
def one_waits(green_abbey: Base) -> Conflict:
    bring_in_conflict(green_abbey, [a_pupil()], [a_pupil(Forename="Dan")])
    return Conflict.objects.get()


def run(*words: Any) -> Result:
    return CliRunner().invoke(main, ["authority", *map(str, words)])


def told(*words: Any) -> Any:
    return json.loads(run(*words, "--json").stdout)


def test_what_waits_is_listed_and_the_look_is_in_the_audit(one_waits: Conflict) -> None:
    (row,) = told("conflicts")
    assert (row["number"], row["base"], row["item"]) == (one_waits.pk, "8204321", "basic-details/Forename")
    assert (row["ours"], row["theirs"]) == ("Daniel", "Dan")
    assert told("conflicts", "--base", "8204321", "--item", "basic-details/Forename")
    assert told("conflicts", "--item", "basic-details/Surname") == []
    assert AuditEntry.objects.filter(did="conflicts listed").count() == 3


def test_one_is_accepted_as_it_was_seen_and_the_decision_undone(one_waits: Conflict) -> None:
    (row,) = told("conflicts")
    done = told("conflicts", "decide", "accept", f"{row['number']}:{row['seen']}", "--reason", "Rang the school")
    assert done["decided"] == 1
    assert Pupil.objects.get().forename == "Dan"
    (decision,) = told("decisions")
    assert (decision["number"], decision["conflicts"], decision["reason"]) == (done["decision"], 1, "Rang the school")
    back = told("decisions", "undo", done["decision"], "--reason", "Wrong child")
    assert back == {"put_back": 1, "left": 0, "waits_again": 1}
    assert [one["what"] for one in told("decisions")] == ["undo", "conflicts"]
    assert run("decisions", "undo", done["decision"], "--reason", "Again").exit_code == 1
    assert Pupil.objects.get().forename == "Daniel"


def test_what_changed_since_it_was_seen_stays_and_fails(one_waits: Conflict) -> None:
    result = run("conflicts", "decide", "accept", f"{one_waits.pk}:0123456789abcdef")
    assert result.exit_code == 1
    assert "changed meanwhile" in result.output
    assert len(waiting()) == 1


def test_all_of_an_item_are_discarded(one_waits: Conflict) -> None:
    assert told("conflicts", "decide", "discard", "--item", "basic-details/Forename")["decided"] == 1
    assert waiting() == []


@pytest.mark.parametrize(
    "words",
    [("accept",), ("accept", "1", "--item", "basic-details/Forename"), ("accept", "one"), ("accept", "--item", "x/y")],
)
def test_a_wrong_call_decides_nothing(one_waits: Conflict, words: tuple[str, ...]) -> None:
    assert run("conflicts", "decide", *words).exit_code == 2
    assert not Decision.objects.exists()


def test_nothing_is_told_of_a_restricted_pupil(one_waits: Conflict, administrator: User) -> None:
    Restriction.objects.create(pupil=one_waits.pupil, why="Refuge", by=administrator)
    assert told("conflicts") == []
    assert run("conflicts", "decide", "accept", one_waits.pk).exit_code == 1
    assert len(waiting()) == 1


def test_a_value_in_parts_is_printed_in_the_words_of_the_screen(green_abbey: Base) -> None:
    telephone = {"TelephoneType": "H", "PhoneNo": "01234 567890"}
    bring_in_conflict(green_abbey, [a_pupil()], [a_pupil(Phones=[telephone])])
    shown = run("conflicts").stdout
    assert "Home (H), 01234 567890" in shown
    assert "{" not in shown
