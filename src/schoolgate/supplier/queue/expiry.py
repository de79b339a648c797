"""Documents expire when no school has taken them for their days, and their supplier is warned before."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.alerts.telling import tell_at_once
from schoolgate.commons.jobs.periodic import every
from schoolgate.commons.journal.writing import write
from schoolgate.supplier.alerts import DOCUMENTS_EXPIRE
from schoolgate.supplier.models import Buyer, Document, DocumentEvent, State
from schoolgate.supplier.preferences import EXPIRY_DAYS, EXPIRY_WARNING_DAYS

AT_ONCE = 500
"""Rows a transaction: schools' calls pass in between."""
NOT_WARNED_OF_FOR = timedelta(days=1)
"""One with few days is not warned of in the moment at which it is queued."""


def expires_at(buyer: Buyer, now: datetime) -> datetime:
    """When a document expires that begins to wait for this buyer now."""
    return now + timedelta(days=buyer.expiry_days or EXPIRY_DAYS.get())


@every(minutes=1, words="Ending the days of documents that no school took")
def expire_what_is_over() -> int:
    """Say of each document whose day has come that it expired; how many.

    For schools they were gone at that very instant: this is only what their supplier sees.
    """
    total = 0
    while keys := list(Document.objects.over(timezone.now()).values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            now = timezone.now()
            over = list(Document.objects.select_for_update(of=("self",)).over(now).filter(pk__in=keys))
            Document.objects.filter(pk__in=[one.pk for one in over]).update(state=State.EXPIRED, changed_at=now)
            DocumentEvent.objects.bulk_create(
                DocumentEvent(document=one, at=one.expires_at, what="expired", words="Expired: no school took it")
                for one in over
            )
            if over:
                # Staff of every supplier read the journal: it names neither schools nor suppliers.
                told = f"{over[0]} has" if len(over) == 1 else f"{len(over):,} documents have"
                link = reverse("queue", urlconf=settings.ROOT_URLCONF) + f"?state={State.EXPIRED}"
                write("WARN", f"{told} expired: no school took what waited.", link=link)
            total += len(over)
    return total


@every(hours=1, words="Warning of documents that will expire")
def warn_of_what_expires() -> int:
    """Warn each supplier once of each document that will expire within the days that are set; how many.

    What waits for a test school is no business.
    """
    now = timezone.now()
    soon = Document.objects.expiring_soon(now, EXPIRY_WARNING_DAYS.get()).filter(warned_at=None, buyer__test=False)
    soon = soon.filter(changed_at__lte=now - NOT_WARNED_OF_FOR)
    total = 0
    while keys := list(soon.values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            found = list(soon.select_for_update(of=("self",)).filter(pk__in=keys))
            Document.objects.filter(pk__in=[one.pk for one in found]).update(warned_at=now)
            DocumentEvent.objects.bulk_create(
                DocumentEvent(document=one, at=now, what="warned", words="Will expire soon: no school took it")
                for one in found
            )
            for one in found:
                tell_at_once(
                    DOCUMENTS_EXPIRE.name,
                    f"{one.get_kind_display()} {one.doc_id} will expire on {_day(one.expires_at)}.",
                    key=f"document {one.pk}",
                    link=one.get_absolute_url(),
                )
            total += len(found)
    return total


def _day(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local.day} {local:%B %Y}"
