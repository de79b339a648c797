"""The end of a financial year: what blocks its close, what to look at, and closing it (SCREENS 5.2 "Year end")."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import Count, F
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.money import as_kept
from schoolgate.school.purchasing.changing import coding_changed
from schoolgate.school.purchasing.models import (
    DocumentState,
    FetchedDocument,
    FinancialYear,
    Invoice,
    InvoiceState,
    Order,
    OrderLine,
    OrderState,
)
from schoolgate.school.purchasing.years import YearRefused, current_year

WORDS = {
    OrderState.UNAUTHORISED: ("is not authorised", "are not authorised", "Authorise or discard"),
    OrderState.AUTHORISED: ("is authorised and not sent", "are authorised and not sent", "Send or cancel"),
    OrderState.SENDING: ("is being sent", "are being sent", "Wait for"),
    OrderState.UNSURE: ("may or may not have arrived", "may or may not have arrived", "Ask the supplier about"),
}
"""What is said of orders that block the close, of one and of many, and what to do with them."""

OF_INVOICES = {
    InvoiceState.UNAUTHORISED: (
        "is not authorised for payment",
        "are not authorised for payment",
        "Authorise or discard",
    ),
    InvoiceState.AUTHORISED: ("is authorised and not exported", "are authorised and not exported", "Export"),
}
"""What is said of invoices and credit notes that block the close, of one and of many, and what to do with them."""

STILL_DUE = {
    OrderState.SENT: ("is sent and not invoiced", "are sent and not invoiced"),
    OrderState.PART_INVOICED: ("is invoiced in part", "are invoiced in part"),
}
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


@dataclass(frozen=True)
class Remark:
    """What does not block the close, and the page that shows more, if there is one, with its link's words."""

    said: str
    step: str = ""
    address: str = ""

    def __str__(self) -> str:
        return self.said


def check(year: FinancialYear) -> list[Blocker]:
    """What blocks the close of a year now, by the order in which it is settled; empty: it can be closed."""
    return [*_documents(year), *_orders(year), *_invoices(year)]


def remarks(year: FinancialYear) -> Iterator[Remark]:
    """What does not block the close, and should be known before it."""
    for state, (of_one, of_many) in STILL_DUE.items():
        if count := Order.objects.filter(year=year, state=state).count():
            said = f"{_that(count, 'order', of_one, of_many)}. What is committed stays in {year}."
            yield Remark(said, "See the orders", _list("purchasing-orders", year, state))
    yield from _deliveries(year)
    if year.last_day >= timezone.localdate():
        yield Remark(f"The year is not over: its last day is {year.last_day.day} {year.last_day:%B %Y}.")
    if not FinancialYear.objects.open().filter(first_day__gt=year.last_day).exists():
        yield Remark("There is no open financial year after it: nothing can be raised once it is closed.")


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


_WAIT = {
    FetchedDocument.Kind.ORDER: "content order",
    FetchedDocument.Kind.INVOICE: "invoice",
    FetchedDocument.Kind.CREDIT_NOTE: "credit note",
}


def _documents(year: FinancialYear) -> Iterator[Blocker]:
    """What would become orders and invoices of this year: documents that came in while it is the current one."""
    if year != current_year():
        return
    waiting = FetchedDocument.objects.filter(state__in=(DocumentState.FETCHED, DocumentState.WAITING)).order_by()
    counts = dict(waiting.values_list("kind").annotate(Count("pk")))
    for kind, noun in _WAIT.items():
        if count := counts.get(kind, 0):
            address = f"{reverse('purchasing-documents')}?{urlencode({'kind': kind})}"
            yield Blocker(_that(count, noun, "is waiting", "are waiting"), "Decide about", count, address)


def _orders(year: FinancialYear) -> Iterator[Blocker]:
    for state, (of_one, of_many, step) in WORDS.items():
        if count := Order.objects.filter(year=year, state=state).count():
            said = _that(count, "order", of_one, of_many)
            yield Blocker(said, step, count, _list("purchasing-orders", year, state))


def _invoices(year: FinancialYear) -> Iterator[Blocker]:
    for state, (of_one, of_many, step) in OF_INVOICES.items():
        if count := Invoice.objects.filter(year=year, state=state).count():
            said = _that(count, "invoice or credit note", of_one, of_many, plural="invoices and credit notes")
            yield Blocker(said, step, count, _list("purchase-invoices", year, state))


def _deliveries(year: FinancialYear) -> Iterator[Remark]:
    """Orders that came in part, and goods that are here and not invoiced: what is owed at the year's end."""
    lines = OrderLine.objects.filter(order__year=year, order__state__in=STILL_DUE, removed_at=None)
    part = Order.objects.filter(pk__in=lines.filter(received__gt=0).values("order")).filter(
        pk__in=lines.filter(received__lt=F("quantity")).values("order")
    )
    if count := part.count():
        said = f"{_that(count, 'order', 'is received in part', 'are received in part')}: the rest is still to come."
        yield Remark(said, "See what is awaited", reverse("goods-received"))
    here = lines.filter(invoiced__lt=as_kept("received"))
    owed = sum((line.net_for(min(line.received, line.quantity) - line.invoiced) for line in here), Decimal(0))
    if owed > 0:
        yield Remark(f"Goods of £{owed:,.2f} net were received and are not invoiced yet: an accrual of {year}.")


def _list(page: str, year: FinancialYear, state: str) -> str:
    return f"{reverse(page)}?{urlencode({'state': state, 'year__name': year.name})}"


def _that(count: int, noun: str, of_one: str, of_many: str, *, plural: str = "") -> str:
    """So many of something, and what is said of one or of many: "2 orders are being sent"."""
    return f"1 {noun} {of_one}" if count == 1 else f"{count:,} {plural or noun + 's'} {of_many}"
