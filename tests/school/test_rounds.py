"""What this site does by itself: it looks and checks, and sends only what was asked for before."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from tests.school.conftest import NAME, Drop, Export
from tests.school.scripted_la import ScriptedLa
from tests.wire.conftest import answer

from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.jobs.models import Job
from schoolgate.school.exchange.export_job import ask_what_became_of_files, look_round, sweep_spool
from schoolgate.school.exchange.models import HeldBackFile, State, Transfer
from schoolgate.school.exchange.scanning import scan


@pytest.fixture
def spooled(settings: Any) -> Callable[[], list[Path]]:
    return lambda: list(settings.SCHOOLGATE_HOME.spool.glob("??/*.xml.gz"))


def later(**span: int) -> Any:
    return time_machine.travel(timezone.now() + timedelta(**span))


def test_a_round_checks_what_lies_there_and_sends_nothing(drop: Drop, la: ScriptedLa) -> None:
    drop(serial=1)
    drop(serial=2, pupils=5, faults=("missing-dob",))
    look_round()
    assert (Transfer.objects.get().state, HeldBackFile.objects.get().reason) == (State.READY, "content")
    assert la.calls == []
    assert not Job.objects.exists()


def test_a_round_before_the_site_is_set_up_does_nothing(db: None, home: Any) -> None:
    look_round()
    assert not Job.objects.exists()


def test_a_round_sends_a_retry_that_is_due(drop: Drop, export: Export, la: ScriptedLa) -> None:
    la.wrong = [answer(500, "")]
    drop()
    export()
    with later(minutes=5):
        look_round()
        work_off()
    assert Transfer.objects.get().state == State.DELIVERED


def test_a_round_takes_up_what_a_dead_run_left_on_its_way(drop: Drop, export: Export, la: ScriptedLa) -> None:
    la.sign_in = answer(503, "")
    drop()
    export()
    la.sign_in = None
    Transfer.objects.update(state=State.SENDING)
    with later(minutes=5):
        look_round()
        work_off()
    assert Transfer.objects.get().state == State.DELIVERED


def test_a_round_puts_away_what_could_not_be_put_away_before(
    drop: Drop, export: Export, la: ScriptedLa, monkeypatch: pytest.MonkeyPatch, exported_folder: Path
) -> None:
    def locked(*_: Any) -> None:
        raise PermissionError(13, "locked")

    drop()
    with monkeypatch.context() as patched:
        patched.setattr("schoolgate.school.exchange.filing.move_without_replacing", locked)
        export()
    look_round()
    assert (exported_folder / NAME).exists()


def test_outcomes_are_asked_for_where_one_is_open(drop: Drop, export: Export, la: ScriptedLa) -> None:
    drop()
    export()
    la.outcome = {"state": "completed", "counts": {"pupils": 2}}
    ask_what_became_of_files()
    assert Transfer.objects.get().state == State.IMPORTED
    asked = len(la.calls)
    ask_what_became_of_files()
    assert len(la.calls) == asked


def test_an_la_that_cannot_be_asked_just_now_is_asked_next_time(drop: Drop, export: Export, la: ScriptedLa) -> None:
    drop()
    export()
    la.sign_in = answer(503, "")
    ask_what_became_of_files()
    assert Transfer.objects.get().state == State.DELIVERED


def test_our_own_copy_goes_a_day_after_the_file_was_put_away(
    drop: Drop, export: Export, la: ScriptedLa, spooled: Callable[[], list[Path]]
) -> None:
    drop()
    export()
    sweep_spool()
    assert len(spooled()) == 1
    with later(days=2):
        sweep_spool()
    assert spooled() == []


def test_our_own_copy_of_a_file_still_to_be_sent_stays(
    drop: Drop, la: ScriptedLa, spooled: Callable[[], list[Path]]
) -> None:
    drop()
    scan("820", wait=False)
    with later(days=2):
        sweep_spool()
    assert len(spooled()) == 1
