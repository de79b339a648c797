"""`schoolgate school connect` and `password`, in this process, against a real authority."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from schoolgate.authority.bases.accounts import create_base_with_account
from schoolgate.authority.bases.codes import make_codes
from schoolgate.authority.bases.models import ConnectionCode
from schoolgate.commons.accounts.models import User
from schoolgate.school.exchange.models import Destination, School
from schoolgate.sites.cli import main

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, home: Any) -> Any:
    """Run a command of the school's site on the database of the tests."""
    monkeypatch.setattr("schoolgate.sites.commands.shared.open_site", lambda *_, **__: None)
    monkeypatch.setattr("schoolgate.sites.commands.shared.require_current_database", lambda _: None)
    return lambda *arguments, **more: CliRunner().invoke(main, ["school", *arguments], **more)


@pytest.fixture
def code(bedford: str) -> str:
    base, _ = create_base_with_account(la="820", number="4321", name="Green Abbey Primary", by_code=True)
    assert base.account is not None
    return str(ConnectionCode.objects.get(batch=make_codes([base.account], words="a test", by=None)).code)


def test_the_letter_is_all_it_takes(run: Any, bedford: str, code: str, tmp_path: Path) -> None:
    root = tmp_path / "root"
    told = run("connect", "--url", bedford, "--code", code, "--root-folder", str(root), "--json")
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout) == {
        "la": "820",
        "name": "Bedford Borough",
        "contact": "Data Team, 01234 000000",
        "user": School.objects.get().user,
        "schools": ["Green Abbey Primary, 820 4321"],
        "folder": str(root / "820" / "Files Not Exported"),
    }


def test_a_code_may_come_by_standard_input_or_in_the_link(run: Any, bedford: str, code: str, root: Path) -> None:
    assert run("connect", "--url", bedford, "--code", "-", input=f"{code}\n").exit_code == 0
    again = run("connect", "--url", f"{bedford}/join/{code}")
    assert (again.exit_code, "used before" in again.output) == (1, True)


def test_no_code_is_spent_before_there_is_a_folder(run: Any, bedford: str, code: str) -> None:
    assert run("connect", "--url", bedford, "--code", code).exit_code == 2
    assert ConnectionCode.objects.get().used_at is None


def test_another_account_is_replaced_only_when_asked_for(run: Any, bedford: str, code: str, root: Path) -> None:
    Destination.objects.create(la="820", name="Bedford", address="https://old.example")
    told = run("connect", "--url", bedford, "--code", code)
    assert (told.exit_code, "https://old.example" in told.output) == (1, True)
    assert run("connect", "--url", bedford, "--code", code, "--replace").exit_code == 0
    assert Destination.objects.get().address == bedford


def test_a_password_is_changed_and_not_told(run: Any, authority: str) -> None:
    told = run("password", "--la", "820", "--json")
    assert told.exit_code == 0, told.output
    kept = Destination.objects.get()
    assert User.objects.get(username=kept.user).check_password(kept.password)
    assert kept.password not in told.output


def test_a_rule_of_the_la_is_told(run: Any, authority: str, tmp_path: Path) -> None:
    (tmp_path / "new").write_text("short\n")
    told = run("password", "--la", "820", "--password-file", str(tmp_path / "new"))
    assert (told.exit_code, "at least 10 characters" in told.output) == (1, True)


@pytest.mark.parametrize("number", ["4321", "8204321"])
def test_a_school_that_has_no_row_has_no_password(run: Any, authority: str, number: str) -> None:
    assert "There is no row for school" in run("password", "--la", "820", "--school", number).output
