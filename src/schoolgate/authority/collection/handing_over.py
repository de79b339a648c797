"""What was collected handed over to be imported: kept on disk first, then told of in one commit."""

from django.db import transaction
from django.utils import timezone

from schoolgate.authority.collection.ending import fail, in_words, save_cursors, succeed
from schoolgate.authority.collection.gathering import LABELS, Gathered
from schoolgate.authority.collection.holding_back import drop_overtaken, keep, keep_raw_codes
from schoolgate.authority.collection.models import CollectionRun, Level
from schoolgate.authority.collection.not_yet_held import note_not_held, note_read
from schoolgate.authority.collection.staging import Staging, keep_document
from schoolgate.authority.exchange.import_job import submit_import
from schoolgate.authority.importing.models import Import
from schoolgate.authority.records.models import Change
from schoolgate.commons.faults import fault_point
from schoolgate.commons.jobs.kinds import LeaseLost
from schoolgate.wire.mis.connector import Connector

_NOTHING = dict.fromkeys(("read", "added", "updated", "same", "conflicts", "unmatched", "left_out"), 0)


def hand_over(run: CollectionRun, staging: Staging, gathered: Gathered, connector: Connector, *, full: bool) -> None:
    """Keep what was collected and ask for its import; `full` as in `Plan`. Raises NoSpace.

    Where nothing was said there is nothing to import, and the run ends here. A snapshot is imported even then, since
    an empty one is odd (`importing.guarding`). Raises LeaseLost where another attempt was quicker.
    """
    stored = keep_document(staging, full=full) if len(staging) or full else None
    fault_point("collect.staged")
    begun = run.started_at or run.made_at
    with transaction.atomic():
        held = CollectionRun.objects.select_for_update().filter(pk=run.pk, job=run.job_id)
        run.cursors = {f"{group}{gathered.scope}": text for group, text in gathered.cursors.items()}
        # Before new ones are kept, of which none is older than what was taken.
        drop_overtaken(run, staging, connector.read)
        run.held_back = keep(run, staging.held_back)
        note_not_held(run, gathered.scope, staging.marked_but_not_held)
        if gathered.by_days:
            note_read(run, gathered.scope, staging.known)
        keep_raw_codes(run.base, staging.codes.values())
        told = {
            "cursors": run.cursors,
            "held_back": run.held_back,
            "too_old_until": run.too_old_until,
            **_what_failed(gathered),
        }
        if stored is None:
            _end_without_import(run, gathered, told)
        else:
            this = Import.objects.create(
                base=run.base,
                source=Change.Source.RUN,
                source_name=f"{run.task_name}, {timezone.localtime(begun):%d %b %Y %H:%M}",
                source_key=stored.sha256,
                full=full,
                # As it is handed over: what was read again while this run went on is not newer than it.
                written_at=timezone.now(),
            )
            if not held.take("hand over", its_import=this, source_key=stored.sha256, **told):
                raise LeaseLost
            submit_import(this)
        fault_point("collect.before-commit")
    fault_point("collect.handed-over")


def _what_failed(gathered: Gathered) -> dict[str, str]:
    """What the run says once it has ended, where a group could not be read: its code and a sentence."""
    if not gathered.failed:
        return {"code": "", "message": ""}
    first, error = next(iter(gathered.failed.items()))
    others = f" So did {len(gathered.failed) - 1} more." if len(gathered.failed) > 1 else ""
    return {
        "code": error.trouble,
        "message": f"{LABELS[first]} failed: {error.sentence}{others} What else was read is imported."[:500],
        "level": Level.ERROR,
    }


def _end_without_import(run: CollectionRun, gathered: Gathered, told: dict[str, object]) -> None:
    counted = {
        "cursors": run.cursors,
        "held_back": run.held_back,
        "too_old_until": run.too_old_until,
        "counts": _NOTHING,
    }
    if gathered.failed:
        ended = fail(run, str(told["code"]), str(told["message"]), **counted)
        save_cursors(run)
    elif run.held_back:
        ended = succeed(run, in_words(_NOTHING, run.held_back), level=Level.WARN, **counted)
    else:
        ended = succeed(run, "Nothing has changed.", **counted)
    if not ended:
        raise LeaseLost
