"""`schoolgate authority rules`, in this process."""

import json
import os

import pytest
from click.testing import CliRunner, Result
from tests.authority.importing.importing_files import bring_in
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.base_rules import base_rules
from schoolgate.authority.importing.models import RuleSet
from schoolgate.sites.cli import main

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def same_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command names its site there; the next test must not find it."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", os.environ["DJANGO_SETTINGS_MODULE"])


def call(*words: str) -> Result:
    return CliRunner().invoke(main, ["authority", "rules", *words])


def test_a_set_is_copied_changed_shown_used_and_deleted(green_abbey: Base) -> None:
    assert call("copy", "Always import", "Careful").exit_code == 0
    changed = ["--otherwise", "always-conflict", "--group", "addresses=dont-import", "--do-not-tell", "contacts"]
    assert call("set", "Careful", *changed, "--item", "basic-details/Surname=import-if-empty").exit_code == 0
    assert call("set", "Careful", "--group", "addresses=as-others", "--name", "Very careful").exit_code == 0
    assert call("use", "Very careful", "--base", "8204321", "--ask-first").exit_code == 0
    assert json.loads(call("show", "very careful", "--json").stdout) == {
        "name": "Very careful",
        "otherwise": "always-conflict",
        "groups": {},
        "items": {"basic-details/Surname": "import-if-empty"},
        "not_told": ["contacts"],
        "bases": ["8204321"],
        "new_bases": False,
        "version": 3,
    }
    assert base_rules(green_abbey).ask_first
    assert call("delete", "Very careful").exit_code == 1
    assert call("use", "Always import", "--all").exit_code == 0
    assert call("delete", "Very careful").exit_code == 0
    assert not RuleSet.objects.filter(name="Very careful").exists()


def test_bases_without_rules_of_their_own_count_for_the_set_of_new_bases(green_abbey: Base) -> None:
    assert base_rules(green_abbey).pk is None
    told = json.loads(call("--json").stdout)
    assert {one["name"]: one["bases"] for one in told if one["new_bases"]} == {"New bases": 1}


@pytest.mark.parametrize(
    "wrong",
    [
        ["--group", "nothing=always-import"],
        ["--group", "addresses"],
        ["--group", "attendance=dont-import"],
        ["--item", "addresses/Address=always-import"],
        ["--otherwise", "perhaps"],
        ["--tell", "nothing"],
    ],
)
def test_what_is_no_rule_is_a_wrong_call(la: str, wrong: list[str]) -> None:
    answer = call("set", "Always import", *wrong)
    assert answer.exit_code == 2
    assert RuleSet.objects.get(name="Always import").version == 1


def test_the_effect_is_told_in_numbers(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    bring_in(green_abbey, [a_pupil(Surname="Bell")])
    call("use", "Always import", "--all")
    told = json.loads(call("effect", "Always import", "--json").stdout)
    assert told["groups"] == {"basic-details": {"was": {"imported": 1}, "then": {"imported": 1}}}
    assert "basic-details" in call("effect", "Always import").stdout


def test_of_a_set_that_no_base_uses_it_is_said_that_there_is_nothing_to_tell(green_abbey: Base) -> None:
    call("copy", "Always import", "Tried out")
    assert "No base uses Tried out" in call("effect", "Tried out").stdout
    assert json.loads(call("effect", "Tried out", "--json").stdout)["bases"] == 0
