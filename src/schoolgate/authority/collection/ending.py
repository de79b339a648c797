"""How a run ends, and who is told: the task log, the journal, the first screen and the mail.

A run's cursors are saved in the very commit in which its import completes (ADR 19): before that nothing of it counts
as collected, so that after any crash the same is asked for again.
"""

from typing import Any

from django.db import transaction

from schoolgate.authority.bases.la import LA_NUMBER
from schoolgate.authority.collection.alerts import FAILED_RUN
from schoolgate.authority.collection.migrating.tracking import note_end, told_at_the_end
from schoolgate.authority.collection.models import CollectionRun, Cursor, Level, NotYetHeld, RunState
from schoolgate.authority.collection.running import page_of
from schoolgate.authority.exchange import outbox
from schoolgate.authority.exchange.import_job import ON_IMPORT_ENDED
from schoolgate.authority.importing.models import Import, Waiting
from schoolgate.commons.alerts.telling import tell_at_once
from schoolgate.commons.faults import fault_point
from schoolgate.commons.journal import writing as journal

_LEVELS: dict[Level, journal.Level] = {Level.INFO: "INFO", Level.WARN: "WARN", Level.ERROR: "ERROR"}

IMPORT_FAILED = "import-failed"
"""Code of a run: what was collected was not imported."""


@transaction.atomic
def succeed(run: CollectionRun, message: str, *, level: Level = Level.INFO, **values: Any) -> bool:
    """End a run well and let its cursors count. False: it has ended already."""
    if missing := told_at_the_end(run):
        level, message = Level.WARN, f"{message} {missing}"
    if not _step(run, "succeed", level=level, code="", message=message, next_try_at=None, **values):
        return False
    note_end(run)
    save_cursors(run)
    if run.its_import_id is None:
        # An import tells the journal of itself.
        _tell(run, level, message)
    return True


@transaction.atomic
def fail(run: CollectionRun, code: str, message: str, **values: Any) -> bool:
    """End a run that could not do its work. False: it has ended already."""
    if not _step(run, "fail", level=Level.ERROR, code=code[:40], message=message, next_try_at=None, **values):
        return False
    if code != IMPORT_FAILED:
        # An import that failed tells of itself.
        _tell(run, Level.ERROR, message)
        tell_at_once(FAILED_RUN.name, f"{_whose(run)}: {message}", key=f"run {run.pk}", link=page_of(run.pk))
    return True


@transaction.atomic
def cancel(run: CollectionRun, message: str = "Somebody called it off.") -> bool:
    """End a run that somebody called off, or that is not wanted any more. False: it has ended already."""
    return _step(run, "cancel", level=Level.WARN, message=message, next_try_at=None)


def save_cursors(run: CollectionRun) -> None:
    """Let the next run begin where this one ends."""
    NotYetHeld.objects.filter(read_by=run).delete()
    for group, text in run.cursors.items():
        Cursor.objects.update_or_create(
            base=run.base,
            connector=run.connector,
            group=group,
            defaults={"text": text, "started_at": run.started_at or run.made_at, "run": run},
        )


def import_ended(this: Import) -> None:
    """Hear of an import's end in its own commit: if it is of a run, or runs waited for it, they end with it."""
    for number in outbox.closed_by(this):
        waited = CollectionRun.objects.select_related("base").filter(pk=number).first()
        if waited is not None:
            counts = counts_of(this)
            told = f"{this.source_name} came. {in_words(counts, 0)}"
            succeed(waited, told, level=_level_of(counts, 0), counts=counts)
    run = CollectionRun.objects.select_related("base").filter(its_import=this).first()
    if run is None or run.state == RunState.SUCCESSFUL:
        return
    counts = counts_of(this)
    if this.completed_at and run.code and run.code != IMPORT_FAILED:
        # A group could not be read: what the others said is imported, and their cursors count.
        save_cursors(run)
        fail(run, run.code, run.message, counts=counts)
    elif this.completed_at:
        succeed(run, in_words(counts, run.held_back), level=_level_of(counts, run.held_back), counts=counts)
    elif this.waiting:
        _taken(run, level=Level.WARN, message=f"It waits for you. {Waiting(this.waiting).label}")
    else:
        why = this.not_imported_because or "What was collected was not imported. The import's page says why."
        fail(run, IMPORT_FAILED, why, counts=counts)
    fault_point("collect.ended")


ON_IMPORT_ENDED.append(import_ended)


def counts_of(this: Import) -> dict[str, int]:
    """An import's numbers in the words of the Task Log."""
    pupils, groups = this.counts.get("pupils", {}), this.counts.get("groups", {})
    return {
        "read": this.pupils,
        "added": pupils.get("added", 0),
        "updated": pupils.get("changed", 0),
        "same": pupils.get("same", 0),
        "conflicts": sum(one.get("conflict", 0) for one in groups.values()),
        "unmatched": pupils.get("unmatched", 0) + pupils.get("twice", 0),
        "left_out": sum(one.get("left_out", 0) for one in groups.values()),
    }


def in_words(counts: dict[str, int], held_back: int) -> str:
    """A run's numbers in a sentence."""
    read = counts["read"]
    told = [f"{number:,} {what.replace('_', ' ')}" for what, number in counts.items() if number and what != "read"]
    pupils = "1 pupil" if read == 1 else f"{read:,} pupils"
    rows = "1 row is held back" if held_back == 1 else f"{held_back:,} rows are held back"
    return f"{pupils}: {', '.join(told) or 'nothing to do'}." + (f" {rows}." if held_back else "")


def _level_of(counts: dict[str, int], held_back: int) -> Level:
    return Level.WARN if held_back or counts["unmatched"] or counts["conflicts"] or counts["left_out"] else Level.INFO


def _step(run: CollectionRun, step: str, **values: Any) -> bool:
    if "message" in values:
        values["message"] = values["message"][:500]
    taken = CollectionRun.objects.filter(pk=run.pk).take(step, **values) > 0
    if taken:
        run.refresh_from_db()
    return taken


def _taken(run: CollectionRun, **values: Any) -> None:
    CollectionRun.objects.filter(pk=run.pk).update(**values)


def _whose(run: CollectionRun) -> str:
    return f"{run.task_name} of {run.base.name}"


def _tell(run: CollectionRun, level: Level, message: str) -> None:
    journal.write(
        _LEVELS[level],
        f"{_whose(run)}: {message}",
        la=run.base.la,
        destination_la=LA_NUMBER.get(),
        school=run.base.number,
        link=page_of(run.pk),
    )
