"""What waits for somebody in the ledger, and the step that cures it (SCREENS 5.2, "Purchasing today")."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Min, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.summary import Line, page, summary_line
from schoolgate.commons.schedules.models import Run
from schoolgate.school.purchasing.access import may
from schoolgate.school.purchasing.authorising import who_can
from schoolgate.school.purchasing.invoicing import paying
from schoolgate.school.purchasing.invoicing.receiving import with_something_to_come
from schoolgate.school.purchasing.models import (
    Difference,
    DocumentState,
    FetchedDocument,
    FinancialYear,
    Invoice,
    InvoiceState,
    Order,
    OrderState,
    SendAttempt,
    WebService,
)
from schoolgate.school.purchasing.scheduling import SCHEDULE
from schoolgate.school.purchasing.sending import REFUSED, WHERE_TO, goes_out, orders_coming

TO_CODE = "no-coding"
"""The rule by which a basket waits for a coding template."""


@dataclass(frozen=True)
class ToDo:
    """One thing that needs somebody: what is wrong, the step that cures it, and where, which who is told may open.

    `code` names the line for scripts, in the words of docs/school-office/sending-orders.md; `count` is of how many
    orders, documents or services it tells.
    """

    code: str
    text: str
    step: str
    address: str
    count: int = 1


def what_is_to_do(user: User | None) -> list[ToDo]:
    """What waits for this person, the most urgent first; None: for the site as a whole."""
    return [line for look in TO_DO for line in look(user)]


def no_year(user: User | None) -> Iterator[ToDo]:
    """Without a year nothing comes in and nothing can be raised."""
    if not FinancialYear.objects.open().exists():
        text = "No financial year is open, so no order comes in and none can be raised."
        yield ToDo("no year", text, "Set up the ledger", reverse("ledger-set-up"))


def unsure(user: User | None) -> Iterator[ToDo]:
    """Orders whose call was not answered: somebody rings."""
    found = _orders(user, OrderState.UNSURE)
    coming = orders_coming()
    if waiting := [order for order in found if order.pk not in coming]:
        text = "nobody knows whether {which} arrived: ring {who}."
        yield _of_orders("unsure", waiting, text, "Say what they have", "unsure")


def refused(user: User | None) -> Iterator[ToDo]:
    """Orders that their supplier's service refused, until they are authorised anew or discarded."""
    attempts = SendAttempt.objects.filter(outcome=REFUSED)
    found = _orders(user, OrderState.UNAUTHORISED).exclude(said="").filter(pk__in=attempts.values("order"))
    if waiting := list(found):
        yield _of_orders("refused", waiting, "{which} {was} refused by {who}.", "See why", "unauthorised")


def not_sent(user: User | None) -> Iterator[ToDo]:
    """Authorised orders that something keeps from going out, and those that nobody asks to be sent."""
    coming = orders_coming()
    going = [order for order in _orders(user, OrderState.AUTHORISED) if goes_out(order)]
    if waiting := [order for order in going if order.said or order.pk not in coming]:
        text = "{which} {was} authorised, and not sent to {who} yet."
        yield _of_orders("not sent", waiting, text, "See why", "authorised")


def to_print(user: User | None) -> Iterator[ToDo]:
    """Authorised orders to suppliers that take them on paper."""
    on_paper = [order for order in _orders(user, OrderState.AUTHORISED) if not goes_out(order)]
    if on_paper and (user is None or may(user, "sends")):
        text = "{which} {was} authorised, to be printed and posted to {who}."
        yield _of_orders("to print", on_paper, text, "Print", "authorised", page="print-order")


