"""From where a school is locked out after wrong passwords, and letting it try again at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
    locked = _locked([buyer.account.username])
    return [Lock(one["ip_address"] or "", one["last"] + get_cool_off()) for one in locked.order_by("-last")]


def locked_among(buyers: Iterable[Buyer]) -> set[str]:
    """The user names, of these buyers', that are locked out from anywhere now."""
    return {one["username"] for one in _locked([buyer.account.username for buyer in buyers])}


def unlock(buyer: Buyer, *, by: User | None, request: HttpRequest | None = None, who: str = "") -> bool:
    """Forget a school's wrong passwords, from wherever they came. False: there were none."""
    with transaction.atomic():
        forgotten, _ = _wrong_ones([buyer.account.username]).delete()
        if forgotten:
            record("school unlocked", by=by, target=buyer.name, request=request, who=who)
    return bool(forgotten)


def _wrong_ones(names: Iterable[str]) -> "QuerySet[AccessAttempt]":
    found: QuerySet[AccessAttempt] = AccessAttempt.objects.filter(username__in=names)
    return found


def _locked(names: Iterable[str]) -> Any:
    """A row for each name and address with too many wrong passwords: `username`, `ip_address`, `last` one's time."""
    recent = _wrong_ones(names).filter(attempt_time__gt=timezone.now() - get_cool_off()).order_by()
    counted = recent.values("username", "ip_address").annotate(wrong=Sum("failures_since_start"))
    return counted.filter(wrong__gte=settings.AXES_FAILURE_LIMIT).annotate(last=Max("attempt_time"))
