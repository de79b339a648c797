"""`schoolgate authority requests`, in this process."""

import json
import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.authority.requests.asking import hold_daniel

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.restricting import restrict
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.sites.cli import main


@pytest.fixture(autouse=True)
def same_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command names its site there; the next test must not find it."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", os.environ["DJANGO_SETTINGS_MODULE"])


@pytest.fixture
def pupil(green_abbey: Base, officer: User) -> Pupil:
    return hold_daniel(green_abbey, officer)


def call(*words: str) -> Result:
    return CliRunner().invoke(main, ["authority", "requests", *words])


def add(pupil: Pupil, kind: str) -> str:
    said = call("add", str(pupil.pk), "--kind", kind, "--asked-by", "Mother", "--received", "2026-11-20", "--json")
    ref: str = json.loads(said.stdout)["ref"]
    return ref


def test_a_request_is_written_down_listed_and_closed(pupil: Pupil) -> None:
    assert "No open requests." in call().output
    ref = add(pupil, "access")
    (row,) = json.loads(call("--json").stdout)
    assert (row["ref"], row["due"], row["person"]) == (ref, "2026-12-20", "Okafor, Daniel")
    assert call("close", ref, "--state", "done", "--outcome", "Sent.").exit_code == 0
    assert call("close", ref, "--state", "done", "--outcome", "Sent.").exit_code == 1
    assert json.loads(call("--json").stdout) == []
    assert json.loads(call("--all", "--json").stdout)[0]["state"] == "done"


def test_that_they_were_listed_stands_in_the_audit_of_staff(pupil: Pupil) -> None:
    add(pupil, "access")
    call("--json")
    entry = AuditEntry.objects.get(did="requests listed")
    assert (entry.about, entry.details) == ("staff records", "1 listed")


def test_the_pack_is_written_for_its_owner_alone_and_never_over_another(pupil: Pupil, tmp_path: Path) -> None:
    ref = add(pupil, "access")
    assert call("pack", ref, "--to", str(tmp_path)).exit_code == 0
    pack = tmp_path / f"{ref}.zip"
    assert stat.S_IMODE(pack.stat().st_mode) == 0o600
    again = call("pack", ref, "--to", str(tmp_path))
    assert again.exit_code == 1
    assert "cannot be written" in again.output


def test_erasing_tells_first_and_wants_rule_reason_and_name(pupil: Pupil) -> None:
    ref = add(pupil, "erasure")
    assert "Nothing was erased." in call("erase", ref).output
    why = ("--rule", "17(1)(a)", "--reason", "Left the county.")
    assert call("erase", ref, *why, "--name", "Sorrel Hale").exit_code == 2
    assert call("erase", ref, "--name", "Daniel Okafor").exit_code == 2
    assert Pupil.objects.filter(pk=pupil.pk).exists()
    assert call("erase", ref, *why, "--name", "Daniel Okafor").exit_code == 0
    assert not Pupil.objects.filter(pk=pupil.pk).exists()
    assert call("erase", ref).exit_code == 1


def test_restricted_pupils_are_left_to_the_screens(pupil: Pupil) -> None:
    ref = add(pupil, "access")
    restrict(pupil, "The father must not know.", None, seen=0, by=None)
    assert json.loads(call("--json").stdout) == []
    assert call("erase", ref).exit_code == 1
    assert call("erase", "R-x").exit_code == 1
