"""A supplier's basket becomes an unauthorised order of the ledger (reference 9.1), or waits with the rule it breaks."""

from contextlib import suppress
from functools import cache
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone

from schoolgate.commons.audit.recording import record
from schoolgate.documents.ebis.money import NOTHING, tax_of
from schoolgate.documents.ebis.nodes import Source
from schoolgate.documents.ebis.parties import Delivery
from schoolgate.documents.problems import count_text
from schoolgate.school.purchasing import documents, establishment
from schoolgate.school.purchasing.baskets import Basket, BasketLine, Refused, read
from schoolgate.school.purchasing.changing import coding_changed
from schoolgate.school.purchasing.coding import Coded, NotCoded, code_line
from schoolgate.school.purchasing.ledger import Ledger
from schoolgate.school.purchasing.mailing import handshake
from schoolgate.school.purchasing.models import (
    DocumentState,
    FetchedDocument,
    FinancialYear,
    Order,
    OrderLine,
)
from schoolgate.school.purchasing.numbering import next_order_number
from schoolgate.school.purchasing.orders import about
from schoolgate.school.purchasing.own_orders import filler_of
from schoolgate.school.purchasing.prices import cost_of, units_of, vat_code_of
from schoolgate.school.purchasing.rules import NO_CODING, NO_YEAR, VAT_RATE, judge
from schoolgate.school.purchasing.years import YearRefused, current_year, require_open

_MOST_NOTES = 2_000


def take(document: FetchedDocument, raw: Source) -> Order | Refused:
    """Make the order of a basket, or say why it cannot be one; what is to be told of it goes to the document's notes.

    Call it in the transaction that holds the document's row and takes its step, so that no basket becomes two orders.
    """
    basket = read(raw)
    if isinstance(basket, Refused):
        return basket
    if document.mailed:
        ledger = Ledger.for_mail(basket.order.supplier.code)
        refused, notes = judge(basket, ledger, handshake.RULES)
    else:
        ledger = Ledger.as_it_is(basket.order.supplier.duns)
        refused, notes = judge(basket, ledger)
    with transaction.atomic():
        for note in notes:
            documents.note(document, note)
        return refused or _make(document, basket, ledger)


@receiver(coding_changed, dispatch_uid="baskets-that-wait-for-coding")
def bring_in(**_: Any) -> None:
    """Codes, links or templates are other than before: what waits for them is tried again by itself, invoices too."""
    for rule in (NO_CODING, NO_YEAR, VAT_RATE):
        if FetchedDocument.objects.filter(state=DocumentState.WAITING, rule=rule).exists():
            documents.try_waiting_again(rule)


def _make(document: FetchedDocument, basket: Basket, ledger: Ledger) -> Order | Refused:
    year = _year()
    if isinstance(year, Refused):
        return year
    codings = _codings(year, basket)
    if isinstance(codings, Refused):
        return codings
    source = basket.order
    supplier = ledger.supplier
    assert supplier is not None, "the rules let nothing in that is of no supplier"
    if supplier.web_service_id is not None and document.service_id not in (None, supplier.web_service_id):
        documents.note(document, f"It came from {document.service}; {supplier} is set up with {supplier.web_service}.")
    order = Order(
        number=next_order_number(),
        year=year,
        supplier=supplier,
        document=document,
        came_by=document.service,
        dated=source.date or timezone.localdate(),
        reference=source.reference,
        basket_by=source.buyer.contact.name,
        raised_by=filler_of(source.buyer.contact),
        delivery_address=_delivery_text(source.delivery) or establishment.DELIVERY_ADDRESS.get(),
        required_by=source.delivery.preferred,
        suppliers_notes=_notes(basket),
    )
    lines = [_line(order, line, coded, ledger) for line, coded in zip(basket.lines, codings, strict=True)]
    order.net, order.vat = sum((line.net for line in lines), NOTHING), sum((line.vat for line in lines), NOTHING)
    order.gross = order.net + order.vat
    order.save()
    OrderLine.objects.bulk_create(lines, batch_size=500)
    details = (
        f"{count_text(len(lines), 'line', 'lines')}, £{order.net:,.2f} net, £{order.gross:,.2f} gross, from {supplier}"
    )
    record("order made of a basket", by=None, target=str(order), details=details, about=about(order))
    return order


def _year() -> FinancialYear | Refused:
    """The year that orders are made in, its row held so that nobody closes it meanwhile."""
    while (year := current_year()) is not None:
        # One that was closed just now is current no more: the next one is.
        with suppress(YearRefused):
            require_open(year)
            return year
    return Refused(NO_YEAR, "No financial year is open: an order is of one.", expected="an open financial year")


def _codings(year: FinancialYear, basket: Basket) -> list[Coded] | Refused:
    login, codings = basket.order.buyer.contact.name, []
    # A basket has many lines and few cost centres.
    code = cache(lambda cost_centre, ledger_code: code_line(year, login, cost_centre, ledger_code))
    for each in basket.lines:
        coded = code(each.line.cost_centre, each.line.ledger_code)
        if isinstance(coded, NotCoded):
            at = each.place("OrderLineReferences", "CostCentre")
            found = ", ".join(filter(None, (login, each.line.cost_centre)))
            expected = "a coding template that fits, or a default one"
            return Refused(NO_CODING, f"{each}: {coded.said}", found, expected, at.path, at.line)
        codings.append(coded)
    return codings


def _line(order: Order, each: BasketLine, coded: Coded, ledger: Ledger) -> OrderLine:
    """An order's line of one that all rules let through."""
    line, cost, vat_code = each.line, cost_of(each.line), vat_code_of(each.line.tax, ledger.vat_codes)
    quantity = int(line.quantity or 0)
    return OrderLine(
        order=order,
        number=each.number,
        part_number=line.product,
        description=line.description,
        quantity=quantity,
        quantity_sent=quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        price_units=units_of(line),
        discount=cost.discount,
        net=cost.net,
        vat=tax_of(cost.net, vat_code.rate),
        vat_code=vat_code,
        coding=coded.coding,
        why=coded.why,
        cost_centre_sent=line.cost_centre,
        ledger_code_sent=line.ledger_code,
    )


def _delivery_text(to: Delivery) -> str:
    """The address that the basket was to be delivered to, its name alone in the first line (reference 9.2)."""
    address = to.address
    lines = [*address.lines, *address.streets, address.city, address.state, address.postcode]
    below = [line for line in lines if line]
    name = to.name or (establishment.NAME.get() if below else "")
    return "\n".join(filter(None, (name, *below)))


def _notes(basket: Basket) -> str:
    """All that the supplier's site says in words, of the order first, then of its lines."""
    of_lines = [f"{each}: {note}" for each in basket.lines for note in each.line.notes]
    texts = [each.line.description for each in basket.texts]
    told = "\n".join(filter(None, (*basket.order.notes, *basket.order.delivery.instructions, *texts, *of_lines)))
    return told if len(told) <= _MOST_NOTES else f"{told[: _MOST_NOTES - 1]}…"
