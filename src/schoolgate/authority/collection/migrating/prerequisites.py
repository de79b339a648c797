"""What should be so before a base is migrated (seed, "Pre-requisites")."""

from dataclasses import dataclass

from django.urls import reverse

from schoolgate.authority.bases.models import SIMS_7, Base
from schoolgate.authority.bases.systems import system_label
from schoolgate.authority.collection.connections import connection_for, missing_of
from schoolgate.authority.collection.last_runs import tasks_of
from schoolgate.authority.collection.locks import locks_on
from schoolgate.authority.collection.migrating.awaited import first_of_all_pupils
from schoolgate.authority.collection.migrating.effects import TO
from schoolgate.authority.collection.models import (
    BaseMigration,
    ConnectionState,
    Data,
    Owner,
    Phase,
    ScheduledTask,
    Sources,
)
from schoolgate.authority.collection.task_fields import ATTENDANCE_CHANGED
from schoolgate.authority.collection.tasks import next_dues
from schoolgate.commons.jobs.health import live_workers
from schoolgate.wire.mis.registry import connector_named


@dataclass(frozen=True)
class Step:
    """What a person can do about a prerequisite: the words of a button, its address, and whether it is a POST."""

    words: str
    address: str
    post: bool = False


@dataclass(frozen=True)
class Prerequisite:
    """One of them: whether it is met, in a sentence, and what helps.

    `needed`: without it nobody can migrate. `needs_yes`: who goes on without it says so once more.
    """

    name: str
    label: str
    met: bool
    said: str
    step: Step | None = None
    needed: bool = False
    needs_yes: bool = False


def prerequisites_of(base: Base) -> list[Prerequisite]:
    """All of them, as they stand now."""
    return [_moved_on(base), _scheduler(), _phase_2(base), _attendance(base), _settings(base)]


def _moved_on(base: Base) -> Prerequisite:
    day = BaseMigration.objects.filter(base=base).values_list("school_moved_on", flat=True).first()
    said = f"The school moved on {day.day} {day:%B %Y}." if day else "On which day did the school itself move?"
    return Prerequisite("moved-on", "The school uses SIMS Primary", day is not None, said, needed=True)


def _scheduler() -> Prerequisite:
    runs = live_workers().exists()
    said = "It is running." if runs else "Nothing works on tasks at the moment. Ask whoever runs this site."
    return Prerequisite("scheduler", "The scheduler is running", runs, said, Step("Look at the jobs", reverse("jobs")))


def _phase_2(base: Base) -> Prerequisite:
    left = tasks_of(base).filter(phase=Phase.ONE, active=True).count()
    one = left == 1
    said = (
        f"{left} task{' is' if one else 's are'} still on Phase 1, and will stop."
        if left
        else "No task is left on Phase 1."
    )
    list_of_them = f"{reverse('phase-1-tasks')}?base={base.pk}&from=migration"
    step = Step("Migrate them to Phase 2", list_of_them) if left else None
    return Prerequisite("phase-2", "Its tasks are on Phase 2", not left, said, step, needs_yes=True)


def _attendance(base: Base) -> Prerequisite:
    label = "There is an Attendance Changed Data (SIMS Primary) task"
    if live := first_of_all_pupils(base, Data.ATTENDANCE):
        return Prerequisite("attendance", label, True, f"{live[0].name} starts with the migration.")
    none = "There is none for all pupils of this school, so attendance would not be collected after the migration."
    asked = f"?base={base.pk}&kind={ATTENDANCE_CHANGED}&then=migration"
    if there := _attendance_of_others():
        said = f"{none} Add the school to “{there.name}”: then the schools that migrate, together or months apart, are "
        step = Step(f"Add it to “{there.name}”", f"{reverse('edit-task', args=[there.pk])}{asked}")
        return Prerequisite("attendance", label, False, f"{said}in one task.", step)
    said = f"{none} Make it now: then the schools that migrate, together or months apart, are in one task."
    return Prerequisite("attendance", label, False, said, Step("Add New Task", f"{reverse('add-task')}{asked}"))


def _attendance_of_others() -> ScheduledTask | None:
    """The authority's attendance task of other schools that have migrated or will; none that a school has locked."""
    of_all = ScheduledTask.objects.filter(data=Data.ATTENDANCE, sources=Sources.API, active=True, owner=Owner.LA)
    theirs = of_all.filter(looked_after=False, bases__mis__in=[SIMS_7, TO]).distinct().order_by("name", "pk")
    tasks = [task for task in theirs if not task.nc_years]
    locked, dues = locks_on(tasks), next_dues(tasks)
    return next((task for task in tasks if task.pk in dues and task.pk not in locked), None)


def _settings(base: Base) -> Prerequisite:
    kind = connector_named(TO)
    label = f"The {system_label(TO)} settings are entered and work"
    connection = connection_for(base, kind)
    if missing := missing_of(connection, kind):
        enter = Step("Enter the settings", f"{reverse('base-connection', args=[base.pk, TO])}?then=migration")
        return Prerequisite("settings", label, False, f"Not entered yet: {', '.join(missing)}.", enter, needed=True)
    test = Step("Test these settings", reverse("test-connection", args=[base.pk, TO]), post=True)
    works = connection is not None and connection.state == ConnectionState.WORKS
    if connection is None or works:
        return Prerequisite("settings", label, works, "They were tested and work.", test, needed=True)
    failed = f"The last test of the settings failed. {connection.said}"
    said = failed if connection.said else "Nobody has tested the settings yet."
    return Prerequisite("settings", label, False, said, test, needs_yes=True)
