"""`schoolgate authority imports`, in this process: what is listed, and each step."""

import json
import os
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.authority.importing.importing_files import header_of
from tests.documents.students.files import a_file, a_pupil, changed

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.models import Import, ImportState
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.sites.cli import main


@pytest.fixture(autouse=True)
def same_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command names its site there; the next test must not find it."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", os.environ["DJANGO_SETTINGS_MODULE"])


@pytest.fixture
def three(program: Any, green_abbey: Base) -> list[Import]:
    """A failed import, a completed one, and one that waits."""
    wrong = changed(a_file([a_pupil()], header_of(green_abbey)), "<DOB>2013-02-14</DOB>", "<DOB>then</DOB>")
    for number, data in enumerate(
        (wrong, a_file([a_pupil()], header_of(green_abbey)), a_file([], header_of(green_abbey)))
    ):
        program.put(data, name=f"8204321_CES_820LLLL_00{number}.xml")
        work_off()
    return list(Import.objects.order_by("pk"))


def imports(*words: str) -> Result:
    return CliRunner().invoke(main, ["authority", "imports", *words])


def states() -> list[ImportState]:
    return [this.state for this in Import.objects.order_by("pk")]


def test_imports_are_listed_with_their_numbers_newest_first(three: list[Import]) -> None:
    told = json.loads(imports("--json").stdout)
    assert [(one["id"], one["state"]) for one in told] == [
        (this.pk, state) for this, state in zip(three[::-1], ("waiting", "completed", "failed"), strict=True)
    ]
    assert (told[1]["added"], told[1]["left_out"], told[0]["waiting"]) == (1, 0, "few-pupils")
    assert told[0]["added"] is None
    assert [one["id"] for one in json.loads(imports("--json", "--limit", "1").stdout)] == [three[2].pk]
    assert [one["id"] for one in json.loads(imports("--json", "--state", "failed").stdout)] == [three[0].pk]


def test_pupils_of_whom_something_waits_are_among_the_numbers(three: list[Import]) -> None:
    completed = three[1]
    completed.counts["pupils"] |= {"added": 0, "in_conflict": 1}
    completed.save()
    told = json.loads(imports("--json", "--state", "completed").stdout)
    assert (told[0]["in_conflict"], told[0]["added"], told[0]["pupils"]) == (1, 0, 1)


def test_a_table_that_goes_into_a_file_has_a_line_for_each_import(three: list[Import]) -> None:
    lines = imports().stdout.splitlines()
    assert len(lines) == 1 + len(three)
    for line, this in zip(lines[1:], three[::-1], strict=True):
        assert {this.source_name, ImportState(this.state).value} <= set(line.split())


def test_what_waits_is_agreed_to_once(three: list[Import]) -> None:
    assert imports("agree", str(three[2].pk)).exit_code == 0
    assert states()[2] is ImportState.QUEUED
    again = imports("agree", str(three[2].pk))
    assert (again.exit_code, "does not wait for anybody" in again.output) == (1, True)
    assert AuditEntry.objects.filter(did="import agreed to", user=None).count() == 1


def test_what_waits_is_refused_with_a_reason(three: list[Import]) -> None:
    assert imports("refuse", str(three[2].pk)).exit_code == 2
    assert imports("refuse", str(three[2].pk), "--reason", " ").exit_code == 2
    assert imports("refuse", str(three[2].pk), "--reason", "Send the whole school.").exit_code == 0
    assert Import.objects.get(pk=three[2].pk).not_imported_because == "Send the whole school."


def test_what_failed_is_queued_again_and_nothing_else(three: list[Import]) -> None:
    assert imports("retry", str(three[1].pk)).exit_code == 1
    assert imports("retry", "999999").exit_code == 1
    assert imports("retry", str(three[0].pk)).exit_code == 0
    assert states()[0] is ImportState.QUEUED


def test_only_failed_ones_are_deleted_all_or_none(three: list[Import]) -> None:
    assert imports("delete").exit_code == 2
    assert imports("delete", str(three[0].pk), str(three[1].pk)).exit_code == 1
    assert Import.objects.listed().count() == 3
    assert imports("delete", "--all-failed").exit_code == 0
    assert list(Import.objects.listed().order_by("pk")) == three[1:]


def test_an_import_that_has_ended_is_undone_once_with_a_reason(three: list[Import]) -> None:
    assert imports("undo", str(three[1].pk)).exit_code == 2
    assert imports("undo", str(three[2].pk), "--reason", "The wrong file.").exit_code == 1
    assert imports("undo", str(three[1].pk), "--reason", "The wrong file.").exit_code == 0
    assert Import.objects.get(pk=three[1].pk).undo is not None
    assert imports("undo", str(three[1].pk), "--reason", "The wrong file.").exit_code == 1


def test_a_preview_is_asked_for_and_then_told(three: list[Import]) -> None:
    number = str(three[1].pk)
    assert "being made" in imports("preview", number).output
    work_off()
    told = json.loads(imports("preview", number, "--json").output)
    assert (told[0]["stale"], told[0]["same"]) == (False, 1)
    assert imports("preview", "999999").exit_code == 1
