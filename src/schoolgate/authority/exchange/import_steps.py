"""What people do with an import: let it go on, turn it down, start it again, delete it from the list.

Each step holds the import's row, so that of two who try at once one succeeds; each stands in the audit.
"""

from collections.abc import Callable, Collection, Iterable

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.authority.exchange.import_job import ENDED_BADLY, submit_import, tell
from schoolgate.authority.exchange.import_outcome import NOT_IMPORTED_BY_THE_LA
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.importing.models import Import, ImportState, Waiting
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.jobs.submitting import cancel, start_again

LONGEST_REASON = 500
"""Characters."""


def agree(
    this: Import, *, seen: Collection[str] | None = None, by: User | None, request: HttpRequest | None = None
) -> bool:
    """Let an import go on that waits for a person. False: it does not wait, or with a question that was not seen.

    ``seen`` are the questions that the person saw, those of a preview included, with which it will not wait again;
    None: whichever it waits with.
    """

    def step(this: Import) -> bool:
        if this.state is not ImportState.WAITING or (seen is not None and this.waiting not in seen):
            return False
        _note(this, "import agreed to", by, request, why=str(Waiting(this.waiting).label))
        answered = {this.waiting, *this.agreed, *(seen or ())}
        this.agreed = [one for one in Waiting.values if one in answered]
        this.waiting = ""
        this.save(update_fields=["agreed", "waiting", "decided"])
        submit_import(this)
        _outcome_changed(this)
        return True

    return _held(this.pk, step)


def do_not_import(this: Import, reason: str, *, by: User | None, request: HttpRequest | None = None) -> bool:
    """End an import that waits for a person; the school is told ``reason``. False: it does not wait."""

    def step(this: Import) -> bool:
        if this.state is not ImportState.WAITING:
            return False
        _note(this, "import turned down", by, request, why=reason)
        this.waiting = ""
        this.not_imported_because = reason[:LONGEST_REASON]
        this.problems = [{"code": NOT_IMPORTED_BY_THE_LA}]
        this.failed_at = timezone.now()
        this.save(update_fields=["waiting", "not_imported_because", "problems", "failed_at", "decided"])
        tell(this)
        return True

    return _held(this.pk, step)


def retry(this: Import, *, by: User | None, request: HttpRequest | None = None) -> bool:
    """Queue a failed import again, also one that was turned down or deleted. False: it has not failed.

    Its job starts again under its own number, by which what it wrote so far is known and not counted twice.
    """

    def step(this: Import) -> bool:
        if this.state is not ImportState.FAILED or this.undo_id:
            return False
        job = Job.objects.filter(pk=this.job_id or 0).first()
        if job is None:
            submit_import(this, number=this.job_id)
        elif job.state not in ENDED_BADLY:
            submit_import(this)
        elif not start_again(job):
            return False
        _note(this, "import started again", by, request)
        this.failed_at = this.deleted_at = None
        this.problems, this.not_imported_because = [], ""
        this.save(update_fields=["failed_at", "deleted_at", "problems", "not_imported_because", "decided"])
        _outcome_changed(this)
        return True

    return _held(this.pk, step)


def delete(imports: Iterable[int], *, by: User | None, request: HttpRequest | None = None) -> int:
    """Take failed imports, by their numbers, from the list and from the first page; how many were.

    The received file, its receipt and its outcome stay as they are, for the school too, and what was imported of it
    stays. Its job is set aside.
    """

    def step(this: Import) -> bool:
        if this.state is not ImportState.FAILED or this.deleted_at:
            return False
        _note(this, "import deleted", by, request)
        this.deleted_at = timezone.now()
        this.save(update_fields=["deleted_at", "decided"])
        job = Job.objects.filter(pk=this.job_id or 0, state__in=ENDED_BADLY).first()
        if job is not None:
            cancel(job)
        return True

    with transaction.atomic():
        return sum(_held(number, step) for number in sorted(set(imports)))


def _held(number: int, step: Callable[[Import], bool]) -> bool:
    """Take a step while nobody else can; what the row says is read once it is held."""
    with transaction.atomic():
        this = Import.objects.select_for_update(of=("self",)).select_related("base").filter(pk=number).first()
        return this is not None and step(this)


def _note(this: Import, did: str, by: User | None, request: HttpRequest | None, *, why: str = "") -> None:
    record(did, by=by, target=f"import {this.pk}, {this.source_name}", details=why, request=request)
    who = str(by) if by is not None else "the command line"
    this.decided = [*this.decided, {"did": did, "by": who, "at": timezone.now().isoformat(), "why": why}]


def _outcome_changed(this: Import) -> None:
    ReceivedFile.objects.filter(its_import=this).update(outcome_changed_at=timezone.now())
