"""What a person decides of an order whose call was not answered: the supplier was rung, and said what it has.

Sending it again without ringing may order everything twice. Each decision raises OrderRefused where the order has
moved on meanwhile.
"""

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.jobs.models import Job
from schoolgate.school.purchasing import sending
from schoolgate.school.purchasing.models import Order, OrderState
from schoolgate.school.purchasing.orders import OrderRefused, about, take_step


def arrived(order: Order, *, by: User | None, request: HttpRequest | None = None) -> None:
    """The supplier has it."""
    with transaction.atomic():
        held = _hold(order, OrderState.UNSURE)
        take_step(held, "arrive", by=by, sent_at=timezone.now(), said="")
        sending.may_have_arrived(held).update(outcome=sending.ARRIVED)
        _record("order said to have arrived", held, by=by, request=request)


def send_again(order: Order, *, by: User | None, request: HttpRequest | None = None) -> Job:
    """The supplier does not have it: the very same is sent once more. Or it waits to be sent: it is sent now."""
    with transaction.atomic():
        held = _hold(order, OrderState.UNSURE, OrderState.AUTHORISED)
        last = held.attempts.last() if held.state == OrderState.UNSURE else None
        job = sending.ask(held, after=last)
        if job is None:
            raise OrderRefused(f"Order {held.number} goes on paper: print it and post it.")
        _record("order sent again", held, by=by, request=request)
    return job


def not_there(order: Order, *, by: User | None, request: HttpRequest | None = None) -> None:
    """The supplier does not have it, and will not take it as it is: it is unauthorised again, to be changed."""
    with transaction.atomic():
        held = _hold(order, OrderState.UNSURE)
        take_step(held, "be refused", by=by, authorised_at=None, authorised_by=None, over_budget="")
        sending.may_have_arrived(held).update(outcome=sending.REFUSED)
        details = f"£{held.net:,.2f} net are no longer committed"
        _record("order said not to have arrived", held, by=by, request=request, details=details)


def _hold(order: Order, *states: str) -> Order:
    held = sending.hold(order.pk)
    if held.state not in states:
        raise OrderRefused(f"Order {held.number} is {held.get_state_display().lower()} by now.")
    return held


def _record(did: str, order: Order, *, by: User | None, request: HttpRequest | None, details: str = "") -> None:
    details = details or f"to {order.supplier}"
    record(did, by=by, target=str(order), details=details, request=request, about=about(order))
