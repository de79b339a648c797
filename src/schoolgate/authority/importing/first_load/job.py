"""The job that tries a first load, or carries it out."""

from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from schoolgate.authority.importing.first_load.loading import load
from schoolgate.authority.importing.first_load.opening import (
    kept_files,
    open_file,
    remove_what_was_left,
    ruling,
    sorted_by_school,
)
from schoolgate.authority.importing.first_load.trying import Trial, try_out
from schoolgate.authority.importing.models import FirstLoad
from schoolgate.commons.jobs.kinds import JobKind, Permanent, RunningJob, register
from schoolgate.documents.first_load.reading import FirstLoadFile
from schoolgate.documents.problems import DocumentError

GONE = "The file is not kept here any more. Choose it once more, and try it."


class CalledOff(Exception):
    """Somebody asked to stop; what is loaded stays."""


@register
class LoadExistingRecords(JobKind):
    """A first load, tried until somebody wants it, and carried out from then on."""

    name = "first load"
    label = "Loading existing records"

    def words(self, args: dict[str, Any]) -> str:
        return f"{'Loading' if args['save'] else 'Trying'} the existing records of {args['name']}"

    def run(self, running: RunningJob) -> dict[str, Any] | None:
        first = FirstLoad.objects.select_related("by").get(pk=running.args["first_load"])
        if first.job_id != running.job_id or first.loaded_at or first.content_gone_at:
            # Another job is at it since, or it has ended: there is nothing left to do.
            return None

        def progress(done: int, total: int, text: str) -> None:
            running.progress(done, total, text)
            if running.cancel_asked():
                raise CalledOff

        remove_what_was_left()
        try:
            file = open_file(partial(kept_files().open, first.sha256))
            with sorted_by_school(file, lambda rows: progress(rows, 0, "reading")) as found:
                if running.args["save"]:
                    load(first, file.header, found, ruling(), job=running.job_id, on_progress=progress)
                    return dict(first.outcome["loaded"]["pupils"])
                trial = try_out(first, found, ruling(), lambda done, total: progress(done, total, "trying"))
        except CalledOff:
            return None
        except FileNotFoundError:
            raise Permanent(GONE) from None
        except DocumentError as error:
            keep_refusal(first, error)
            return {"refused": error.code}
        keep_trial(first, file, trial)
        return dict(first.outcome["pupils"])


def keep_trial(first: FirstLoad, file: FirstLoadFile, trial: Trial) -> None:
    """Keep what a trial found, for people to decide by."""
    with transaction.atomic():
        first.outcome = {
            "kind": file.kind,
            "unknown": list(file.unknown),
            "windows": file.windows,
            **trial.as_json(),
        }
        first.keep_told([list(told) for told in trial.told])
        first.tried_at, first.error = timezone.now(), {}
        first.save(update_fields=["outcome", "told_packed", "tried_at", "error"])


def keep_refusal(first: FirstLoad, error: DocumentError) -> None:
    """Keep why a file cannot be read at all."""
    first.error = {"code": error.code, "message": error.message, "remedy": error.remedy, "line": error.line}
    first.outcome, first.told_packed, first.tried_at = {}, b"", timezone.now()
    first.save(update_fields=["error", "outcome", "told_packed", "tried_at"])
