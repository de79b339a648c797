"""Sending an authorised order to its supplier: an attempt is on record before anything goes out.

It goes by web service, or by e-mail to who still wants that; what goes on paper is not sent from here. SendOrder
answers true or a fault, and no operation asks afterwards what became of a call that was not answered (reference 2.2);
nor does SMTP of a mail. So each attempt ends in one of four ways: it arrived, it was refused, it never went out, or
nobody is sure. What may have arrived is sent again by itself only to a service for which an order that comes twice is
one order; else a person rings the supplier (`deciding`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Min, QuerySet
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.audit.recording import record
from schoolgate.commons.filestore import NoSpace
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.jobs.models import State as JobState
from schoolgate.commons.jobs.submitting import submit
from schoolgate.commons.journal.writing import Level, write
from schoolgate.documents.problems import DocumentError
from schoolgate.school.purchasing import alerts, order_document, store
from schoolgate.school.purchasing.mailing.outgoing import goes_by_mail, why_not_now
from schoolgate.school.purchasing.models import Order, OrderMethod, OrderState, SendAttempt, WebService
from schoolgate.school.purchasing.orders import about
from schoolgate.wire.http import TRIES, Again, GiveUp, NextStep, wait_before_next

SEND = "send-order"

ARRIVED, REFUSED, NOT_OUT, UNSURE = "arrived", "refused", "not-out", "unsure"
"""How an attempt ends (`SendAttempt.outcome`)."""

INTERRUPTED = "interrupted"
"""The code of an attempt whose process died."""

BY_MAIL = "e-mail"

WHERE_TO = ("supplier__web_service", "came_by", "document")
"""What an order is read with where its way to the supplier is asked for."""

SOMEBODY_WAITS = 5
"""Priority: who authorised the order waits before the screen."""


class CannotBeSent(Exception):
    """No call can be made for this order now; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt did not arrive, by whatever way it went: REFUSED, NOT_OUT or UNSURE, with a stable `code`.

    `said` is what the order tells of it, `sentence` the same in short, `step` what the table of retries says.
    """

    outcome: str
    code: str
    sentence: str
    said: str
    step: NextStep


@dataclass(frozen=True, slots=True)
class Ended:
    """How an attempt ended; `again_in`: it is made again by itself after so long."""

    outcome: str
    again_in: timedelta | None = None


def service_of(order: Order) -> WebService | None:
    """The web service that an order goes out by: the one it came by, else its supplier's. None: another way."""
    if order.came_by is not None:
        return order.came_by
    if goes_by_mail(order):
        return None
    supplier = order.supplier
    return supplier.web_service if supplier.order_method == OrderMethod.E_PROCUREMENT else None


def goes_out(order: Order) -> bool:
    """Whether an order is sent from here, by web service or by e-mail; else it is printed and posted."""
    return goes_by_mail(order) or service_of(order) is not None


def ask(order: Order, *, after: SendAttempt | None = None) -> Job | None:
    """Have an order sent, in the caller's transaction; None for one that goes on paper.

    Orders of a service, and those by e-mail, go one after the other. `after`: somebody wants an order that may have
    arrived to be sent again after this attempt.
    """
    if not goes_out(order):
        return None
    service = service_of(order)
    args = {"order": order.pk, **({"after": after.pk} if after else {})}
    return submit(SEND, args, key=f"{SEND}:{service.pk if service else BY_MAIL}", priority=SOMEBODY_WAITS)


def hold(pk: int) -> Order:
    """The order as it stands now, held until the transaction ends."""
    chosen = Order.objects.select_for_update(of=("self",)).select_related(*WHERE_TO)
    held: Order = chosen.get(pk=pk)
    return held


def orders_coming() -> set[int]:
    """The orders, by their numbers in the database, that a job is going to send or is sending."""
    jobs = Job.objects.filter(kind=SEND, state__in=(JobState.READY, JobState.RUNNING))
    return {args["order"] for args in jobs.values_list("args", flat=True)}


def next_try(order: Order) -> datetime | None:
    """When a job sends the order, if one is to: a moment that is past stands for now."""
    jobs = Job.objects.filter(kind=SEND, state__in=(JobState.READY, JobState.RUNNING), args__order=order.pk)
    found: datetime | None = jobs.aggregate(first=Min("run_at"))["first"]
    return found


