"""Which order an invoice is for, which invoice a credit note credits, and which line each of its lines is for (9.3).

An invoice's line names the order's line by its number; one without a reference is post and packing, one whose line is
not there makes the document wait. A credit note's line goes to the credited invoice's line for the same line of the
order, and takes no more of it than is left.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from schoolgate.documents.ebis.money import NOTHING, number_text, to_pence
from schoolgate.documents.problems import quoted
from schoolgate.school.purchasing.baskets import Place, Refused
from schoolgate.school.purchasing.invoicing import counting, standing
from schoolgate.school.purchasing.invoicing.line_rules import quantity_of
from schoolgate.school.purchasing.invoicing.reading import Bill, BillLine
from schoolgate.school.purchasing.invoicing.rules import (
    CREDITED,
    CREDITED_LINE,
    CREDITED_TOO_MUCH,
    LINE_UNKNOWN,
    NO_ORDER,
    ORDER_STATE,
    ORDER_UNKNOWN,
    ORDERS_SEVERAL,
)
from schoolgate.school.purchasing.models import (
    BOOKED,
    INVOICED,
    FetchedDocument,
    Invoice,
    InvoiceLine,
    Order,
    OrderLine,
    Supplier,
)


@dataclass(frozen=True, slots=True)
class LineMatch:
    """A line and what it is for; post and packing of an invoice has neither."""

    bill: BillLine
    order_line: OrderLine | None = None
    credited: InvoiceLine | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A document's order, its row held, the invoice that it credits, held too, and its lines."""

    order: Order
    credits: Invoice | None
    lines: tuple[LineMatch, ...]


def match(bill: Bill, supplier: Supplier, document: FetchedDocument) -> Match | Refused:
    """Find what a document is for, or say why it waits. What a person said of it (`for_order`) goes before its own."""
    if bill.invoice.is_credit_note:
        return _credit_note(bill, supplier, document)
    found = document.for_order or _order_named(bill, supplier)
    if isinstance(found, Refused):
        return found
    if found.supplier_id != supplier.pk:
        return _another_suppliers(found, supplier, bill.place("Supplier", "SupplierReferences", "DUNS"))
    order = counting.hold(found.pk)
    lines = _not_out(bill, order) or _order_lines(bill, order)
    return lines if isinstance(lines, Refused) else Match(order, None, lines)


def _order_named(bill: Bill, supplier: Supplier) -> Order | Refused:
    named = list(_order_numbers(bill))
    if not named:
        at = bill.place("InvoiceReferences", "BuyersOrderNumber")
        said = f"The {bill.word} does not say which of your orders it is for."
        return _refused(NO_ORDER, said, "the number of one of your orders", at)
    numbers = {at.text.casefold(): at for at in named}
    if len(numbers) > 1:
        at = list(numbers.values())[1]
        said = (
            f"Its lines are of {len(numbers)} orders: {', '.join(quoted(one.text[:40]) for one in numbers.values())}."
        )
        return _refused(ORDERS_SEVERAL, said, "lines of one order", at)
    at = named[0]
    order: Order | None = Order.objects.filter(number__iexact=at.text).select_related("supplier").first()
    if order is None:
        return _refused(ORDER_UNKNOWN, f"You have no order {quoted(at.text[:40])}.", "one of your orders", at)
    return _another_suppliers(order, supplier, at) if order.supplier_id != supplier.pk else order


def _another_suppliers(order: Order, supplier: Supplier, at: Place) -> Refused:
    said = f"Order {order.number} is one to {order.supplier}, and not to {supplier}."
    return _refused(ORDER_UNKNOWN, said, f"an order to {supplier}", at)


def _order_numbers(bill: Bill) -> Iterator[Place]:
    """Where the document names an order: in its head, or on lines that are of several (reference 6)."""
    places = [bill.place("InvoiceReferences", "BuyersOrderNumber")]
    places += [each.place("InvoiceLineReferences", "BuyersOrderNumber") for each in bill.lines]
    return (at for at in places if at.text)


def _not_out(bill: Bill, order: Order) -> Refused | None:
    if order.state in INVOICED:
        return None
    said = f"Order {order.number} is “{order.get_state_display()}”: nothing can be invoiced of it now."
    expected = "an order that went to its supplier"
    return _refused(ORDER_STATE, said, expected, bill.place("InvoiceReferences", "BuyersOrderNumber"))


def _order_lines(bill: Bill, order: Order) -> tuple[LineMatch, ...] | Refused:
    standing_lines = {
        line.number: line for line in order.lines.filter(removed_at=None).select_related("coding", "vat_code")
    }
    matched = []
    for each in bill.lines:
        at = each.reference
        number = _number(at.text)
        if at.text and number not in standing_lines:
            said = f"{each} is for line {quoted(at.text[:40])}, which order {order.number} has not."
            return _refused(LINE_UNKNOWN, said, _listed(standing_lines), at)
        matched.append(LineMatch(each, standing_lines[number] if number is not None else None))
    return tuple(matched)