def to_authorise(user: User | None) -> Iterator[ToDo]:
    """Orders that this person may authorise; and those that nobody may, which are told to all."""
    waiting = list(_orders(user, OrderState.UNAUTHORISED))
    able = who_can(waiting)
    mine = [order for order in waiting if (able[order.pk] if user is None else user in able[order.pk])]
    if mine:
        number = len(mine)
        text = f"{_so_many(number, 'order waits', 'orders wait')} to be authorised."
        address = reverse("to-authorise") if number > 1 else reverse("authorise-order", args=[mine[0].pk])
        yield ToDo("to authorise", text, "Authorise", address, number)
    if nobody := [order for order in waiting if not able[order.pk]]:
        text = f"{_so_many(len(nobody), 'order waits', 'orders wait')} that nobody may authorise."
        yield ToDo("nobody may authorise", text, "See the orders", reverse("to-authorise"), len(nobody))


def invoices_that_differ(user: User | None) -> Iterator[ToDo]:
    """Invoices in which something differs that nobody has accepted yet."""
    if user is not None and not may(user, "clears"):
        return
    waiting = list(_invoices(user, InvoiceState.UNAUTHORISED).filter(pk__in=_that_differ()))
    if len(waiting) == 1:
        text = f"In {waiting[0]} of {waiting[0].supplier} something differs."
        yield ToDo("invoices differ", text, "See what", reverse("purchase-invoice", args=[waiting[0].pk]))
    elif waiting:
        text = f"In {len(waiting):,} invoices something differs."
        yield ToDo("invoices differ", text, "See what", f"{reverse('purchase-invoices')}?match=differs", len(waiting))


def invoices_to_authorise(user: User | None) -> Iterator[ToDo]:
    """Invoices that this person may authorise for payment; and those that nobody may, which are told to all."""
    waiting = list(_invoices(user, InvoiceState.UNAUTHORISED).exclude(pk__in=_that_differ()))
    able = paying.who_can(waiting)
    mine = [invoice for invoice in waiting if (able[invoice.pk] if user is None else user in able[invoice.pk])]
    if mine:
        number = len(mine)
        text = f"{_so_many(number, 'invoice waits', 'invoices wait')} to be authorised for payment."
        one = reverse("authorise-invoice", args=[mine[0].pk])
        yield ToDo("to pay", text, "Authorise", reverse("invoices-to-authorise") if number > 1 else one, number)
    if nobody := [invoice for invoice in waiting if not able[invoice.pk]]:
        text = f"{_so_many(len(nobody), 'invoice waits', 'invoices wait')} that nobody may authorise for payment."
        yield ToDo("nobody may pay", text, "See them", reverse("invoices-to-authorise"), len(nobody))


def invoices_to_export(user: User | None) -> Iterator[ToDo]:
    """What is authorised for payment and in no export yet, so that the finance system knows nothing of it."""
    number = _invoices(user, InvoiceState.AUTHORISED).count()
    if number and (user is None or may(user, "exports")):
        was = "was" if number == 1 else "were"
        text = f"{_so_many(number, 'invoice', 'invoices')} {was} authorised for payment, and not exported yet."
        yield ToDo("to export", text, "Export", reverse("purchasing-postings"), number)


def documents_waiting(user: User | None) -> Iterator[ToDo]:
    """Documents that came and were not imported: to code, or with another reason each."""
    found = FetchedDocument.objects.filter(state=DocumentState.WAITING)
    found = found if user is None else found.visible_to(user)
    address = reverse("purchasing-documents") + "?state=waiting"
    if number := found.filter(rule=TO_CODE).count():
        text = f"{_so_many(number, 'basket waits', 'baskets wait')} for a coding template."
        yield ToDo("to code", text, "Code", address, number)
    others = found.exclude(rule=TO_CODE)
    number = others.count()
    if number == 1:
        alone = others.get()
        text, address = f"{alone} was not imported. {alone.said}", reverse("purchasing-document", args=[alone.pk])
        yield ToDo("document waits", text, "See what to do", address)
    elif number:
        text = f"{number:,} documents were not imported, each for a reason of its own."
        yield ToDo("document waits", text, "See why", address, number)


def services_in_trouble(user: User | None) -> Iterator[ToDo]:
    """Web services whose last call failed for a reason of theirs."""
    found = WebService.objects.filter(turned_off=False).exclude(trouble="")
    for service in found if user is None else found.visible_to(user):
        since = timezone.localtime(service.trouble_since) if service.trouble_since else None
        when = f" since {since:%a} {since.day} {since:%b %H:%M}" if since else ""
        text = f"The web service {service} cannot be used{when}. {service.said}"
        yield ToDo("service", text, "Open the service", reverse("purchasing-service", args=[service.pk]))


