"""What of an invoice may be other than it should be, so that a person looks before it is paid (reference 9.3, ADR 023).

It is booked all the same, as the document has it: the school owes what was invoiced until the supplier says otherwise.
What an order and an invoice say of each other is compared here, what an invoice says of itself in `sums`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from django.db.models import Sum

from schoolgate.documents.ebis.money import NOTHING, money_text, number_text, tax_of, to_pence
from schoolgate.school.purchasing.models import BOOKED, Difference, Invoice, InvoiceLine, OrderLine, OrderState

CODES = {
    "line-net-differs": "A line’s net is not what its quantity, price and discount make.",
    "net-differs": "The total without VAT is not what the lines, freight and charges make.",
    "taxable-differs": "The total that VAT is on is not the total without VAT less the settlement discount.",
    "vat-differs": "The VAT at a rate is not that rate of what is charged at it.",
    "vat-total-differs": "The total of VAT is not the sum of the VAT at each rate.",
    "total-differs": "The total is not the total without VAT and the VAT together.",
    "price-differs": "A line costs more, or less, than the order has for as many.",
    "more-than-ordered": "More of a line is invoiced than was ordered.",
    "order-closed": "The rest of the order was closed: nothing more of it was to come.",
    "vat-rate-differs": "A line has another rate of VAT than the order’s line, or the line that it credits.",
    "credit-price-differs": "A line credits so many at another price than they were invoiced at.",
    "order-after-invoice": "The invoice is dated before the order.",
    "tax-point": "The tax point is after the date of the invoice, which is itself one.",
}
"""Each difference and what it means."""


def of_order(invoice: Invoice, lines: Sequence[InvoiceLine], pence: Decimal) -> Iterator[Difference]:
    """How an invoice differs from its order: dates, prices beyond `pence` a line, rates of VAT, and quantities.

    A credit note differs from its invoice by prices and rates: its quantities are held to that one when it is matched,
    and its dates to nothing.
    """
    if invoice.is_credit_note:
        for line in lines:
            if line.credited is not None:
                yield from _rate(invoice, line, line.credited, "the invoice")
                yield from _credit_price(invoice, line, line.credited, pence)
        return
    yield from _dates(invoice)
    of_line: dict[OrderLine, list[InvoiceLine]] = defaultdict(list)
    for line in lines:
        if line.order_line is not None:
            of_line[line.order_line].append(line)
            yield from _price(invoice, line, line.order_line, pence)
            yield from _rate(invoice, line, line.order_line, "the order")
    yield from _closed(invoice, of_line)
    before = _invoiced_before(invoice, of_line)
    for ordered, billed in of_line.items():
        now = sum((line.quantity for line in billed), NOTHING)
        if before[ordered.pk] + now > ordered.quantity:
            yield _more(invoice, billed[-1], ordered, before[ordered.pk], now)


def pounds(amount: Decimal) -> str:
    """Pounds as a person reads them, with places below pence only where there are any."""
    whole, _, part = money_text(abs(amount)).partition(".")
    return f"{'-' if amount < 0 else ''}£{int(whole):,}.{part}"


def _dates(invoice: Invoice) -> Iterator[Difference]:
    dated = f"{invoice.dated:%d %b %Y}"
    if invoice.order is not None and invoice.dated < invoice.order.dated:
        ordered = f"{invoice.order.dated:%d %b %Y}"
        said = f"The invoice is of {dated}, and order {invoice.order.number} of {ordered}: it was invoiced first."
        yield difference(invoice, "order-after-invoice", said, dated, ordered)
    # An invoice is a tax point itself: a later one would be too late for its VAT (VATA 1994 s. 6(4)).
    if invoice.tax_point is not None and invoice.tax_point > invoice.dated:
        later = f"{invoice.tax_point:%d %b %Y}"
        said = f"The tax point is {later}, after the invoice of {dated}: its VAT belongs to the earlier day."
        yield difference(invoice, "tax-point", said, later, dated)


def _price(invoice: Invoice, line: InvoiceLine, ordered: OrderLine, pence: Decimal) -> Iterator[Difference]:
    """By what as many cost, so that discounts on either side count."""
    ours = ordered.net_for(line.quantity)
    if abs(line.net - ours) <= pence:
        return
    more = f"{pounds(abs(line.net - ours))} {'more' if line.net > ours else 'less'}"
    many = number_text(line.quantity)
    said = (
        f"Line {line.number}: {many} cost {pounds(line.net)}, which is {more} than by the order, "
        f"where as many cost {pounds(ours)} net."
    )
    theirs = f"{many} x {pounds(line.unit_price)}{_units(line)}{_off(line)} = {pounds(line.net)}"
    yield difference(
        invoice,
        "price-differs",
        said,
        theirs,
        f"{many} x {pounds(ordered.unit_price)}{_units(ordered)} = {pounds(ours)}",
        line,
    )


def _rate(invoice: Invoice, line: InvoiceLine, of: OrderLine | InvoiceLine, whose: str) -> Iterator[Difference]:
    """Two codes of one rate are no difference: which is which is the supplier's to say."""
    rate, expected = line.vat_code.rate, of.vat_code.rate
    if rate == expected:
        return
    theirs = f"{number_text(rate)} % x {pounds(line.net)} = {pounds(tax_of(line.net, rate))}"
    ours = f"{number_text(expected)} % x {pounds(line.net)} = {pounds(tax_of(line.net, expected))}"
    said = (
        f"Line {line.number} has VAT at {number_text(rate)} %; line {of.number} of {whose} has "
        f"{number_text(expected)} %."
    )
    yield difference(invoice, "vat-rate-differs", said, theirs, ours, line)


