"""The bytes of received files go after 90 days; row, receipt, journal and every change they brought stay.

The row is written first, and the bytes go with the next sweep, which removes what no row speaks of. A run that dies
between the two leaves bytes for an hour; the other way round a row would promise bytes that are gone. The sweep also
leaves alone what has just come: the same bytes may be arriving again, under another name.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.exchange.models import OutboxEntry, ReceivedFile
from schoolgate.authority.exchange.sweeping import sweep_exchange
from schoolgate.authority.importing.models import Import, ImportState
from schoolgate.commons.faults import fault_point
from schoolgate.commons.preferences.registry import NumberPreference
from schoolgate.commons.retention.kinds import Item, Kept, keeps

NOT_IMPORTED = "Its import has not ended."
WAITS = "Its import waits for a person."
FAILED = "Its import failed, and nothing of its school was imported since. Retry it, or delete it from the list."
SHARED = "The same bytes are another file’s, which is still kept."


@keeps
class ReceivedFiles(Kept):
    """The bytes of files that were dealt with."""

    name = "received-files"
    words = "Content of received files"
    stays = "the file’s page, its receipt, the journal, and every value that came from it with its history"
    why = "to see what a school sent, and to import it again, for about a term"
    days = NumberPreference(
        "received-files-days",
        default=90,
        meaning="for how many days the content of received files is kept; 0 is for ever",
    )

    def over(self, before: datetime) -> Iterator[Item]:
        younger = ReceivedFile.objects.filter(sha256=OuterRef("sha256"), content_gone_at=None, received_at__gte=before)
        kept = ReceivedFile.objects.filter(content_gone_at=None, received_at__lt=before).order_by("received_at")
        files = list(kept.defer("receipt").select_related("its_import__job"))
        shared = set(kept.filter(Exists(younger)).values_list("pk", flat=True))
        # One question for all: a failed import each would be asked about by a query of its own.
        imports = Import.objects.filter(file__in=kept, completed_at=None)
        later = set(
            imports.filter(
                Exists(_imported_after(OuterRef("base"), OuterRef("subject"), OuterRef("written_at")))
            ).values_list("pk", flat=True)
        )
        reasons = {
            file.pk: SHARED if file.pk in shared else reason_to_keep(file.its_import, later=file.its_import_id in later)
            for file in files
        }
        needed = {file.sha256 for file in files if reasons[file.pk]}
        for file in files:
            reason = reasons[file.pk] or (SHARED if file.sha256 in needed else "")
            address = reverse("received-file", args=[file.pk])
            yield Item(file.pk, f"{file.name}, {file.ref}", file.received_at, file.size, address, reason)

    def remove(self, item: Item) -> str:
        with transaction.atomic():
            # Held so that nobody starts it again meanwhile, and held first, as by whoever goes on to its file.
            this = Import.objects.select_for_update(of=("self",)).filter(file=item.key).first()
            file = ReceivedFile.objects.select_for_update(of=("self",)).get(pk=item.key)
            reason = reason_to_keep(this)
            if not reason:
                file.content_gone_at = timezone.now()
                file.save(update_fields=["content_gone_at"])
        fault_point("retention.row-written")
        return reason

    def end(self) -> None:
        sweep_exchange()


@keeps
class OutboxFiles(Kept):
    """The bytes of files that schools have, or that were withdrawn."""

    name = "outbox-files"
    words = "Content of files for schools that have ended"
    stays = "the file’s page in the outbox, the journal, the audit, and every value with its history"
    why = "to see what a school was sent, for about a term"
    days = NumberPreference(
        "outbox-files-days",
        default=90,
        meaning="for how many days the content of files for schools is kept after their end; 0 is for ever",
    )

    def over(self, before: datetime) -> Iterator[Item]:
        files = OutboxEntry.objects.files().filter(ended_at__lt=before, content_gone_at=None)
        for file in files.select_related("base").order_by("ended_at"):
            address = reverse("outbox-file", args=[file.pk])
            yield Item(file.pk, f"{file.base.name}: {file}", file.ended_at or file.made_at, file.size, address)

    def remove(self, item: Item) -> str:
        OutboxEntry.objects.filter(pk=item.key).update(content_gone_at=timezone.now())
        return ""

    def end(self) -> None:
        sweep_exchange()


@keeps
class OutboxEntries(Kept):
    """What schools were asked for, and offered."""

    name = "outbox"
    words = "Requests to schools and files for them that have ended"
    stays = "the run that asked, the journal, the audit, and the file that answered"
    why = "to see what a school was asked for or sent, and when it answered, for about a school year"
    days = NumberPreference(
        "outbox-days",
        default=365,
        meaning="for how many days requests to schools and files for them are kept after their end; 0 is for ever",
    )

    def over(self, before: datetime) -> Iterator[Item]:
        for entry in OutboxEntry.objects.filter(ended_at__lt=before).select_related("base").order_by("ended_at"):
            ended = entry.ended_at or entry.made_at
            yield Item(entry.pk, f"{entry.base.name}: {entry}", ended, 0, reverse("base", args=[entry.base_id]))

    def remove(self, item: Item) -> str:
        OutboxEntry.objects.filter(pk=item.key).delete()
        return ""


def reason_to_keep(this: Import | None, *, later: bool | None = None) -> str:
    """Why the bytes that an import is of are still needed; empty when they are not.

    A failed one is done with once somebody turned it down or deleted it, or a later file of its school was imported:
    `later` says whether one was, where that is known.
    """
    if this is None or this.state in {ImportState.QUEUED, ImportState.PROCESSING}:
        return NOT_IMPORTED
    if this.state is ImportState.WAITING:
        return WAITS
    if this.state is ImportState.COMPLETED or this.deleted_at or this.not_imported_because:
        return ""
    if later is None:
        later = _imported_after(this.base_id, this.subject, this.written_at).exists()
    return "" if later else FAILED


def _imported_after(base: Any, subject: Any, written_at: Any) -> "QuerySet[Import]":
    return Import.objects.filter(base=base, subject=subject, written_at__gt=written_at, completed_at__isnull=False)