def ask_for_what_waits() -> None:
    """Have sent what waited until its service answered again, or was set up anew; and settle what no job has in hand
    any more."""
    states = (OrderState.AUTHORISED, OrderState.UNSURE, OrderState.SENDING)
    waiting = list(Order.objects.filter(state__in=states).select_related(*WHERE_TO))
    # Asked for only now: an order that began to be sent after the first question has its job by the second.
    coming = orders_coming()
    for order in waiting:
        if order.pk in coming:
            continue
        if order.state == OrderState.SENDING:
            settle(order, goes_on=False)
        elif _is_cured(order):
            with transaction.atomic():
                ask(order)


def settle(order: Order, *, goes_on: bool) -> None:
    """End what a dead process left open: nobody knows whether its call went out.

    `goes_on`: whoever asks sends it again now if that harms nobody.
    """
    for attempt in order.attempts.filter(ended_at=None):
        said = "This computer stopped while the order was on its way."
        _end(attempt, UNSURE, INTERRUPTED, said, Again() if goes_on else GiveUp())


def begin(order: Order, *, after: int | None = None) -> tuple[SendAttempt, bytes] | None:
    """Note an attempt, and what is to be sent; None when the order is in no state to be sent.

    `after` is the attempt after which somebody wants it sent again: that counts as long as no later call may have
    arrived. Raises CannotBeSent.
    """
    service = service_of(order)
    if not goes_out(order) or not _may_go(order, service, after):
        return None
    if service is not None and service.turned_off:
        raise CannotBeSent(f"The web service {service.name} is turned off. Turn it on under eProcurement set-up.")
    if service is None and (why := why_not_now(order.supplier)):
        raise CannotBeSent(why)
    xml = _document(order)
    try:
        kept = store.keep(xml)
    except NoSpace as error:
        raise CannotBeSent(str(error)) from error
    with transaction.atomic():
        held = hold(order.pk)
        # A decision that somebody took meanwhile asks for itself.
        if held.version != order.version or not _may_go(held, service, after):
            return None
        mailed_to = "" if service else order.supplier.email
        attempt = SendAttempt.objects.create(order=held, service=service, mailed_to=mailed_to, sha256=kept.sha256)
        _take(held, "send")
    return attempt, xml


def end(attempt: SendAttempt, failure: Failure | None) -> Ended:
    """Write down how an attempt ended, and what follows for its order; None: the service, or mail server, took it."""
    if failure is None:
        return _end(attempt, ARRIVED, "", "", GiveUp())
    return _end(attempt, failure.outcome, failure.code, failure.said, failure.step)


def note_hindrance(order: Order, why: str) -> None:
    """Say on the order why no call could be made for it; told once."""
    with transaction.atomic():
        held = hold(order.pk)
        if held.state in (OrderState.AUTHORISED, OrderState.UNSURE) and held.said != why[:500]:
            Order.objects.filter(pk=held.pk).update(said=why[:500], changed_at=timezone.now())
            _tell("WARN", held, f"Order {held.number} was not sent.", why)


def may_have_arrived(order: Order) -> "QuerySet[SendAttempt]":
    """The attempts of which nobody knows whether they arrived, the first one first."""
    return order.attempts.filter(outcome=UNSURE)


def _may_go(order: Order, service: WebService | None, after: int | None) -> bool:
    if order.state == OrderState.AUTHORISED:
        return True
    if order.state != OrderState.UNSURE:
        return False
    if service is not None and service.safe_to_repeat:
        return True
    return after is not None and not order.attempts.filter(pk__gt=after).exclude(outcome=NOT_OUT).exists()


def _is_cured(order: Order) -> bool:
    """Whether it waits only for a service, or the mail server, that has answered since, or that somebody has set up
    anew since."""
    if goes_by_mail(order):
        others = SendAttempt.objects.filter(service=None, outcome=ARRIVED, ended_at__gt=order.changed_at)
        return order.state == OrderState.AUTHORISED and bool(order.said) and others.exists()
    service = service_of(order)
    if service is None or service.turned_off or service.trouble or not order.said:
        return False
    if order.state == OrderState.UNSURE and not service.safe_to_repeat:
        return False
    since = (service.changed_at, service.last_success_at)
    return any(moment is not None and moment > order.changed_at for moment in since)


