"""The tasks of the old product come into this one."""

import time as clock
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from tests.authority.collection.task_lists import csv

from schoolgate.authority.bases.models import Base, Term
from schoolgate.authority.collection.migrating.phases import migrate_to_phase_2
from schoolgate.authority.collection.models import CollectionRun, Data, Owner, Phase, ScheduledTask, Sources, TasksLock
from schoolgate.authority.collection.task_import import ONLY_CHANGED, carry_out, count, plan
from schoolgate.authority.collection.tasks import next_dues, run_now, switch
from schoolgate.authority.collection.tasks_csv import read_tasks
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.schedules.models import Schedule

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def take(*tasks: dict[str, str], by: User | None = None) -> list[Any]:
    return carry_out(read_tasks(csv(*tasks)), words="tasks.csv", by=by)


@pytest.fixture
def hill_top(green_abbey: Base) -> Base:
    """A school that is asked through its API."""
    return Base.objects.create(
        la="820", number="2002", name="Hill Top", mis="sims-primary", account=green_abbey.account
    )


def test_a_phase_1_task_comes_with_its_school_its_times_and_its_schedule(green_abbey: Base, officer: User) -> None:
    with time_machine.travel(NOW, tick=False):
        take({"Owner": "School", "Locked": "yes", "NC Years": "3 4"}, by=officer)
    task = ScheduledTask.objects.get()
    assert (task.name, task.phase, task.owner, task.data, task.sources) == (
        "Autumn changes",
        Phase.ONE,
        Owner.SCHOOL,
        Data.CHANGED,
        Sources.FILES,
    )
    assert list(task.bases.all()) == [green_abbey]
    assert (task.nc_years, task.locked_at, task.changed_by) == (["3", "4"], NOW, officer)
    assert next_dues([task]) == {task.pk: datetime(2026, 11, 26, 18, 30, tzinfo=UTC)}
    entry = AuditEntry.objects.get(did="tasks imported")
    assert (entry.user, entry.target, entry.details) == (officer, "tasks.csv", "1 new, 0 not active")


def test_a_task_in_term_is_due_in_the_terms_as_they_are(green_abbey: Base) -> None:
    Term.objects.create(name="Spring", first_day=date(2027, 1, 4), last_day=date(2027, 3, 25))
    with time_machine.travel(NOW, tick=False):
        take({"In Term Only": "yes"})
    assert Schedule.objects.get().next_due_at == datetime(2027, 1, 7, 18, 30, tzinfo=UTC)


def test_a_run_of_a_phase_1_task_asks_the_school_as_any_other(green_abbey: Base) -> None:
    take({})
    assert run_now(ScheduledTask.objects.get(), by=None) == 1
    run = CollectionRun.objects.get()
    assert (run.base, run.data, run.connector) == (green_abbey, Data.CHANGED, "")


def test_the_same_list_again_makes_nothing_new(green_abbey: Base) -> None:
    both: tuple[dict[str, str], ...] = ({}, {"Phase": "2"})
    assert count(take(*both)) == {"new": 2, "known": 0, "wrong": 0, "not_active": 0}
    assert count(take(*both)) == {"new": 0, "known": 2, "wrong": 0, "not_active": 0}
    assert ScheduledTask.objects.count() == 2
    assert AuditEntry.objects.filter(did="tasks imported").count() == 1


def test_a_task_that_was_migrated_to_phase_2_since_does_not_come_back(green_abbey: Base) -> None:
    take({})
    ScheduledTask.objects.update(phase=Phase.TWO)
    (planned,) = take({})
    assert (planned.state, planned.note) == ("known", "It is here as a Phase 2 task, and stays so.")


def test_a_task_beside_a_phase_2_one_of_the_list_is_not_taken_for_it(green_abbey: Base) -> None:
    take({"Phase": "2"})
    assert [one.state for one in take({}, {"Phase": "2"})] == ["new", "known"]


def test_a_line_that_comes_twice_is_made_once(green_abbey: Base) -> None:
    _, again = take({}, {})
    assert again.note == "Line 2 has the same name, school and phase. Rename one."
    assert ScheduledTask.objects.count() == 1


def test_a_school_that_is_no_base_is_told(la: str) -> None:
    (planned,) = take({})
    assert planned.note.startswith("There is no base 820/4321 here. Add the school under Bases")


def test_a_closed_schools_task_is_left(green_abbey: Base) -> None:
    Base.objects.update(active=False)
    (planned,) = take({})
    assert planned.note.startswith("Green Abbey Primary School is not active here.")
    assert not ScheduledTask.objects.exists()


