"""Tasks that send back to schools with SIMS 7 what was changed here: by schedule, into the outbox, each change once."""

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest
from tests.authority.exchange.imports_shown import school
from tests.authority.importing.importing_files import bring_in

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection import asking_and_sending, tasks
from schoolgate.authority.collection.migrating.effects import Effect, effects_on_tasks
from schoolgate.authority.collection.models import CollectionRun, Data, Owner, RunState, ScheduledTask, TransferType
from schoolgate.authority.collection.running import ask_for_run
from schoolgate.authority.collection.wishes import Wish
from schoolgate.authority.exchange.models import OutboxEntry
from schoolgate.authority.importing.base_rules import always_import_set, use_for_new_bases
from schoolgate.authority.importing.by_hand.changing import Place, change_value, held_at, seen_as
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS
from schoolgate.authority.records.models import Pupil
from schoolgate.commons.accounts.models import User
from schoolgate.commons.filestore import NoSpace
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.schedules.rules import Weekly

pytestmark = pytest.mark.django_db

Run = Callable[[ScheduledTask], CollectionRun]


@pytest.fixture
def ada(la: str, green_abbey: Base, officer: User) -> Pupil:
    """An officer has changed her name."""
    use_for_new_bases(always_import_set(), add_unmatched=True, by=None)
    bring_in(green_abbey, school())
    pupil = Pupil.objects.get(forename="Ada")
    place = Place(pupil, None, BASIC_DETAILS, "MiddleNames")
    change_value(place, "Rose", "told by phone", seen=seen_as(held_at(place)), by=officer)
    return pupil


@pytest.fixture
def run(green_abbey: Base) -> Run:
    """Run a task for Green Abbey, and work on it."""

    def run(task: ScheduledTask) -> CollectionRun:
        asked = ask_for_run(task, green_abbey, task.data, by=None)
        assert asked is not None
        work_off()
        asked.refresh_from_db()
        return asked

    return run


def task(base: Base, transfer_type: str = TransferType.IMPORT_TO_SCHOOL, **more: Any) -> ScheduledTask:
    rule = Weekly(time(18, 30), frozenset({3}))
    wish = Wish("Back to school", Owner.LA, Data.CHANGED, rule, (base,), transfer_type=transfer_type, **more)
    return tasks.save(wish, by=None)


def test_a_run_sends_what_was_changed_and_asks_for_nothing(green_abbey: Base, ada: Pupil, run: Run) -> None:
    done = run(task(green_abbey))
    (entry,) = OutboxEntry.objects.all()
    assert (entry.kind, entry.task_name, entry.document) == ("file", "Back to school", "student")
    assert (done.state, done.message) == (
        RunState.SUCCESSFUL,
        "In the outbox for the school: 1 value of 1 pupil, in 820LLLL_CES_8204321_001.xml.",
    )


def test_a_run_with_nothing_to_send_says_so(green_abbey: Base, ada: Pupil, run: Run) -> None:
    weekly = task(green_abbey)
    run(weekly)
    again = run(weekly)
    assert (again.state, again.message) == (
        RunState.SUCCESSFUL,
        "Nothing was changed here that the school has not been sent.",
    )
    assert OutboxEntry.objects.count() == 1


def test_a_two_way_task_sends_and_asks(green_abbey: Base, ada: Pupil, run: Run) -> None:
    done = run(task(green_abbey, TransferType.TWO_WAY))
    assert sorted(OutboxEntry.objects.values_list("kind", flat=True)) == ["file", "request"]
    assert done.state == RunState.ASKED
    assert done.message.startswith("In the outbox for the school: 1 value")
    assert "is asked for a file" in done.message


def test_a_task_sends_its_groups_only(green_abbey: Base, ada: Pupil, run: Run) -> None:
    done = run(task(green_abbey, sent_groups=("addresses",)))
    assert done.message.startswith("Nothing was changed")


def test_a_task_keeps_to_its_pupils(green_abbey: Base, ada: Pupil, run: Run) -> None:
    assert run(task(green_abbey, nc_years=("3",))).message.startswith("Nothing was changed")


def test_a_full_disk_fails_the_run_and_the_next_one_sends_it(
    green_abbey: Base, ada: Pupil, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise NoSpace

    weekly = task(green_abbey)
    with monkeypatch.context() as patched:
        patched.setattr(asking_and_sending, "send_back", full)
        failed = run(weekly)
    assert (failed.state, failed.code) == (RunState.FAILED, "no-space")
    assert run(weekly).message.startswith("In the outbox for the school: 1 value")


@pytest.mark.parametrize("kind", [TransferType.IMPORT_TO_SCHOOL, TransferType.TWO_WAY])
def test_it_stops_when_its_school_migrates(green_abbey: Base, kind: str) -> None:
    task(green_abbey, kind)
    (effect,) = effects_on_tasks(green_abbey)
    assert (effect.effect, effect.why) == (Effect.STOPS, "Data is sent back to schools with SIMS 7 only.")


def test_its_school_alone_leaves_a_task_of_several(green_abbey: Base, oak_lane: Base) -> None:
    weekly = task(green_abbey)
    weekly.bases.add(oak_lane)
    (effect,) = effects_on_tasks(green_abbey)
    assert effect.effect == Effect.LEAVES
