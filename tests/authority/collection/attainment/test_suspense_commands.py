"""`schoolgate authority suspense`, in this process."""

import json
import os

import pytest
from click.testing import CliRunner, Result
from tests.authority.exchange.imports_shown import school
from tests.authority.importing.importing_files import bring_in

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models import CollectionRun, SuspendedResult
from schoolgate.authority.importing.base_rules import always_import_set, use_for_new_bases
from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.restricting import restrict
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.sites.cli import main

NEWT = {"Surname": "Adams", "Forename": "Newt", "DOB": "2012-01-01"}
RESULTS = {"StageAssessments": [{"Stage": "KS2", "StageAssessment": [{"Subject": "ENG", "Result": "105"}]}]}


@pytest.fixture(autouse=True)
def same_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command names its site there; the next test must not find it."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", os.environ["DJANGO_SETTINGS_MODULE"])


@pytest.fixture
def waiting(la: str, green_abbey: Base) -> SuspendedResult:
    use_for_new_bases(always_import_set(), add_unmatched=True, by=None)
    bring_in(green_abbey, school())
    row = SuspendedResult(base=green_abbey, sign=b"n" * 16, why="not-known", file="8204321_CES_820LLLL_001.xml")
    row.take(NEWT, RESULTS)
    row.save()
    return row


def call(*words: str) -> Result:
    return CliRunner().invoke(main, ["authority", "suspense", *words])


def test_what_waits_is_listed_and_that_stands_in_the_audit(waiting: SuspendedResult, oak_lane: Base) -> None:
    (row,) = json.loads(call("--json").stdout)
    assert (row["number"], row["forename"], row["why"], row["base"]) == (waiting.pk, "Newt", "not-known", "8204321")
    assert json.loads(call("--base", oak_lane.dfe_number, "--json").stdout) == []
    assert AuditEntry.objects.filter(did="suspended results listed").count() == 2


def test_what_may_be_a_restricted_pupils_is_not_there(waiting: SuspendedResult) -> None:
    restrict(Pupil.objects.get(forename="Ada"), "Moved in secret", None, seen=0, by=None)
    waiting.take({name: school()[1][name] for name in ("UPN", "Surname", "Forename", "DOB")}, RESULTS)
    waiting.save()
    assert "No attainment waits" in call().output
    assert call("discard", str(waiting.pk)).exit_code == 2


def test_results_are_matched_with_a_pupil_of_the_school_and_nobody_else(waiting: SuspendedResult) -> None:
    refused = call("match", str(waiting.pk), "Q820432124010")
    assert (refused.exit_code, "Nobody with this UPN" in refused.output) == (1, True)
    assert json.loads(call("match", str(waiting.pk), "f820432124002", "--json").stdout)["matched"] == waiting.pk
    assert not SuspendedResult.objects.exists()
    assert CollectionRun.objects.get().its_import is not None


def test_results_are_discarded_once(waiting: SuspendedResult) -> None:
    assert call("discard", str(waiting.pk)).exit_code == 0
    waiting.refresh_from_db()
    assert waiting.state == SuspendedResult.State.DISCARDED
    assert "Nothing of the number" in call("discard", str(waiting.pk)).output


def test_who_is_held_by_now_is_found_when_it_is_looked_again(waiting: SuspendedResult) -> None:
    assert "Nobody of these is known" in call("look-again").output
    waiting.take({name: school()[1][name] for name in ("UPN", "Surname", "Forename", "DOB")}, RESULTS)
    waiting.save()
    assert json.loads(call("look-again", "--json").stdout) == {"schools": 1}