def test_a_school_that_locks_its_tasks_gets_none_and_the_others_do(green_abbey: Base, hill_top: Base) -> None:
    TasksLock.objects.create(base=green_abbey)
    left, done = take({}, {"School No.": "2002", "Phase": "2"})
    assert (left.state, done.state) == ("wrong", "new")
    assert left.note.startswith("Locked by Green Abbey Primary School since")
    assert ScheduledTask.objects.get().bases.get() == hill_top


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"Transfer Type": "Import to School", "Data Filter Details": "Snapshot Data"}, ONLY_CHANGED),
        ({"When": "Once", "Start Date": "2024-06-03"}, "Its day is over."),
        ({"Expiry Date": "2026-07-20"}, "It has expired."),
        ({"School No.": "2002"}, "Phase 1 tasks end with SIMS 7."),
        (
            {"School No.": "2002", "Phase": "2", "Data Filter Details": "Attainment Data"},
            "Attainment is collected from",
        ),
        ({"School No.": "2002", "Phase": "2", "Data Filter Details": "Attendance Data"}, "Attendance of SIMS 7 ends"),
        ({"School No.": "2002", "Phase": "2", "Transfer Type": "Two-way"}, "Data is sent back to schools with SIMS 7"),
    ],
)
def test_what_cannot_run_is_kept_and_is_not_active_and_says_why(
    green_abbey: Base, hill_top: Base, cells: dict[str, str], why: str
) -> None:
    with time_machine.travel(NOW, tick=False):
        (planned,) = take(cells)
    task = ScheduledTask.objects.get()
    assert why in planned.note
    assert (task.active, task.stopped_because in planned.note, why in task.stopped_because) == (False, True, True)
    assert task.sources == Sources.FILES
    assert not Schedule.objects.exists()


def test_a_folder_that_may_be_read_is_read_and_another_is_kept_and_is_not_active(
    green_abbey: Base, tmp_path: Path, settings: Any
) -> None:
    settings.SCHOOLGATE_ATTAINMENT_ROOT = str(tmp_path)
    attainment = {"Data Filter Details": "Attainment Data", "Phase": "2"}
    take(
        attainment | {"Task Name": "Summer", "Folder": "summer"}, attainment | {"Task Name": "Far", "Folder": "../far"}
    )
    summer, far = (ScheduledTask.objects.get(name=name) for name in ("Summer", "Far"))
    assert (summer.folder, summer.active, summer.reads_folder) == ("summer", True, True)
    assert not far.active
    assert "lies outside of" in far.stopped_because


def test_a_task_that_only_phase_1_kept_from_running_runs_once_it_is_migrated(hill_top: Base) -> None:
    take({"School No.": "2002"})
    task = migrate_to_phase_2(ScheduledTask.objects.get(), by=None)
    assert (task.active, task.stopped_because) == (False, "")
    task.refresh_from_db()
    assert task.stopped_because == ""
    task = switch(task, active=True, by=None)
    assert (task.active, task.sources, list(task.collected_bases)) == (True, Sources.API, [hill_top])


def test_a_task_that_something_else_keeps_from_running_says_so_still(green_abbey: Base) -> None:
    take({"Transfer Type": "Import to School", "Data Filter Details": "Snapshot Data"})
    assert migrate_to_phase_2(ScheduledTask.objects.get(), by=None).stopped_because == ONLY_CHANGED


def test_what_was_switched_off_in_the_old_product_is_off_without_a_reason(green_abbey: Base) -> None:
    take({"Active": "no", "Transfer Type": "Two-way"})
    task = ScheduledTask.objects.get()
    assert (task.active, task.stopped_because) == (False, "")


def test_phase_2_tasks_of_a_school_with_an_api_go_on_through_it(hill_top: Base) -> None:
    take({"School No.": "2002", "Phase": "2"})
    task = ScheduledTask.objects.get()
    assert (task.active, task.sources) == (True, Sources.API)


def test_an_attendance_task_made_for_the_time_after_the_migration_waits_for_it(green_abbey: Base) -> None:
    take({"Data Filter Details": "Attendance Changed Data (SIMS Primary)", "Phase": "2"})
    task = ScheduledTask.objects.get()
    assert (task.active, task.sources, list(task.waiting_bases)) == (True, Sources.API, [green_abbey])


def test_looking_makes_nothing(green_abbey: Base) -> None:
    assert [one.state for one in plan(read_tasks(csv()))] == ["new"]
    assert not ScheduledTask.objects.exists()


def test_a_whole_authority_comes_within_seconds(green_abbey: Base) -> None:
    account = green_abbey.account
    Base.objects.bulk_create(
        Base(la="820", number=f"{5000 + number}", name=f"School {number}", account=account) for number in range(300)
    )
    lines = [
        {"Task Name": f"Task {task}", "School No.": f"{5000 + number}"} for number in range(300) for task in range(5)
    ]
    began = clock.monotonic()
    assert count(take(*lines))["new"] == 1500
    assert clock.monotonic() - began < 15
    assert Schedule.objects.count() == 1500
