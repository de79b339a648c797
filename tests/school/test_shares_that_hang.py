"""A share that hangs keeps nobody else from writing: folders are looked into and made outside of transactions."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.school.conftest import Drop
from tests.school.scripted_la import ScriptedLa

from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.schedules.due import make_due_runs
from schoolgate.commons.schedules.models import Schedule
from schoolgate.commons.schedules.rules import Weekly
from schoolgate.school.exchange.administration.roots import set_root_folder
from schoolgate.school.exchange.asking import all_las
from schoolgate.school.exchange.models import Destination
from schoolgate.school.exchange.scheduling import USUALLY_AT, set_when_to_send

pytestmark = pytest.mark.usefixtures("transactional_db", "school_site")


@pytest.fixture
def touched(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each time that folders were made or searched: whether a transaction was open."""
    seen: list[bool] = []

    def watch(name: str) -> None:
        real: Callable[..., Any] = getattr(Path, name)

        def watched(path: Path, *args: Any, **named: Any) -> Any:
            seen.append(connection.in_atomic_block)
            return real(path, *args, **named)

        monkeypatch.setattr(Path, name, watched)

    watch("mkdir")
    watch("glob")
    return seen


def test_a_scheduled_run_looks_first(la: ScriptedLa, drop: Drop, touched: list[bool]) -> None:
    drop()
    set_when_to_send(Weekly(USUALLY_AT, frozenset(range(7))), by=None)
    Schedule.objects.update(next_due_at=timezone.now())
    make_due_runs(timezone.now())
    touched.clear()
    work_off()
    assert Job.objects.filter(kind="export", state=State.DONE).exists()
    assert set(touched) == {False}


def test_the_button_looks_first(la: ScriptedLa, office: Client, touched: list[bool]) -> None:
    touched.clear()
    office.post(reverse("export"))
    assert Job.objects.filter(kind="export").exists()
    assert set(touched) == {False}


def test_a_new_root_folder_is_made_first(la: ScriptedLa, admin: Client, tmp_path: Path, touched: list[bool]) -> None:
    touched.clear()
    set_root_folder(tmp_path / "other", by=None)
    assert (tmp_path / "other" / "820" / "Files Not Exported").is_dir()
    assert set(touched) == {False}


def test_the_page_of_the_folder_makes_it_first(
    la: ScriptedLa, admin: Client, tmp_path: Path, touched: list[bool]
) -> None:
    touched.clear()
    given = {"root_folder": str(tmp_path / "other"), "make_folder": "on", "confirmed": "on"}
    answer = admin.post(reverse("folder"), {**given, "settle_seconds": "3", "expiry_notice_days": "14"})
    assert answer.status_code == 302
    assert set(touched) == {False}


def test_the_folders_of_a_new_la_are_made_first(la: ScriptedLa, admin: Client, touched: list[bool]) -> None:
    touched.clear()
    account = {"user": "school", "password": "issued"}
    admin.post(reverse("add-la"), {"la": "823", "name": "Luton", "address": "https://luton.example", **account})
    assert Destination.objects.filter(la="823").exists()
    assert set(touched) == {False}


def test_las_with_an_entry_are_known_though_the_share_fails(la: ScriptedLa, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(112, "Host is down")

    monkeypatch.setattr(Path, "glob", fail)
    assert all_las() == ["820"]