def missed(user: User | None) -> Iterator[ToDo]:
    """Imports by the schedule that did not begin in time, until one does."""
    late = Run.objects.filter(schedule__name=SCHEDULE, dismissed_at=None).since_the_last_in_time()
    found = late.aggregate(count=Sum("missed"), first=Min("first_missed_at"))
    if found["count"]:
        first = timezone.localtime(found["first"])
        text = f"The import of {first:%A} {first.day} {first:%B} {first:%H:%M} did not begin in time: it was made late."
        yield ToDo("missed import", text, "See the import", reverse("purchasing-import"), found["count"])


def late_deliveries(user: User | None) -> Iterator[ToDo]:
    """Orders that have not come in full by the day on which they were required."""
    if user is not None and not may(user, "receives"):
        return
    # What is invoiced in full is taken for delivered; of what is unsure another line tells.
    states = (OrderState.SENT, OrderState.PART_INVOICED)
    found = Order.objects.filter(state__in=states, required_by__lt=timezone.localdate())
    due = with_something_to_come(found if user is None else found.visible_to(user))
    if late := list(due.select_related("supplier").order_by("required_by", "pk")):
        text = "{which} {was} to be delivered by now: ask {who}, or record what came."
        line = _of_orders("late delivery", late, text, "See what is awaited", "sent")
        yield line if len(late) == 1 else replace(line, address=reverse("goods-received"))


TO_DO: tuple[Callable[[User | None], Iterable[ToDo]], ...] = (
    no_year,
    unsure,
    refused,
    not_sent,
    services_in_trouble,
    to_authorise,
    to_print,
    invoices_that_differ,
    invoices_to_authorise,
    invoices_to_export,
    documents_waiting,
    late_deliveries,
    missed,
)
"""Everything that may need somebody, in the order in which it is told."""


@summary_line
def _needs_somebody(reader: User, since: datetime) -> Line | None:
    # A school that orders elsewhere is told nothing of a ledger.
    number = len(what_is_to_do(reader)) if FinancialYear.objects.exists() else 0
    things = "One thing needs" if number == 1 else f"{number:,} things need"
    return Line(f"{things} somebody in Purchasing.", page("purchasing-today")) if number else None


def _orders(user: User | None, state: str) -> "QuerySet[Order]":
    found = Order.objects.filter(state=state).select_related(*WHERE_TO).order_by("pk")
    return found if user is None else found.visible_to(user)


def _invoices(user: User | None, state: str) -> "QuerySet[Invoice]":
    found = Invoice.objects.filter(state=state).select_related("supplier", "order", "credits").order_by("pk")
    return found if user is None else found.visible_to(user)


def _that_differ() -> Any:
    return Difference.objects.filter(accepted_at=None).order_by().values("invoice")


def _of_orders(
    code: str, orders: list[Order], text: str, step: str, state: str, *, page: str = "purchase-order"
) -> ToDo:
    """A line about orders in one state: its `text` says {which} they are, that they {was}, and {who} supplies them.

    It leads to the `page` of one alone, else to the list of all in that state.
    """
    number = len(orders)
    suppliers = {order.supplier.name for order in orders}
    told = text.format(
        which=f"order {orders[0].number}" if number == 1 else f"{number:,} orders",
        was="was" if number == 1 else "were",
        who=suppliers.pop() if len(suppliers) == 1 else f"{len(suppliers):,} suppliers",
    )
    one = reverse(page, args=[orders[0].pk])
    address = one if number == 1 else f"{reverse('purchasing-orders')}?state={state}"
    return ToDo(code, told[:1].upper() + told[1:], step, address, number)


def _so_many(number: int, one: str, more: str) -> str:
    return f"1 {one}" if number == 1 else f"{number:,} {more}"
