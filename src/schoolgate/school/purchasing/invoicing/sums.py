"""The arithmetic of an invoice or credit note: what its lines make against what it states (reference 6, 9.3).

Sums may be out by the establishment's tolerance for each line, and for VAT for each line at the rate, since suppliers
round a line, a unit or a total. Whatever is found, the document's VAT and total stand: a greater difference waits for a
person, with the arithmetic.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from schoolgate.commons.money import PENCE
from schoolgate.documents.ebis.invoices import InvoiceTotals
from schoolgate.documents.ebis.money import NOTHING, number_text, tax_of, to_pence
from schoolgate.school.purchasing.establishment import INVOICE_TOLERANCE
from schoolgate.school.purchasing.invoicing.differences import difference, of_order, pounds
from schoolgate.school.purchasing.models import Difference, Invoice, InvoiceLine, VatSum

_MOST_TERMS = 6
"""So many amounts of a sum are written out."""


def check(
    invoice: Invoice,
    lines: Sequence[InvoiceLine] | None = None,
    vat_sums: Sequence[VatSum] | None = None,
    *,
    nets: Mapping[int, Sequence[Decimal]] | None = None,
) -> list[Difference]:
    """What differs in an invoice, and from its order; the rows are not saved.

    Without `lines` and `vat_sums` those that are saved with it. `nets` says for lines, by number, what they may come
    to where that is more than quantity, price and one discount say.
    """
    billed = list(
        invoice.lines.select_related("order_line__vat_code", "credited__vat_code", "vat_code")
        if lines is None
        else lines
    )
    sums = list(invoice.vat_sums.select_related("vat_code") if vat_sums is None else vat_sums)
    pence = INVOICE_TOLERANCE.get() * PENCE
    return [
        *_line_nets(invoice, billed, pence, nets or {}),
        *_net(invoice, billed, pence * len(billed)),
        *_vat(invoice, billed, sums, pence),
        *_total(invoice, pence),
        *of_order(invoice, billed, pence),
    ]


def check_totals(invoice: Invoice, stated: InvoiceTotals, rates: Sequence[Decimal], lines: int) -> list[Difference]:
    """What differs among the totals that a document states beside its lines; `rates` are its VAT at each rate."""
    pence = INVOICE_TOLERANCE.get() * PENCE
    found = []
    vat = sum(rates, NOTHING)
    if stated.tax is not None and abs(stated.tax - vat) > pence * len(rates):
        said = f"The total of VAT is {pounds(stated.tax)}; the VAT at each rate makes {pounds(vat)}, which stands."
        found.append(difference(invoice, "vat-total-differs", said, pounds(stated.tax), _sum_of(rates)))
    discount = stated.settlement_discount or NOTHING
    if stated.taxable is not None:
        whole = _nearest(stated.taxable + discount, (invoice.net, stated.value or invoice.net))
        if abs(stated.taxable - (whole - discount)) > pence * lines:
            less = f" less a settlement discount of {pounds(discount)}" if discount else ""
            ours = f"{pounds(whole)}{less}"
            said = f"The total that VAT is on is {pounds(stated.taxable)}; {ours} is {pounds(whole - discount)}."
            found.append(difference(invoice, "taxable-differs", said, pounds(stated.taxable), ours))
    return found


def reckon_vat(net: Decimal, rate: Decimal, settlement: Decimal, stated: Decimal) -> Decimal:
    """The VAT on `net` at a rate in per cent: of what is left after a settlement discount, where that was meant.

    What is no discount of it, below nothing or more than all of it, explains no VAT.
    """
    ways = [tax_of(net, rate)]
    if 0 <= settlement <= net:
        ways.append(tax_of(net - settlement, rate))
    return _nearest(stated, ways)


def _line_nets(
    invoice: Invoice, lines: Iterable[InvoiceLine], pence: Decimal, nets: Mapping[int, Sequence[Decimal]]
) -> Iterator[Difference]:
    for line in lines:
        if invoice.is_credit_note and not line.quantity:
            # It credits a part of the price, and nothing goes back.
            continue
        full = line.quantity * line.unit_price / line.price_units
        ways = nets.get(line.number) or (to_pence(full * (100 - line.discount_percent) / 100),)
        ours = _nearest(line.net, ways)
        if abs(line.net - ours) > pence:
            off = f" less {number_text(line.discount_percent)} %" if line.discount_percent else ""
            units = f" for {line.price_units:,}" if line.price_units != 1 else ""
            made = f"{number_text(line.quantity)} x {pounds(line.unit_price)}{units}{off}"
            said = f"Line {line.number} comes to {pounds(line.net)} net; {made} is {pounds(ours)}."
            yield difference(invoice, "line-net-differs", said, pounds(line.net), f"{made} = {pounds(ours)}", line)


def _net(invoice: Invoice, lines: Sequence[InvoiceLine], most: Decimal) -> Iterator[Difference]:
    nets = [line.net for line in lines]
    ours = sum(nets, NOTHING)
    if abs(invoice.net - ours) > most:
        said = f"The total without VAT is {pounds(invoice.net)}; the lines make {pounds(ours)}{_by(invoice.net, ours)}."
        yield difference(invoice, "net-differs", said, pounds(invoice.net), _sum_of(nets))


def _vat(
    invoice: Invoice, lines: Sequence[InvoiceLine], sums: Iterable[VatSum], pence: Decimal
) -> Iterator[Difference]:
    for one in sums:
        at_rate = sum(line.vat_code_id == one.vat_code_id for line in lines)
        if abs(one.vat - one.reckoned) > pence * max(1, at_rate):
            rate = f"{number_text(one.vat_code.rate)} %"
            said = (
                f"VAT at {rate} ({one.vat_code.code}) is {pounds(one.vat)}; {rate} of {pounds(one.net)} "
                f"is {pounds(one.reckoned)}{_by(one.vat, one.reckoned)}."
            )
            ours = f"{rate} x {pounds(one.net)} = {pounds(one.reckoned)}"
            yield difference(invoice, "vat-differs", said, pounds(one.vat), ours)


def _total(invoice: Invoice, pence: Decimal) -> Iterator[Difference]:
    ours = invoice.net + invoice.vat
    if abs(invoice.gross - ours) > pence:
        made = f"{pounds(invoice.net)} net and {pounds(invoice.vat)} VAT"
        said = f"The total is {pounds(invoice.gross)}; {made} make {pounds(ours)}{_by(invoice.gross, ours)}."
        yield difference(
            invoice,
            "total-differs",
            said,
            pounds(invoice.gross),
            f"{pounds(invoice.net)} + {pounds(invoice.vat)} = {pounds(ours)}",
        )


def _by(theirs: Decimal, ours: Decimal) -> str:
    return f", {pounds(abs(theirs - ours))} {'less' if ours < theirs else 'more'}"


def _sum_of(amounts: Sequence[Decimal]) -> str:
    whole = pounds(sum(amounts, NOTHING))
    if 1 < len(amounts) <= _MOST_TERMS:
        return f"{' + '.join(pounds(amount) for amount in amounts)} = {whole}"
    return whole


def _nearest(stated: Decimal, ways: Iterable[Decimal]) -> Decimal:
    return min(ways, key=lambda way: abs(way - stated))
