"""Changes to records of a school's staff, sent to the school: by a button, a command, and where it is set every day.

The schedule sends to schools that have sent a personnel file themselves: their program knows what one is.
"""

from datetime import time
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from schoolgate.authority.bases.la import LA_NUMBER
from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.kinds import KINDS
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.exchange.sending_back import SENT_OF_STAFF, Sent, Whose, send_back
from schoolgate.authority.records.subjects import STAFF
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.filestore import NoSpace
from schoolgate.commons.jobs.kinds import JobKind, RunningJob, register
from schoolgate.commons.journal import writing as journal
from schoolgate.commons.preferences.registry import TextPreference
from schoolgate.commons.schedules.models import Run
from schoolgate.commons.schedules.rules import Weekly
from schoolgate.commons.schedules.setting import remove_schedule, set_schedule
from schoolgate.documents.problems import DocumentError

SCHEDULE = "staff-changes"
EVERY_DAY = frozenset(range(7))

SENT_AT = TextPreference(
    "staff-changes-time",
    default="",
    meaning="the time of day, in London, at which changes to staff records are sent to schools; empty is never",
)


def send_changes(base: Base, *, by: User | None, request: HttpRequest | None = None) -> Sent:
    """Offer a school what was changed here of its staff, who has left included. Raises NoSpace, DocumentError."""
    with transaction.atomic():
        sent = send_back(base, SENT_OF_STAFF, Whose(STAFF, leavers=True), made_for="changes to staff records")
        if sent.entry is not None:
            details = f"{sent.values} values of {sent.people}: {sent.entry.name}"
            record("staff changes sent", by=by, target=base.dfe_number, details=details, request=request)
    return sent


def sent_at() -> time | None:
    """At which time of London's clock they are sent every day; None where they are not."""
    text = SENT_AT.get()
    return time.fromisoformat(text) if text else None


def set_sent_at(at: time | None, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Have them sent at this time every day from now on; None: not by themselves."""
    with transaction.atomic():
        SENT_AT.set(f"{at:%H:%M}" if at else "", by=by, request=request)
        if at:
            set_schedule(SCHEDULE, Weekly(at, EVERY_DAY), kind=StaffChanges.name)
        else:
            remove_schedule(SCHEDULE)


@register
class StaffChanges(JobKind):
    """One day's files. A school that fails stops no other; what a dead worker left is sent when it is run again."""

    name = "staff-changes"
    label = "Changes to staff records"
    routine = True

    def words(self, args: dict[str, Any]) -> str:
        return "Changes to staff records, to schools"

    def run(self, running: RunningJob) -> dict[str, Any] | None:
        run = Run.objects.filter(job=running.job_id).first()
        if run is not None:
            run.begin()
        files = values = failed = 0
        for base in schools_with_personnel_files():
            try:
                sent = send_changes(base, by=None)
            except (NoSpace, DocumentError) as error:
                failed += 1
                _tell_failed(base, error)
                continue
            files += sent.entry is not None
            values += sent.values
        return {"files": files, "values": values, "failed": failed}


def schools_with_personnel_files() -> list[Base]:
    """Those that have sent one."""
    sent = ReceivedFile.objects.filter(base=OuterRef("pk"), kind=KINDS["personnel"].name)
    return list(Base.objects.filter(Exists(sent), active=True).order_by("pk"))


def _tell_failed(base: Base, error: NoSpace | DocumentError) -> None:
    journal.write(
        "ERROR",
        f"Changes to staff records could not be put into a file for {base.name}. {error}",
        la=base.la,
        destination_la=LA_NUMBER.get(),
        school=base.number,
    )
