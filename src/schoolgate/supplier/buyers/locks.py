"""From where a school is locked out after wrong passwords, and letting it try again at once."""

from dataclasses import dataclass
from datetime import datetime

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.supplier.models import Buyer


@dataclass(frozen=True)
class Lock:
    """An address from which a school's user name is not let in, whatever the password, until this time."""

    address: str
    until: datetime


def locks_of(buyer: Buyer) -> list[Lock]:
    """The locks that stand now, the last one first. From any other address the school may call (DESIGN 9)."""
    cool_off = get_cool_off()
    recent = _wrong_ones(buyer).filter(attempt_time__gt=timezone.now() - cool_off)
    by_address = recent.order_by().values("ip_address").annotate(wrong=Sum("failures_since_start"))
    locked = by_address.filter(wrong__gte=settings.AXES_FAILURE_LIMIT).annotate(last=Max("attempt_time"))
    return [Lock(one["ip_address"] or "", one["last"] + cool_off) for one in locked.order_by("-last")]


def unlock(buyer: Buyer, *, by: User, request: HttpRequest | None = None) -> bool:
    """Forget a school's wrong passwords, from wherever they came. False: there were none."""
    with transaction.atomic():
        forgotten, _ = _wrong_ones(buyer).delete()
        if forgotten:
            record("school unlocked", by=by, target=buyer.name, request=request)
    return bool(forgotten)


def _wrong_ones(buyer: Buyer) -> "QuerySet[AccessAttempt]":
    found: QuerySet[AccessAttempt] = AccessAttempt.objects.filter(username=buyer.account.username)
    return found
