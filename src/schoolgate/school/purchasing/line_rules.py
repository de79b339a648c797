"""Rules on the lines of a basket: what is ordered, how many, at what price and VAT."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Model

from schoolgate.commons.money import PENCE
from schoolgate.documents.ebis.baskets import MOST_GROSS, MOST_PRICE, MOST_QUANTITY
from schoolgate.documents.ebis.batches import MOST_LINES
from schoolgate.documents.ebis.money import NOTHING, money_text, net_of, number_text, places_of, tax_of
from schoolgate.documents.problems import count_text, quoted
from schoolgate.school.purchasing.baskets import Basket, BasketLine, Place, Refused
from schoolgate.school.purchasing.head_rules import Found
from schoolgate.school.purchasing.ledger import Ledger
from schoolgate.school.purchasing.models import NOT_IN_TOTAL, Order, OrderLine
from schoolgate.school.purchasing.prices import NetDiffers, RateUnknown, cost_of, units_of, vat_code_of


def original(basket: Basket, _: Ledger) -> Iterator[Found]:
    if not basket.lines:
        at = basket.place("OrderLine", "@Action")
        yield Refused(
            "no-line",
            "The document orders nothing: no line has the Action Original.",
            found=at.text,
            expected="Original",
            path=at.path,
            line=at.line,
        )
    elif basket.left_out:
        left = count_text(len(basket.left_out), "line is", "lines are")
        numbers = ", ".join(str(line.number) for line in basket.left_out[:20])
        yield f"{left} left out, since the Action is not Original: {numbers}."
    if basket.texts:
        yield f"{count_text(len(basket.texts), 'line orders', 'lines order')} nothing: what it says is among the notes."


def line_number(basket: Basket, _: Ledger) -> Iterator[Found]:
    times = Counter(line.number for line in basket.lines)
    for line in basket.lines:
        at = line.place("LineNumber")
        if times[line.number] > 1:
            said = f"Two lines have the number {line.number}: an invoice could not say which of them it is for."
        elif not 0 < line.number <= MOST_LINES:
            said = f"A line has the number {quoted(at.text[:40])}."
        else:
            continue
        expected = f"1 to {MOST_LINES:,}, each once"
        yield Refused("line-number", said, found=at.text, expected=expected, path=at.path, line=at.line)
    if any(not line.line.number for line in basket.lines):
        yield "Lines without a number are numbered by their place."


def goods(basket: Basket, _: Ledger) -> Iterator[Found]:
    for line in basket.lines:
        if not line.line.product and not line.line.description:
            at = line.place("Product", "Description")
            yield Refused(
                "goods",
                f"{line} does not say what is ordered: it has neither part number nor description.",
                expected="a part number or a description",
                path=at.path,
                line=at.line,
            )


def length(basket: Basket, _: Ledger) -> Iterator[Found]:
    """What is too long for the ledger is not cut: it goes back to the supplier, or codes the line, as it came."""
    order = basket.order
    head = [
        ("The supplier’s reference", order.reference, "reference", ("OrderReferences", "SuppliersOrderReference")),
        ("Who filled the basket", order.buyer.contact.name, "basket_by", ("Buyer", "Contact", "Name")),
    ]
    for what, text, column, names in head:
        yield from _too_long(what, text, _longest(Order, column), basket.place(*names))
    for each in basket.lines:
        line = each.line
        of_line = [
            ("part number", line.product, "part_number", ("Product", "SuppliersProductCode")),
            ("description", line.description, "description", ("Product", "Description")),
            ("unit", line.unit, "unit", ("Quantity", "@UOMCode")),
            ("cost centre", line.cost_centre, "cost_centre_sent", ("OrderLineReferences", "CostCentre")),
            ("ledger code", line.ledger_code, "ledger_code_sent", ("OrderLineReferences", "GeneralLedgerCode")),
        ]
        for what, text, column, names in of_line:
            yield from _too_long(f"{each}: the {what}", text, _longest(OrderLine, column), each.place(*names))


def quantity(basket: Basket, _: Ledger) -> Iterator[Found]:
    for line in basket.lines:
        amount, at = line.line.quantity, line.place("Quantity", "Amount")
        if not at.text:
            said = f"{line} has no quantity."
        elif amount is None:
            said = f"{line}: the quantity {quoted(at.text[:40])} is not a number."
        elif amount != amount.to_integral_value():
            said = f"{line} orders {at.text[:40]}; an order is of whole numbers."
        elif not 0 < amount <= MOST_QUANTITY:
            said = f"{line} orders {at.text[:40]}."
        else:
            continue
        expected = f"a whole number from 1 to {MOST_QUANTITY:,}"
        yield Refused("quantity", said, found=at.text, expected=expected, path=at.path, line=at.line)


def price(basket: Basket, _: Ledger) -> Iterator[Found]:
    for line in basket.lines:
        unit_price, at = line.line.unit_price, line.place("Price", "UnitPrice")
        expected = "pounds with at most four decimal places, not below 0"
        if not at.text:
            said = f"{line} has no price."
        elif unit_price is None:
            said = f"{line}: the price {quoted(at.text[:40])} is not a number."
        elif not 0 <= unit_price <= MOST_PRICE or places_of(unit_price) > 4:
            said = f"{line} has the price {at.text[:40]}."
        elif _has_units(line):
            continue
        else:
            at, expected = line.place("Price", "Units"), "a whole number above 0"
            said = f"{line}: the price is for {quoted(at.text[:40])} units."
        yield Refused("price", said, found=at.text, expected=expected, path=at.path, line=at.line)


def net_total(basket: Basket, _: Ledger) -> Iterator[Found]:
    """The order costs what the supplier says, unless that can be no result of quantity, price and discounts.

    A line below 0 would free a budget, and bring an order below somebody's limit, by goods that nobody gets.
    """
    whole = NOTHING
    for each in basket.lines:
        at = each.place("NetLineTotal")
        try:
            net = cost_of(each.line).net
        except NetDiffers as error:
            said = f"{each} costs {at.text[:40]} by its NetLineTotal; quantity, price and discounts make {error}."
            yield Refused("net-total", said, found=at.text, expected=str(error), path=at.path, line=at.line)
            return
        if net < 0:
            said = f"{each} costs {net:.2f}, which is less than nothing."
            yield Refused("net-total", said, found=f"{net:.2f}", expected="0 or more", path=at.path, line=at.line)
            return
        whole += net
        if each.line.net not in (None, net):
            yield f"{each} costs {at.text[:40]} by its NetLineTotal: the order has {net:.2f}."
    if whole > MOST_GROSS:
        at = basket.place("OrderTotal")
        expected = f"at most {MOST_GROSS:,}"
        said = f"The lines come to {whole:,.2f} altogether."
        yield Refused("net-total", said, found=f"{whole:.2f}", expected=expected, path=at.path, line=at.line)


def vat_rate(basket: Basket, ledger: Ledger) -> Iterator[Found]:
    for each in basket.lines:
        tax, at = each.line.tax, each.place("LineTax", "TaxRate")
        try:
            vat_code_of(tax, ledger.vat_codes)
        except RateUnknown:
            stated = " ".join(filter(None, (tax.code, f"{at.text} %" if at.text else "")))
            yield Refused(
                "vat-rate",
                f"{each} has VAT of {quoted(stated[:40])}; no VAT code of the ledger has that rate."
                if at.text
                else f"{each} has no rate of VAT.",
                found=stated,
                expected=", ".join(f"{code.code} {code.rate} %" for code in ledger.vat_codes),
                path=at.path,
                line=at.line,
            )


def told_otherwise(basket: Basket, _: Ledger) -> Iterator[Found]:
    """What the document states beside its lines and the order will not have: the invoice may."""
    for what in _beside_the_lines(basket):
        yield f"{NOT_IN_TOTAL} {what}, which the supplier’s basket states beside its lines. Expect it on the invoice."
    net, goods = _net_of(basket), basket.order.totals.goods
    if goods is not None and abs(goods - net) > PENCE:
        yield f"The document states goods of {_pounds(goods)} without VAT; the lines of the order make {_pounds(net)}."
    for each in basket.lines:
        line = each.line
        if line.tax_value is None or line.tax.rate is None:
            continue
        tax = tax_of(cost_of(line).net, line.tax.rate)
        if abs(tax - line.tax_value) > PENCE:
            yield f"{each}: VAT is {money_text(line.tax_value)} in the document; the rate makes {tax:.2f}."


def _beside_the_lines(basket: Basket) -> Iterator[str]:
    """Sums that are for the whole order, so that no line has them: what each is, and how many pounds."""
    order, totals = basket.order, basket.order.totals
    for what, amount in (("carriage", totals.freight), ("other charges", totals.charges)):
        if amount:
            yield f"{what} of {_pounds(amount)}"
    net = _net_of(basket)
    for discount in order.discounts:
        if discount.is_late_payment_charge:
            continue
        if discount.percent:
            off = _pounds(net - net_of(Decimal(1), net, discount.percent))
            yield f"a discount of {number_text(discount.percent)} % on the whole order, {off} of the basket as it came"
        if discount.amount:
            yield f"a discount of {_pounds(discount.amount)} on the whole order"


def _net_of(basket: Basket) -> Decimal:
    return sum((cost_of(each.line).net for each in basket.lines), NOTHING)


def _pounds(amount: Decimal) -> str:
    return f"£{money_text(amount)}" if amount >= 0 else f"-£{money_text(-amount)}"


def _too_long(what: str, text: str, most: int, at: Place) -> Iterator[Found]:
    if len(text) > most:
        said = f"{what} has {len(text):,} characters; the ledger has room for {most}."
        expected = f"at most {most} characters"
        yield Refused("too-long", said, found=text, expected=expected, path=at.path, line=at.line)


def _has_units(each: BasketLine) -> bool:
    try:
        return units_of(each.line) > 0
    except ValueError:
        return False


def _longest(model: type[Model], column: str) -> int:
    return getattr(model._meta.get_field(column), "max_length", None) or 0  # noqa: SLF001  documented API of Django
