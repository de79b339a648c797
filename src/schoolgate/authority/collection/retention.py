"""What was collected goes after a time; the Task Log, and every value that came of it, stay.

As with received files the row is written first, and the bytes go with the next sweep.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Max

from schoolgate.authority.collection.models import CollectionRun, HeldBackRow, LogLine, SuspendedResult
from schoolgate.authority.collection.models.run import OPEN
from schoolgate.authority.collection.running import page_of
from schoolgate.authority.collection.staging import collected_files
from schoolgate.authority.exchange.retention import reason_to_keep
from schoolgate.commons.jobs.periodic import every
from schoolgate.commons.preferences.registry import NumberPreference
from schoolgate.commons.retention.kinds import Item, Kept, keeps

LEFT_ALONE_FOR = timedelta(days=1)
"""A document comes before its row, so one that is new may yet get it."""

NOT_ENDED = "Its run has not ended."
NOT_DECIDED = "Nobody has decided on it yet."


@keeps
class CollectedFiles(Kept):
    """The documents of runs that were dealt with."""

    name = "collected-files"
    words = "Content of what was collected"
    stays = "the run’s line in the Task Log, and every value that came of it with its history"
    why = "to see what a school’s system said, and to import it again, for about a term"
    days = NumberPreference(
        "collected-files-days",
        default=90,
        meaning="for how many days the content of what was collected is kept; 0 is for ever",
    )

    def over(self, before: datetime) -> Iterator[Item]:
        kept = CollectionRun.objects.filter(made_at__lt=before).exclude(source_key="").order_by("made_at")
        for run in kept.select_related("base", "its_import__job"):
            size = collected_files().path(run.source_key)
            reason = NOT_ENDED if run.state in OPEN else reason_to_keep(run.its_import) if run.its_import else ""
            yield Item(
                run.pk,
                f"{run.task_name} of {run.base.name}",
                run.made_at,
                size.stat().st_size if size.is_file() else 0,
                page_of(run.pk),
                reason,
            )

    def remove(self, item: Item) -> str:
        with transaction.atomic():
            run = CollectionRun.objects.select_for_update(of=("self",)).select_related("its_import").get(pk=item.key)
            if run.state in OPEN:
                return NOT_ENDED
            reason = reason_to_keep(run.its_import) if run.its_import else ""
            if not reason:
                run.source_key = ""
                run.save(update_fields=["source_key"])
        return reason

    def end(self) -> None:
        sweep_collected()


@keeps
class HeldBackRows(Kept):
    """Rows of schools' systems on which somebody has decided."""

    name = "held-back-rows"
    words = "Rows that were held back and decided on"
    stays = "what was imported of them, and the audit’s line of who decided"
    why = "to see what could not be taken, and what was done about it"
    days = NumberPreference(
        "held-back-rows-days",
        default=90,
        meaning="for how many days rows of schools’ systems that were held back are kept; 0 is for ever",
    )

    def over(self, before: datetime) -> Iterator[Item]:
        for row in HeldBackRow.objects.filter(last_at__lt=before).defer("recorded_raw").order_by("last_at"):
            reason = NOT_DECIDED if row.state == HeldBackRow.State.HELD else ""
            yield Item(row.pk, f"{row.code} {row.group}", row.last_at, 0, held_back=reason)

    def remove(self, item: Item) -> str:
        gone, _ = HeldBackRow.objects.filter(pk=item.key).exclude(state=HeldBackRow.State.HELD).delete()
        return "" if gone else NOT_DECIDED


@keeps
class SuspendedResults(Kept):
    """Attainment that waited for its pupil, and that somebody discarded."""

    name = "suspended-results"
    words = "Suspended attainment that was discarded"
    stays = "the audit’s line of who discarded it"
    why = "so that it does not come back with the school’s next file"
    days = NumberPreference(
        "suspended-results-days",
        default=365,
        meaning="for how many days suspended attainment is kept after it was discarded; 0 is for ever",
    )

    def over(self, before: datetime) -> Iterator[Item]:
        for row in SuspendedResult.objects.filter(decided_at__lt=before).select_related("base").order_by("decided_at"):
            decided = row.decided_at or row.since
            yield Item(row.pk, f"of {row.base.dfe_number}, {row.file}", decided, 0, held_back=_still_waits(row))

    def remove(self, item: Item) -> str:
        gone, _ = SuspendedResult.objects.filter(pk=item.key, state=SuspendedResult.State.DISCARDED).delete()
        return "" if gone else NOT_DECIDED


def _still_waits(row: SuspendedResult) -> str:
    return "" if row.state == SuspendedResult.State.DISCARDED else NOT_DECIDED


@keeps
class LogLines(Kept):
    """The details of runs."""

    name = "run-log-lines"
    words = "Details of the Task Log"
    stays = "each run’s line in the Task Log, with its numbers and its message"
    why = "to find out what went wrong in a run"
    days = NumberPreference(
        "run-log-lines-days",
        default=180,
        meaning="for how many days the details of the Task Log are kept; 0 is for ever",
    )

    def over(self, before: datetime) -> Iterator[Item]:
        runs = LogLine.objects.order_by().values("run").annotate(last=Max("at"), number=Count("pk"))
        for of_run in runs.filter(last__lt=before).order_by("last"):
            yield Item(of_run["run"], f"{of_run['number']} lines of run {of_run['run']}", of_run["last"], 0)

    def remove(self, item: Item) -> str:
        LogLine.objects.filter(run=item.key).delete()
        return ""


@every(hours=1, words="Sweep what no run needs")
def sweep_collected() -> None:
    """Remove collected documents that no run speaks of, a day after they were written."""
    known = set(CollectionRun.objects.exclude(source_key="").values_list("source_key", flat=True))
    collected_files().sweep(known, LEFT_ALONE_FOR)
