"""What is to be done after a base was migrated, and what of it is (seed, chapter 02; SCREENS 5.3)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.collection.migrating.awaited import first_of_all_pupils
from schoolgate.authority.collection.migrating.tracking import in_words, last_day_in_time
from schoolgate.authority.collection.models import BaseMigration, CollectionRun, Data, RunState
from schoolgate.authority.collection.sentence import moment
from schoolgate.authority.collection.task_fields import ATTENDANCE_CHANGED


class Standing(StrEnum):
    """How a point of the checklist stands."""

    DONE = "done"
    RUNNING = "running"
    FAILED = "failed"
    TO_DO = "to do"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Point:
    """A point of the checklist: `at`, when it was done; `run`, the number of the run that says more; `step`, a button's
    text and the page it leads to."""

    name: str
    label: str
    standing: Standing
    said: str = ""
    at: datetime | None = None
    run: int | None = None
    step: tuple[str, str] | None = None


def checklist_of(migration: BaseMigration) -> list[Point]:
    """Every point, in the order in which a person goes through them."""
    return [_snapshot(migration), _changed(migration), _attendance(migration), _school_told(migration)]


def _snapshot(migration: BaseMigration) -> Point:
    label = "A snapshot"
    if migration.has_snapshot:
        return Point("snapshot", label, Standing.DONE, at=migration.snapshot_at)
    if found := _last_try(migration, Data.SNAPSHOT, "snapshot", label):
        return found
    if migration.snapshot_not_wanted_at:
        told = f"Said to be not needed, {moment(migration.snapshot_not_wanted_at)}: all changes are here."
        return Point("snapshot", label, Standing.LEFT_OUT, told)
    return Point(
        "snapshot",
        label,
        Standing.TO_DO,
        "It is advised: what changed at the school before it moved is not told as a change any more. Leave it out only "
        "if you are sure that you had all changes before the school moved.",
    )


def _changed(migration: BaseMigration) -> Point:
    label = "The first run of changed data"
    if migration.changed_at:
        return Point("changed", label, Standing.DONE, at=migration.changed_at)
    told = "It takes all that changed since the school moved."
    return _last_try(migration, Data.CHANGED, "changed", label) or _awaited(migration, Data.CHANGED, label, told)


def _attendance(migration: BaseMigration) -> Point:
    label = "The first run of attendance"
    if migration.attendance_at:
        return Point("attendance", label, Standing.DONE, at=migration.attendance_at)
    told = f"It takes all marks that changed since the school moved. {_time_left(migration)}"
    found = _last_try(migration, Data.ATTENDANCE, "attendance", label)
    return found or _awaited(migration, Data.ATTENDANCE, label, told)


def _time_left(migration: BaseMigration) -> str:
    last = last_day_in_time(migration)
    days = (last - timezone.localdate()).days
    if days < 0:
        return f"The three months after the move ended on {in_words(last)}, so days can be missing: the run says which."
    left = "this is the last day" if days == 0 else "1 day is left" if days == 1 else f"{days} days are left"
    return f"It should end by {in_words(last)}, three months after the move: {left}."


def _last_try(migration: BaseMigration, data: Data, name: str, label: str) -> Point | None:
    """The newest run of some data since the migration, where it goes on or failed."""
    runs = CollectionRun.objects.filter(base=migration.base_id, data=data, first_day=None)
    run = runs.filter(made_at__gte=migration.migrated_at).order_by("-made_at", "-pk").first()
    if run is not None and run.is_open:
        return Point(name, label, Standing.RUNNING, run.get_state_display() + ".", run=run.pk)
    if run is not None and run.state == RunState.FAILED:
        return Point(name, label, Standing.FAILED, run.message, run=run.pk)
    return None


def _awaited(migration: BaseMigration, data: Data, label: str, told: str) -> Point:
    """Some data of which no run has ended yet: by which task it comes, and when. Only a task of all pupils counts."""
    awaited = first_of_all_pupils(migration.base, data)
    if awaited is None:
        kind = ATTENDANCE_CHANGED if data == Data.ATTENDANCE else data
        step = ("Add New Task", f"{reverse('add-task')}?base={migration.base_id}&kind={kind}&then=migration")
        return Point(data, label, Standing.TO_DO, f"No task collects it of all pupils. {told}", step=step)
    first, due = awaited
    said = f"Task “{first.name}” is due {moment(due)}. {told}"
    return Point(data, label, Standing.TO_DO, said, step=("Open the task", reverse("task", args=[first.pk])))


def _school_told(migration: BaseMigration) -> Point:
    label = "The school has the portal’s address and its login"
    if migration.school_told_at:
        by = f"Sent by {migration.school_told_by}." if migration.school_told_by else ""
        return Point("school-told", label, Standing.DONE, by, at=migration.school_told_at)
    if person := migration.base.people.filter(last_login__gte=migration.migrated_at).order_by("last_login").first():
        return Point("school-told", label, Standing.DONE, f"{person} has signed in.", at=person.last_login)
    return Point(
        "school-told",
        label,
        Standing.TO_DO,
        "The School Portal does not open from within SIMS any more.",
        step=("Send address and login", reverse("tell-school", args=[migration.base_id])),
    )
