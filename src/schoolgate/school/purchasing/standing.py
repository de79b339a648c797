"""Where an order stands, in a sentence: what happened to it last, and who does what next."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from django.utils import timezone

from schoolgate.school.purchasing import sending
from schoolgate.school.purchasing.authorising import kept_from, over_in_words, who_can
from schoolgate.school.purchasing.budget import rooms_of
from schoolgate.school.purchasing.invoicing.progress import ALL, IN_PART, progress_of
from schoolgate.school.purchasing.models import Order, OrderState


@dataclass(frozen=True, slots=True)
class Standing:
    """`look`: good, busy, warning or bad, as the verdict of a page."""

    heading: str
    text: str
    look: Literal["good", "busy", "warning", "bad"]


def standing_of(order: Order) -> Standing:
    """How an order stands and what comes next."""
    supplier, goes_out = order.supplier.name, sending.goes_out(order)
    match order.state:
        case OrderState.UNAUTHORISED if order.said:
            text = f"It said: “{order.said}” Change what it names, or discard it. {_by_whom(order)}"
            return Standing(f"{supplier} refused it.", text, "bad")
        case OrderState.UNAUTHORISED:
            return Standing("It waits to be authorised.", _by_whom(order), "warning")
        case OrderState.AUTHORISED if goes_out and order.said:
            return Standing("It has not gone out yet.", f"{_ended(order.said)} {_when_next(order)}", "warning")
        case OrderState.AUTHORISED if goes_out:
            return Standing("It is sent next.", "", "busy")
        case OrderState.AUTHORISED:
            return Standing("Print it and post it.", f"It goes to {supplier} on paper.", "warning")
        case OrderState.SENDING:
            return Standing(f"It is on its way to {supplier} now.", "", "busy")
        case OrderState.UNSURE:
            on = f" on {order.supplier.telephone}" if order.supplier.telephone else ""
            if sending.next_try(order):
                text = f"{_ended(order.said)} {_when_next(order)}"
                return Standing("Nobody knows whether it arrived.", text, "busy")
            text = f"{_ended(order.said)} Ring {supplier}{on}, and say here what they have."
            return Standing("Nobody knows whether it arrived.", text, "bad")
        case OrderState.SENT if order.attempts.filter(outcome=sending.ARRIVED).exclude(mailed_to="").exists():
            nothing = "Nothing proves that it was read: ring them if they do not confirm it."
            heading = f"It was handed to the mail server, for {supplier}."
            return Standing(heading, _and(_since(order), nothing, _received(order)), "good")
        case OrderState.SENT if not order.attempts.filter(outcome=sending.ARRIVED).exists():
            return Standing(f"It was posted to {supplier}.", _since(order), "good")
        case OrderState.SENT:
            return Standing(f"{supplier} has it.", _and(_since(order), _received(order)), "good")
        case OrderState.PART_INVOICED:
            text = _and(f"£{_not_invoiced(order):,.2f} net of it is still to be invoiced.", _received(order))
            return Standing(f"{supplier} has it, and invoiced a part.", text, "good")
        case OrderState.COMPLETE:
            return _complete(order)
        case OrderState.DISCARDED:
            return Standing("It was discarded.", "It was never ordered.", "warning")
        case _:
            return Standing("It was cancelled.", "Its budgets are free again.", "warning")


def _complete(order: Order) -> Standing:
    """All is invoiced; or a person said that the rest never comes."""
    if rest := _not_invoiced(order):
        text = _and(f"£{rest:,.2f} net of it was not invoiced, and is not waited for any more.", _received(order))
        return Standing("Its rest was closed.", text, "good")
    if progress_of([order])[order.pk].received == ALL:
        return Standing("It is delivered and invoiced.", "", "good")
    return Standing("It is invoiced.", _received(order) or "No delivery of it is recorded.", "good")


def _not_invoiced(order: Order) -> Decimal:
    return sum((line.still_committed for line in order.lines.filter(removed_at=None)), Decimal(0))


def _received(order: Order) -> str:
    received = progress_of([order])[order.pk].received
    return {ALL: "All of it is received.", IN_PART: "A part of it is received."}.get(received, "")


def _and(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _by_whom(order: Order) -> str:
    able = [str(person) for person in who_can([order])[order.pk]]
    told = [f"{_or(able)} may authorise it." if able else _why_nobody(order)]
    told += [
        f"{person} may not: {person} {part}, so a second person authorises it." for person, part in kept_from(order)
    ]
    return " ".join(told)


def _why_nobody(order: Order) -> str:
    nobody = f"Nobody may authorise it, at £{order.gross:,.2f} gross"
    if over := over_in_words(rooms_of(order)):
        return f"{nobody} and over budget by {over}. Limits, and the right to go over, stand under Users and limits."
    return f"{nobody}. Limits are given under Users and limits."


def _when_next(order: Order) -> str:
    """When it goes out, if nobody does anything."""
    at = sending.next_try(order)
    if at is None:
        return "It goes by itself once its web service has answered again, at an import or a Test Connection."
    if at <= timezone.now():
        return "It is tried again now."
    return f"It is tried again by itself at {timezone.localtime(at):%H:%M}."


def _ended(said: str) -> str:
    """What a service said, as a sentence that others may follow."""
    return said if not said or said.endswith((".", "!", "?", ":", "…", "”")) else f"{said}."


def _or(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _since(order: Order) -> str:
    if order.sent_at is None:
        return ""
    sent = timezone.localtime(order.sent_at)
    return f"It went on {sent:%a} {sent.day} {sent:%b %Y} at {sent:%H:%M}."
