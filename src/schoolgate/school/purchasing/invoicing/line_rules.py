"""Rules on what an invoice or credit note charges: its lines, and its VAT by rate."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from schoolgate.documents.ebis.baskets import MOST_GROSS, MOST_PRICE, MOST_QUANTITY
from schoolgate.documents.ebis.lines import Line, Tax
from schoolgate.documents.ebis.money import NOTHING, number_text, places_of, to_pence
from schoolgate.documents.problems import quoted
from schoolgate.school.purchasing.baskets import Place, Refused
from schoolgate.school.purchasing.head_rules import Found
from schoolgate.school.purchasing.invoicing.reading import Bill, BillLine
from schoolgate.school.purchasing.ledger import Ledger
from schoolgate.school.purchasing.models import VatCode
from schoolgate.school.purchasing.prices import RateUnknown, units_of, vat_code_of
from schoolgate.school.purchasing.rules import VAT_RATE

PLACES = 4
"""Decimal places that the ledger has room for, of a quantity and of a price."""


def lines(bill: Bill, _: Ledger) -> Iterator[Found]:
    if not bill.lines:
        at = bill.place("InvoiceLine")
        said = f"The {bill.word} has no line that charges anything."
        yield Refused("no-line", said, expected="a line", path=at.path, line=at.line)
    if bill.texts:
        yield "Lines that charge nothing, descriptions and blanks, are left out: what they say is among the notes."


def net_total(bill: Bill, _: Ledger) -> Iterator[Found]:
    for each in bill.lines:
        net, at = each.line.net, each.place("NetLineTotal")
        if net is None:
            said = f"{each} has no NetLineTotal, from which its amount is taken."
        elif not 0 <= net <= MOST_GROSS:
            said = f"{each} comes to {at.text[:40]}; amounts are never below nothing, a credit’s neither."
        else:
            if places_of(net) > 2:
                yield f"{each} comes to {at.text[:40]} net: the ledger has {to_pence(net)}."
            continue
        expected = f"from 0 to {MOST_GROSS:,}"
        yield Refused("net-total", said, found=at.text, expected=expected, path=at.path, line=at.line)


def quantity(bill: Bill, _: Ledger) -> Iterator[Found]:
    for each in bill.lines:
        at = each.place("Quantity", "Amount")
        amount = quantity_of(each)
        if amount is None:
            said = f"{each} has no quantity, and its net is no whole number of its price."
        elif not 0 <= amount <= MOST_QUANTITY or places_of(amount) > PLACES:
            said = f"{each} is for {at.text[:40]}."
        else:
            if each.line.quantity is None and each.reference.text:
                yield f"{each} has no quantity: {amount:f} is its net divided by its price."
            continue
        expected = f"from 0 to {MOST_QUANTITY:,}, with at most four decimal places"
        yield Refused("quantity", said, found=at.text, expected=expected, path=at.path, line=at.line)


def price(bill: Bill, _: Ledger) -> Iterator[Found]:
    for each in bill.lines:
        at = each.place("Price", "UnitPrice")
        try:
            units_of(each.line)
            amount = each.line.unit_price
            if amount is None or 0 <= amount <= MOST_PRICE:
                if amount is not None and places_of(amount) > PLACES:
                    yield f"{each} has a price of {at.text[:40]}: the ledger has {price_of(each):f}."
                continue
            said = f"{each} has the price {at.text[:40]}."
        except ValueError:
            at = each.place("Price", "Units")
            said = f"{each}: the price is for {quoted(at.text[:40])} units."
        expected = f"a price from 0 to {MOST_PRICE:,}, for a whole number of units"
        yield Refused("price", said, found=at.text, expected=expected, path=at.path, line=at.line)


def vat_rate(bill: Bill, ledger: Ledger) -> Iterator[Found]:
    """Of every line, and of every rate that VAT is stated for."""
    for each in bill.lines:
        if line_code(bill, each.line, ledger.vat_codes) is None:
            yield _unknown(str(each), each.line.tax, each.place("LineTax", "TaxRate"), ledger)
    for number, rate in enumerate(bill.rates, 1):
        if rate_code(bill, rate.sums.tax, ledger.vat_codes) is None:
            yield _unknown(f"Tax sub total {number}", rate.sums.tax, rate.place("TaxRate"), ledger)


def vat_sums(bill: Bill, _: Ledger) -> Iterator[Found]:
    for number, rate in enumerate(bill.rates, 1):
        at, vat = rate.place("TaxAtRate"), rate.sums.tax_value
        if vat is None or not 0 <= vat <= MOST_GROSS:
            said = f"Tax sub total {number} has no VAT." if vat is None else f"Its VAT is {at.text[:40]}."
            expected = f"from 0 to {MOST_GROSS:,}"
            yield Refused("vat-sum", said, found=at.text, expected=expected, path=at.path, line=at.line)


def quantity_of(each: BillLine) -> Decimal | None:
    """How many a line is for. Where it does not say: its net by its price, if whole; one of post and packing."""
    line = each.line
    if line.quantity is not None:
        return line.quantity
    if not line.unit_price:
        return None if each.reference.text else Decimal(1)
    many = (line.net or NOTHING) * units_of(line) / line.unit_price
    return many if many == many.to_integral_value() else None


def price_of(each: BillLine) -> Decimal:
    """The price of a line, to four places; without one what its net makes of each."""
    line, many = each.line, quantity_of(each)
    if line.unit_price is not None:
        return _to_places(line.unit_price)
    return _to_places((line.net or NOTHING) / many) if many else NOTHING


def _to_places(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-PLACES), ROUND_HALF_UP)


def line_code(bill: Bill, line: Line, codes: tuple[VatCode, ...]) -> VatCode | None:
    """The VAT code of a line; of one that does not say the document's only one."""
    return _code(line.tax, [rate.sums.tax for rate in bill.rates], codes)


def rate_code(bill: Bill, tax: Tax, codes: tuple[VatCode, ...]) -> VatCode | None:
    """The VAT code of a tax sub total; of one that does not say that of all lines, if they have one."""
    return _code(tax, [each.line.tax for each in bill.lines], codes)


def _code(tax: Tax, others: list[Tax], codes: tuple[VatCode, ...]) -> VatCode | None:
    try:
        if tax.rate is not None or tax.code:
            return vat_code_of(tax, codes)
        found = {vat_code_of(other, codes) for other in others}
    except RateUnknown:
        return None
    return found.pop() if len(found) == 1 else None


def _unknown(what: str, tax: Tax, at: Place, ledger: Ledger) -> Refused:
    stated = " ".join(filter(None, (tax.code, f"{at.text} %" if at.text else "")))
    return Refused(
        VAT_RATE,
        f"{what} has VAT of {quoted(stated[:40])}; no VAT code of the ledger has that rate."
        if at.text
        else f"{what} has no rate of VAT.",
        found=stated,
        expected=", ".join(f"{code.code} {number_text(code.rate)} %" for code in ledger.vat_codes),
        path=at.path,
        line=at.line,
    )
