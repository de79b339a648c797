"""Asking for files to be sent: by the button, by the command, and by whatever is due."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.jobs.models import State as JobState
from schoolgate.commons.jobs.submitting import submit
from schoolgate.school.exchange.folders import NOT_EXPORTED, root_folder
from schoolgate.school.exchange.logins import must_rest, wake
from schoolgate.school.exchange.models import Destination, School, State, Transfer

EXPORT = "export"


def ask_for_export(la: str, *, look: bool, by_person: bool) -> Job:
    """Have the files of one LA sent. `look`: also what lies in its folder now, and everything that waits."""
    return submit(EXPORT, {"la": la, "look": look, "by_person": by_person}, key=_key(la))


def ask_for_exports(las: Iterable[str], *, by_person: bool) -> list[Job]:
    """Have everything sent that lies in the folders of these LAs: "Export" (handbook 05), with `all_las()`."""
    with transaction.atomic():
        return [ask_for_export(la, look=True, by_person=by_person) for la in las]


def ask_for_file(transfer: Transfer) -> None:
    """Have one file sent that waits; a person asks, so what it travels with is tried even if it rests."""
    with transaction.atomic():
        wake(transfer, timezone.now())
        Transfer.objects.filter(pk=transfer.pk, asked_at=None).update(asked_at=timezone.now())
        ask_for_export(transfer.la, look=False, by_person=False)


def send_again(transfer: Transfer, *, by: User | None, request: HttpRequest | None = None) -> bool:
    """Have a file sent that waits, needs attention or was cancelled; false when it has moved on meanwhile."""
    with transaction.atomic():
        taken = transfer.take("try again", tries=0, next_try_at=None, asked_at=timezone.now())
        if taken:
            record("file sent again", by=by, target=transfer.name, request=request)
            ask_for_file(transfer)
    return taken


def cancel_file(transfer: Transfer, *, by: User | None, request: HttpRequest | None = None) -> bool:
    """Stop a file from being sent; it stays in its folder. False when it has moved on meanwhile."""
    with transaction.atomic():
        taken = transfer.take("cancel", next_try_at=None, asked_at=None)
        if taken:
            record("file cancelled", by=by, target=transfer.name, request=request)
    return taken


def ask_for_what_is_due(now: datetime) -> list[Job]:
    """Have sent what was asked for and can go on by itself now: due retries, LAs that may be tried again, and what a
    dead run left on its way. An LA or login that rests, or has an export coming already, is left alone."""
    asked = Transfer.objects.filter(asked_at__isnull=False).exclude(must_rest(now))
    due = asked.filter(Q(state=State.SENDING) | Q(state=State.RETRYING, next_try_at__lte=now))
    las = set(due.values_list("la", flat=True))
    may_try = set(Destination.objects.filter(try_again_at__lte=now).values_list("la", flat=True))
    may_try |= set(School.objects.filter(try_again_at__lte=now).values_list("destination_la", flat=True))
    las |= set(asked.filter(state=State.READY, la__in=may_try).values_list("la", flat=True))
    return [ask_for_export(la, look=False, by_person=False) for la in sorted(las - exports_coming())]


def exports_coming() -> set[str]:
    """The LAs for which an export waits to be done or is being done."""
    jobs = Job.objects.filter(kind=EXPORT, state__in=[JobState.READY, JobState.RUNNING])
    return {str(args["la"]) for args in jobs.values_list("args", flat=True)}


def all_las() -> list[str]:
    """Every LA with an entry, with files that wait, or with a folder of its number.

    Not in a transaction: the share that the root folder lies on may hang, and meanwhile nobody else could write.
    """
    las = set(Destination.objects.values_list("la", flat=True))
    las |= set(Transfer.objects.filter(state__in=[State.READY, State.RETRYING]).values_list("la", flat=True))
    root = root_folder()
    # A share that fails keeps no other folder's files; the look into it tells why.
    with suppress(OSError):
        if root is not None:
            las |= {folder.parent.name for folder in root.glob(f"[0-9][0-9][0-9]/{NOT_EXPORTED}")}
    return sorted(las)


def _key(la: str) -> str:
    return f"{EXPORT}:{la}"