def _document(order: Order) -> bytes:
    """What is sent: what may have arrived before, byte for byte, else the order as it is now."""
    before = may_have_arrived(order).first()
    try:
        return order_document.write(order) if before is None else store.read(before.sha256)
    except DocumentError as error:
        raise CannotBeSent(
            f"The order cannot be written as a document: {error.message} {error.remedy}".strip()
        ) from error
    except store.UNREADABLE as error:
        raise CannotBeSent("What was sent before cannot be read any more. Ring the supplier.") from error


def _end(attempt: SendAttempt, outcome: str, code: str, said: str, step: NextStep) -> Ended:
    with transaction.atomic():
        order = hold(attempt.order_id)
        now = SendAttempt.objects.get(pk=attempt.pk)
        # Another process took this one for dead: only a late word that it arrived changes anything.
        if now.ended_at is not None and outcome != ARRIVED:
            return Ended(now.outcome)
        attempt.ended_at, attempt.outcome, attempt.code, attempt.said = timezone.now(), outcome, code[:40], said[:500]
        attempt.save()
        again = _again_in(order, attempt, step)
        _move(order, attempt, final=again is None)
    return Ended(outcome, again)


def _again_in(order: Order, attempt: SendAttempt, step: NextStep) -> timedelta | None:
    """When it is made again by itself: where a repetition may cure it and harms nobody, TRIES times at most."""
    harmless = attempt.outcome == NOT_OUT or (
        attempt.outcome == UNSURE and attempt.service is not None and attempt.service.safe_to_repeat
    )
    tries = order.attempts.filter(began_at__gte=order.authorised_at or attempt.began_at).count()
    if not harmless or not isinstance(step, Again) or tries >= TRIES:
        return None
    return timedelta(seconds=wait_before_next(tries, asked=step.after))


def _move(order: Order, attempt: SendAttempt, *, final: bool) -> None:
    """Take the order's step, and tell of it what is final."""
    outcome, said = attempt.outcome, attempt.said
    to = f"to {order.supplier}, by {attempt.service or f'e-mail to {attempt.mailed_to}'}"
    others_may_have = may_have_arrived(order).exclude(pk=attempt.pk).exists()
    if outcome == ARRIVED:
        if _take(order, "arrive", sent_at=attempt.ended_at, said=""):
            details = f"£{order.gross:,.2f} gross, {to}"
            record("order sent", by=None, target=str(order), details=details, about=about(order))
            went = "was sent, and has arrived" if attempt.service else "was handed to the mail server"
            _tell("INFO", order, f"Order {order.number} {went}.", to)
        elif order.state in (OrderState.UNAUTHORISED, OrderState.DISCARDED, OrderState.CANCELLED):
            state = order.get_state_display().lower()
            _tell("ERROR", order, f"Order {order.number} is {state}, and has arrived after all. Ring its supplier.", to)
    elif outcome == UNSURE or others_may_have:
        # That this call did not get through says nothing of the one before it.
        if _take(order, "be unsure", said=said) and final:
            record("order unsure", by=None, target=str(order), details=f"{to}: {said}", about=about(order))
            alerts.note_unsure(order)
            _tell("WARN", order, f"Nobody knows whether order {order.number} has arrived.", said)
    elif outcome == REFUSED:
        if _take(order, "be refused", said=said, authorised_at=None, authorised_by=None, over_budget=""):
            details = f"£{order.net:,.2f} net are no longer committed; {to}: {said}"
            record("order refused by its supplier", by=None, target=str(order), details=details, about=about(order))
            alerts.note_refusal(order)
            whom = "its supplier’s web service" if attempt.service else "the mail server"
            _tell("WARN", order, f"Order {order.number} was refused by {whom}.", said)
    elif _take(order, "not go out", said=said) and final:
        _tell("WARN", order, f"Order {order.number} was not sent.", said)


def _take(order: Order, step: str, **values: Any) -> bool:
    return bool(Order.objects.filter(pk=order.pk).take(step, version=F("version") + 1, **values))


def _tell(level: Level, order: Order, message: str, details: str) -> None:
    write(level, message, details=details, link=reverse("purchase-order", args=[order.pk]))
