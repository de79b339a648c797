"""What should be so before a base is migrated (seed, "Pre-requisites")."""

from dataclasses import dataclass

from django.urls import reverse

from schoolgate.authority.bases.models import Base
from schoolgate.authority.bases.systems import system_label
from schoolgate.authority.collection.connections import connection_for, missing_of
from schoolgate.authority.collection.last_runs import tasks_of
from schoolgate.authority.collection.migrating.effects import TO
from schoolgate.authority.collection.models import BaseMigration, ConnectionState, Data, Phase, Sources
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
    step = Step("Migrate them to Phase 2", f"{reverse('phase-1-tasks')}?base={base.pk}") if left else None
    return Prerequisite("phase-2", "Its tasks are on Phase 2", not left, said, step, needs_yes=True)


def _attendance(base: Base) -> Prerequisite:
    live = tasks_of(base).filter(data=Data.ATTENDANCE, sources=Sources.API, active=True).first()
    said = (
        f"{live.name} starts with the migration."
        if live
        else "There is none, so attendance would not be collected after the migration. Make it now: then the schools "
        "that migrate, together or months apart, are in one task."
    )
    add = f"{reverse('add-task')}?base={base.pk}&kind=attendance-changed"
    step = None if live else Step("Add New Task", add)
    label = "There is an Attendance Changed Data (SIMS Primary) task"
    return Prerequisite("attendance", label, live is not None, said, step)


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
