"""That the supplier's own system has an order: said by the program that fetched it, or by a person."""

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.supplier.models import Order


def take_order(order: Order, *, by: User | None, request: HttpRequest | None = None, who: str = "") -> bool:
    """Say that an order is taken; False: it was said before, and nothing changes."""
    return _set(order, taken=True, by=by, request=request, who=who)


def give_order_back(order: Order, *, by: User | None, request: HttpRequest | None = None, who: str = "") -> bool:
    """Say that an order is not taken after all; False: it was not."""
    return _set(order, taken=False, by=by, request=request, who=who)


def _set(order: Order, *, taken: bool, by: User | None, request: HttpRequest | None, who: str) -> bool:
    with transaction.atomic():
        at = timezone.now() if taken else None
        changed = Order.objects.filter(pk=order.pk, taken_at__isnull=taken).update(taken_at=at)
        if changed:
            record("order taken" if taken else "order not taken", by=by, target=str(order), request=request, who=who)
    order.refresh_from_db(fields=["taken_at"])
    return bool(changed)
