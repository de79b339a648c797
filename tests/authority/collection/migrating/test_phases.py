"""Phase 1 tasks become Phase 2 tasks, one by one or many at once."""

from collections.abc import Callable

import pytest
from tests.authority.collection.task_lists import csv
from tests.conftest import PASSWORD

from schoolgate.authority.bases.models import SCHOOL_USER, Base
from schoolgate.authority.collection.locks import Locked
from schoolgate.authority.collection.migrating.phases import migrate_all_to_phase_2, migrate_to_phase_2
from schoolgate.authority.collection.models import Phase, ScheduledTask, TasksLock
from schoolgate.authority.collection.task_import import carry_out
from schoolgate.authority.collection.tasks import ChangedMeanwhile
from schoolgate.authority.collection.tasks_csv import read_tasks
from schoolgate.commons.accounts.creating import create_user
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry

pytestmark = pytest.mark.django_db

Migrate = Callable[[ScheduledTask, User | None], object]


def take(*tasks: dict[str, str]) -> list[ScheduledTask]:
    carry_out(read_tasks(csv(*tasks)), words="tasks.csv", by=None)
    return list(ScheduledTask.objects.order_by("pk"))


def one(task: ScheduledTask, by: User | None) -> object:
    return migrate_to_phase_2(task, by=by)


def many(task: ScheduledTask, by: User | None) -> object:
    return migrate_all_to_phase_2([task], by=by)


@pytest.fixture
def head(green_abbey: Base) -> User:
    """Somebody of Green Abbey."""
    person = create_user("head", SCHOOL_USER, name="Head Teacher", password=PASSWORD)
    green_abbey.people.add(person)
    return person


@pytest.mark.parametrize("migrate", [one, many])
def test_who_did_it_is_on_record_and_who_edits_meanwhile_is_told(
    green_abbey: Base, officer: User, migrate: Migrate
) -> None:
    (task,) = take({})
    migrate(task, officer)
    migrate(task, officer)
    entry = AuditEntry.objects.get(did="task migrated to Phase 2")
    assert (entry.user, entry.target) == (officer, f"task {task.pk}, Autumn changes")
    task.refresh_from_db()
    assert (task.phase, task.version, task.changed_by) == (Phase.TWO, 2, officer)


@pytest.mark.parametrize("locked", ["task", "school"])
def test_a_locked_task_is_migrated_by_its_school_only(
    green_abbey: Base, officer: User, head: User, locked: str
) -> None:
    (task,) = take({"Locked": "yes" if locked == "task" else "no"})
    if locked == "school":
        TasksLock.objects.create(base=green_abbey)
    with pytest.raises(Locked):
        migrate_to_phase_2(task, by=officer)
    ((_, why),) = migrate_all_to_phase_2([task], by=officer)[1]
    assert why.startswith("Locked by Green Abbey Primary School since")
    assert migrate_all_to_phase_2([task], by=head) == ([task], [])
    task.refresh_from_db()
    assert (task.phase, task.locked_at is not None) == (Phase.TWO, locked == "task")


def test_a_task_that_was_deleted_meanwhile_is_told_and_stops_no_other(green_abbey: Base) -> None:
    gone, there = take({}, {"Task Name": "Other"})
    ScheduledTask.objects.filter(pk=gone.pk).delete()
    with pytest.raises(ChangedMeanwhile):
        migrate_to_phase_2(gone, by=None)
    assert migrate_all_to_phase_2([gone, there], by=None) == (
        [there],
        [(gone, "Somebody else has deleted it meanwhile.")],
    )
