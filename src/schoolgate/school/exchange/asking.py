"""Asking for files to be sent: by the button, by the command, and by whatever is due."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

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
from schoolgate.school.exchange.models import Destination, PersonnelSchool, School, State, Transfer
from schoolgate.school.exchange.models.transfer import TransferQuerySet
from schoolgate.school.exchange.places import PERSONNEL, STUDENT, is_of_staff
from schoolgate.school.exchange.preferences import PERSONNEL_URL

EXPORT = "export"
IMPORT = "file-import"


def ask_for_export(place: str, *, look: bool, by_person: bool) -> Job:
    """Have the files of one place sent. `look`: also what lies in its folder now, and everything that waits."""
    return submit(EXPORT, {**job_args_of(place), "look": look, "by_person": by_person}, key=f"{EXPORT}:{place}")


def ask_for_exports(places: Iterable[str], *, by_person: bool) -> list[Job]:
    """Have everything sent that lies in the folders of these places.

    With `all_las()` it is "Export" of pupil files (handbook 05), with `staff_places()` of personnel files (06).
    """
    with transaction.atomic():
        return [ask_for_export(place, look=True, by_person=by_person) for place in places]


def ask_for_imports(places: Iterable[str], *, user: str = "", by_person: bool) -> list[Job]:
    """Have fetched what the LAs have for these places: "Import" (handbook 06). `user` narrows it to one user name's."""
    with transaction.atomic():
        return [
            submit(IMPORT, {**job_args_of(place), "user": user, "by_person": by_person}, key=f"{IMPORT}:{place}")
            for place in places
        ]


def ask_for_file(transfer: Transfer) -> None:
    """Have one file sent that waits; a person asks, so what it travels with is tried even if it rests."""
    with transaction.atomic():
        wake(transfer, timezone.now())
        Transfer.objects.filter(pk=transfer.pk, asked_at=None).update(asked_at=timezone.now())
        ask_for_export(transfer.place, look=False, by_person=False)


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
    may_try = set(Destination.objects.filter(try_again_at__lte=now).values_list("la", flat=True))
    may_try |= set(School.objects.filter(try_again_at__lte=now).values_list("destination_la", flat=True))
    of_staff = PersonnelSchool.objects.filter(try_again_at__lte=now)
    may_try |= {la + number for la, number in of_staff.values_list("la", "number")}
    ready = asked.filter(state=State.READY)
    places = _places_of(due) | (_places_of(ready) & may_try if may_try else set())
    return [ask_for_export(place, look=False, by_person=False) for place in sorted(places - exports_coming())]


def exports_coming() -> set[str]:
    """The places from which an export waits to be done or is being done."""
    jobs = Job.objects.filter(kind=EXPORT, state__in=[JobState.READY, JobState.RUNNING])
    return {place_of_job(args) for args in jobs.values_list("args", flat=True)}


def job_args_of(place: str) -> dict[str, Any]:
    """How a job is told its place (``places``)."""
    return {"la": place[:3], "school": place[3:]} if is_of_staff(place) else {"la": place}


def place_of_job(args: Mapping[str, Any]) -> str:
    """The place (``places``) that a job is for."""
    return f"{args['la']}{args.get('school', '')}"


def staff_places() -> list[str]:
    """The places that personnel files go from: every school with a row, once there is an address for all of them."""
    return [row.place for row in PersonnelSchool.objects.all()] if PERSONNEL_URL.get() else []


def all_las() -> list[str]:
    """Every LA with an entry, with files that wait, or with a folder of its number.

    Not in a transaction: the share that the root folder lies on may hang, and meanwhile nobody else could write.
    """
    las = set(Destination.objects.values_list("la", flat=True))
    pupil_files = Transfer.objects.filter(kind=STUDENT, state__in=[State.READY, State.RETRYING])
    las |= set(pupil_files.values_list("la", flat=True))
    root = root_folder()
    # A share that fails keeps no other folder's files; the look into it tells why.
    with suppress(OSError):
        if root is not None:
            las |= {folder.parent.name for folder in root.glob(f"[0-9][0-9][0-9]/{NOT_EXPORTED}")}
    return sorted(las)


def _places_of(transfers: TransferQuerySet) -> set[str]:
    numbers = transfers.order_by().values_list("kind", "la", "source_la", "source_school").distinct()
    return {la_of_school + number if kind == PERSONNEL else la for kind, la, la_of_school, number in numbers}
