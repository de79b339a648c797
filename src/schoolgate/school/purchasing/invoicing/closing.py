"""Closing the rest of an order that never comes, so that its budgets are free, and opening it again (ADR 023)."""

from django.db import transaction
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.school.purchasing.authorising import MOST_OF_A_REASON
from schoolgate.school.purchasing.invoicing import counting
from schoolgate.school.purchasing.models import Order, OrderState
from schoolgate.school.purchasing.orders import OrderRefused, about, hold, take_step
from schoolgate.school.purchasing.years import YearRefused, require_open


def close_rest(order: Order, *, by: User, seen_version: int, reason: str, request: HttpRequest | None = None) -> None:
    """Nothing more of an order will come: what it still has committed is free. The supplier is not told by it.

    Raises ChangedMeanwhile, and OrderRefused by state or without a reason.
    """
    if not reason.strip():
        raise OrderRefused("Say why nothing more of the order will come.")
    with transaction.atomic():
        held = hold(order, seen_version)
        rest = sum((line.still_committed for line in held.lines.filter(removed_at=None)), counting.NOTHING)
        take_step(held, "complete", by=by, rest_closed=True)
        details = f"£{rest:,.2f} net are no longer committed: {reason.strip()[:MOST_OF_A_REASON]}"
        record("rest of order closed", by=by, target=str(held), details=details, request=request, about=about(held))


def open_rest(order: Order, *, by: User, seen_version: int, request: HttpRequest | None = None) -> None:
    """Something of a closed order comes after all: what is not invoiced is committed again, room or no room.

    Raises ChangedMeanwhile, and OrderRefused for an order that is not complete, has nothing left to come, or is of a
    closed year.
    """
    with transaction.atomic():
        held = hold(order, seen_version)
        try:
            require_open(held.year)
        except YearRefused as refused:
            raise OrderRefused(str(refused)) from refused
        lines = list(held.lines.filter(removed_at=None))
        if held.state != OrderState.COMPLETE:
            raise OrderRefused(f"Order {held.number} is {held.get_state_display().lower()}: it is open.")
        if counting.is_whole(lines):
            raise OrderRefused(f"All of order {held.number} is invoiced: nothing of it is left to come.")
        take_step(held, "reopen", by=by, rest_closed=False)
        rest = sum((line.still_committed for line in lines), counting.NOTHING)
        details = f"£{rest:,.2f} net are committed again"
        record("rest of order opened", by=by, target=str(held), details=details, request=request, about=about(held))
        counting.recount(counting.hold(held.pk))