def _credit_price(invoice: Invoice, line: InvoiceLine, credited: InvoiceLine, pence: Decimal) -> Iterator[Difference]:
    """Who lowers a price often credits all of a line at the few pence: the order then awaits goods that are here."""
    if not line.quantity or not credited.quantity or line.kind == InvoiceLine.Kind.POST_AND_PACKING:
        return
    ours = to_pence(credited.net * line.quantity / credited.quantity)
    if abs(line.net - ours) <= pence:
        return
    many = number_text(line.quantity)
    said = f"Line {line.number}: {many} are credited with {pounds(line.net)} net, and were invoiced at {pounds(ours)}."
    if credited.order_line is not None:
        said += (
            f" If only the price was lowered, and the order awaits {many} again, press “Nothing more will come” on it."
        )
    yield difference(invoice, "credit-price-differs", said, pounds(line.net), pounds(ours), line)


def _closed(invoice: Invoice, billed: Iterable[OrderLine]) -> Iterator[Difference]:
    order = invoice.order
    if order is None or order.state != OrderState.COMPLETE or not any(line.not_invoiced for line in billed):
        return
    said = f"Order {order.number} is complete as somebody closed its rest; this invoice is for some of that rest."
    yield difference(invoice, "order-closed", said, "invoiced", "nothing more to come")


def _more(invoice: Invoice, line: InvoiceLine, ordered: OrderLine, before: Decimal, now: Decimal) -> Difference:
    earlier = f", and {number_text(before)} were invoiced before" if before else ""
    said = (
        f"Line {line.number} is for {number_text(now)} of line {ordered.number} of the order; "
        f"{ordered.quantity:,} were ordered{earlier}."
    )
    theirs = f"{number_text(before)} + {number_text(now)} = {number_text(before + now)}"
    return difference(invoice, "more-than-ordered", said, theirs, f"{ordered.quantity:,}", line)


def _invoiced_before(invoice: Invoice, ordered: Iterable[OrderLine]) -> dict[int, Decimal]:
    """How many of each line other booked invoices have, less what was credited."""
    many: dict[int, Decimal] = defaultdict(lambda: NOTHING)
    booked = InvoiceLine.objects.filter(order_line__in=list(ordered), invoice__state__in=BOOKED)
    others = booked.exclude(invoice_id=invoice.pk).order_by()
    for pk, kind, quantity in others.values_list("order_line", "invoice__kind").annotate(Sum("quantity")):
        many[pk] += -quantity if kind == Invoice.Kind.CREDIT_NOTE else quantity
    return many


def _units(line: InvoiceLine | OrderLine) -> str:
    return f" for {line.price_units:,}" if line.price_units != 1 else ""


def _off(line: InvoiceLine) -> str:
    return f" less {number_text(line.discount_percent)} %" if line.discount_percent else ""


def difference(
    invoice: Invoice, code: str, said: str, theirs: str, ours: str, line: InvoiceLine | None = None
) -> Difference:
    """A row that is not saved, none of its texts longer than its column."""
    return Difference(invoice=invoice, line=line, code=code, said=said[:500], theirs=theirs[:200], ours=ours[:200])
