"""The end of a financial year: what blocks its close, what to look at, and closing it (SCREENS 5.2 "Year end")."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.school.purchasing.changing import coding_changed
from schoolgate.school.purchasing.models import DocumentState, FetchedDocument, FinancialYear, Order, OrderState
from schoolgate.school.purchasing.years import YearRefused, current_year

WORDS = {
    OrderState.UNAUTHORISED: ("is not authorised", "are not authorised", "Authorise or discard"),
    OrderState.AUTHORISED: ("is authorised and not sent", "are authorised and not sent", "Send or cancel"),
    OrderState.SENDING: ("is being sent", "are being sent", "Wait for"),
    OrderState.UNSURE: ("may or may not have arrived", "may or may not have arrived", "Ask the supplier about"),
}
"""What is said of orders that block the close, of one and of many, and what to do with them."""

STILL_DUE = (OrderState.SENT, OrderState.PART_INVOICED)
"""Orders that are not invoiced in full: the year can be closed, and what they commit stays in it."""


@dataclass(frozen=True)
class Blocker:
    """Something that must be settled before the year is closed, how often, and the page that shows it."""

    said: str
    step: str
    count: int
    address: str

    @property
    def way(self) -> str:
        """The step as a sentence's beginning has it: "Authorise or discard them"."""
        return f"{self.step} {'it' if self.count == 1 else 'them'}"


def check(year: FinancialYear) -> list[Blocker]:
    """What blocks the close of a year now, by the order in which it is settled; empty: it can be closed."""
    return [*_documents(year), *_orders(year)]


def remarks(year: FinancialYear) -> Iterator[str]:
    """What does not block the close, and should be known before it."""
    due = Order.objects.filter(year=year, state__in=STILL_DUE).count()
    if due:
        yield f"{_number(due, 'order')} sent and not invoiced in full. What they commit stays in {year}."
    if year.last_day >= timezone.localdate():
        yield f"The year is not over: its last day is {year.last_day.day} {year.last_day:%B %Y}."
    if not FinancialYear.objects.open().filter(first_day__gt=year.last_day).exists():
        yield "There is no open financial year after it: nothing can be raised once it is closed."


def close(year: FinancialYear, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Close a year: nothing of it changes any more. Raises YearRefused while something blocks it, or it is closed."""
    with transaction.atomic():
        # Whoever changes something of the year holds its row (`require_open`), so that nothing comes in between.
        held = FinancialYear.objects.select_for_update().get(pk=year.pk)
        if held.closed_at is not None:
            raise YearRefused(f"The financial year {year} is closed already.")
        if blockers := check(held):
            said = "; ".join(blocker.said for blocker in blockers)
            raise YearRefused(f"The financial year {year} cannot be closed yet: {said}.")
        held.closed_at, held.closed_by = timezone.now(), by
        held.save(update_fields=["closed_at", "closed_by"])
        record("financial year closed", by=by, target=year.name, request=request)
    year.closed_at, year.closed_by = held.closed_at, by


def reopen(year: FinancialYear, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Open a closed year again, for what an auditor or a late invoice needs; an open one stays as it is."""
    with transaction.atomic():
        held = FinancialYear.objects.select_for_update().get(pk=year.pk)
        if held.closed_at is None:
            return
        held.closed_at = held.closed_by = None
        held.save(update_fields=["closed_at", "closed_by"])
        record("financial year opened again", by=by, target=year.name, request=request)
        coding_changed.send(sender=FinancialYear, year=held)
    year.closed_at = year.closed_by = None


def _documents(year: FinancialYear) -> Iterator[Blocker]:
    """Baskets that would become orders of this year: those that came in while it is the current one."""
    waiting = FetchedDocument.objects.filter(
        kind=FetchedDocument.Kind.ORDER, state__in=(DocumentState.FETCHED, DocumentState.WAITING)
    )
    if year == current_year() and (count := waiting.count()):
        address = f"{reverse('purchasing-documents')}?{urlencode({'kind': FetchedDocument.Kind.ORDER})}"
        yield Blocker(f"{_number(count, 'content order')} waiting", "Import or keep out", count, address)


def _orders(year: FinancialYear) -> Iterator[Blocker]:
    for state, (of_one, of_many, step) in WORDS.items():
        if count := Order.objects.filter(year=year, state=state).count():
            said = f"{count:,} {f'order {of_one}' if count == 1 else f'orders {of_many}'}"
            yield Blocker(
                said,
                step,
                count,
                f"{reverse('purchasing-orders')}?{urlencode({'state': state, 'year__name': year.name})}",
            )


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun} is" if count == 1 else f"{count:,} {noun}s are"