def _credit_note(bill: Bill, supplier: Supplier, document: FetchedDocument) -> Match | Refused:
    found = document.for_invoice or _invoice_credited(bill, supplier)
    if isinstance(found, Refused):
        return found
    if found.order_id is None:
        said = f"{found.title} is without an order: its credit note is entered by hand."
        return _refused(CREDITED, said, "an invoice with an order", bill.place("InvoiceReferences", "ResponseTo"))
    order = counting.hold(found.order_id)
    credited = standing.hold(found)
    if credited.state not in BOOKED:
        said = f"{credited.title} is “{credited.get_state_display()}”: nothing of it is credited."
        return _refused(CREDITED, said, "a booked invoice", bill.place("InvoiceReferences", "ResponseTo"))
    for at in _order_numbers(bill):
        if at.text.casefold() != order.number.casefold() and document.for_invoice is None:
            theirs = quoted(at.text[:40])
            said = f"{credited.title} is for order {order.number}; the credit note says {theirs}."
            return _refused(CREDITED, said, order.number, at)
    lines = _credited_lines(bill, credited)
    return lines if isinstance(lines, Refused) else Match(order, credited, lines)


def _invoice_credited(bill: Bill, supplier: Supplier) -> Invoice | Refused:
    booked = Invoice.objects.filter(supplier=supplier, kind=Invoice.Kind.INVOICE, state__in=BOOKED)
    at = bill.place("InvoiceReferences", "ResponseTo")
    if at.text:
        named: Invoice | None = booked.filter(number__iexact=at.text).first()
        said = f"It credits invoice {quoted(at.text[:40])}, which is not in the ledger as one of {supplier}."
        return named or _refused(CREDITED, said, f"a booked invoice of {supplier}", at)
    order = _order_named(bill, supplier)
    if isinstance(order, Refused):
        said = f"The credit note names no invoice. {order.said}"
        return _refused(CREDITED, said, f"a booked invoice of {supplier}", at)
    of_order = list(booked.filter(order=order)[:2])
    if len(of_order) == 1:
        return of_order[0]
    many = "more than one booked invoice" if of_order else "no booked invoice"
    said = f"The credit note names no invoice, and order {order.number} has {many}."
    return _refused(CREDITED, said, f"a booked invoice of {supplier}", at)


def _credited_lines(bill: Bill, credited: Invoice) -> tuple[LineMatch, ...] | Refused:
    lines = list(credited.lines.select_related("order_line", "coding", "vat_code"))
    left = counting.left_to_credit(lines)
    charged: dict[int | None, list[InvoiceLine]] = defaultdict(list)
    for line in lines:
        charged[line.order_line.number if line.order_line is not None else None].append(line)
    matched = []
    for each in bill.lines:
        at, number = each.reference, _number(each.reference.text)
        of_it = charged.get(number, []) if at.text == "" or number is not None else []
        if not of_it:
            what = f"line {quoted(at.text[:40])} of the order" if at.text else "post and packing"
            said = f"{each} credits {what}, which {credited} does not charge."
            return _refused(CREDITED_LINE, said, _charged(lines), at)
        many, net = quantity_of(each) or NOTHING, to_pence(each.line.net or NOTHING)
        chosen = next((line for line in of_it if _has_room(line, left[line.pk], many, net)), None)
        if chosen is None:
            return _too_much(each, many, net, [left[line.pk] for line in of_it], credited)
        left[chosen.pk] = (left[chosen.pk][0] - many, left[chosen.pk][1] - net)
        matched.append(LineMatch(each, chosen.order_line, chosen))
    return tuple(matched)


def _has_room(line: InvoiceLine, left: tuple[Decimal, Decimal], many: Decimal, net: Decimal) -> bool:
    """Post and packing is no number of things: only its amount is held to."""
    return net <= left[1] and (many <= left[0] or line.kind == InvoiceLine.Kind.POST_AND_PACKING)


def _too_much(
    each: BillLine, many: Decimal, net: Decimal, left: Iterable[tuple[Decimal, Decimal]], credited: Invoice
) -> Refused:
    most = max(left)
    at = each.place("NetLineTotal") if net > most[1] else each.place("Quantity", "Amount")
    found = f"{number_text(many)}, £{net:,.2f} net"
    expected = f"at most {number_text(most[0])}, £{most[1]:,.2f} net"
    said = f"{each} credits {found}; of that line of {credited} {expected[8:]} is left to credit."
    return Refused(CREDITED_TOO_MUCH, said, found=found, expected=expected, path=at.path, line=at.line)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _listed(numbers: Iterable[int]) -> str:
    return f"one of the lines {', '.join(str(number) for number in sorted(numbers))}"


def _charged(lines: Sequence[InvoiceLine]) -> str:
    numbers = {line.order_line.number for line in lines if line.order_line is not None}
    packing = any(line.kind == InvoiceLine.Kind.POST_AND_PACKING for line in lines)
    return _listed(numbers) + (", or post and packing" if packing else "")


def _refused(rule: str, said: str, expected: str, at: Place) -> Refused:
    return Refused(rule, said, found=at.text, expected=expected, path=at.path, line=at.line)
