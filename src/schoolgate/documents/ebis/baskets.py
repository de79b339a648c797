"""A supplier's side of trade: baskets and invoices from JSON, orders to JSON, an invoice made from an order.

What goes in becomes an Order or Invoice with everything filled in that a school's finance system asks for; the order
that comes back goes out in the same words. docs/reference/basket-json.md describes the JSON.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from schoolgate.documents.ebis.codes import code_list
from schoolgate.documents.ebis.invoices import CREDIT_NOTE, INVOICE, Invoice
from schoolgate.documents.ebis.json_values import JsonObject, JsonProblem, JsonRefused
from schoolgate.documents.ebis.lines import Discount, Line, Tax
from schoolgate.documents.ebis.money import NOTHING, money_text, number_text
from schoolgate.documents.ebis.ordered import changes, invoice_from_order
from schoolgate.documents.ebis.orders import CONTENT, QUOTE, Order
from schoolgate.documents.ebis.parties import Address, Contact, Delivery, Party
from schoolgate.documents.ebis.totals import invoice_totals, order_totals, with_amounts

__all__ = [
    "basket_from_json",
    "changes",
    "invoice_from_json",
    "invoice_from_order",
    "invoice_to_json",
    "order_to_json",
]

MOST_LINES = 9_999
"""Line numbers of the UK Gov profile are 1 to 9999 (reference 5)."""

DAYS_TO_DELIVER = 14
"""A basket that does not say when it is required by is so many days after its date: the profile wants a day."""

MOST_QUANTITY = Decimal(999_999)
MOST_PRICE = Decimal("999999.9999")
MOST_GROSS = Decimal("999999999.99")

_UNTAXED = ("Z", "E", "X")

_LONDON = ZoneInfo("Europe/London")

_GOODS = ("product", "description", "quantity", "unit", "unit_price", "tax_code", "tax_rate")
_LINE = (*_GOODS, "cost_centre", "ledger_code")
_HEAD = ("id", "buyer", "date", "currency", "language", "note", "lines")
_BASKET = (*_HEAD, "kind", "reference", "user", "required_by", "delivery")
_INVOICE = (*_HEAD, "kind", "number", "order", "credits", "reference", "tax_point", "tax_number")
_DELIVERY = ("name", "lines", "postcode")


def basket_from_json(value: object, supplier: Party, buyer: Party) -> Order:
    """Make a content order (or a quote) of a basket; ``id`` and ``buyer`` are the caller's to use.

    Filled in: line numbers, Action, units (EA), amounts, totals, both parties with their DUNS, today's date in London,
    the day it is required by. Raises JsonRefused with every fault.
    """
    problems: list[JsonProblem] = []
    basket = JsonObject(value, _BASKET, problems=problems)
    kind = basket.choice("kind", ("order", "quote"), "unknown-kind", default="order")
    reference = basket.text("reference", 100, required=True)
    day = basket.day("date") or _today()
    required_by = basket.day("required_by") or day + timedelta(days=DAYS_TO_DELIVER)
    if required_by < day:
        basket.refuse("required_by", "required-too-early", "is before the date of the basket.")
    lines = tuple(
        _line(line, number, whole=True) for number, line in enumerate(basket.objects("lines", _LINE, MOST_LINES), 1)
    )
    totals = order_totals(lines)
    _keep_small(basket, totals.gross)
    order = Order(
        date=day,
        supplier=supplier,
        buyer=replace(buyer, contact=Contact(name=basket.text("user", 50))),
        lines=lines,
        reference=reference,
        kind=CONTENT if kind == "order" else QUOTE,
        currency=_currency(basket),
        language=_language(basket),
        delivery=_delivery(basket, required_by),
        notes=_notes(basket),
        totals=totals,
    )
    if problems:
        raise JsonRefused(problems)
    return order


def invoice_from_json(value: object, supplier: Party, buyer: Party) -> Invoice:
    """Make an invoice or credit note; ``id`` and ``buyer`` are the caller's to use.

    A line without ``order_line`` is postage and packing (reference 9.3). Filled in as of a basket, with the sub totals
    by rate of tax. Raises JsonRefused with every fault.
    """
    problems: list[JsonProblem] = []
    given = JsonObject(value, _INVOICE, problems=problems)
    kind = given.choice("kind", ("invoice", "creditnote"), "unknown-kind", default="invoice")
    credited = given.text("credits", 100, required=kind == "creditnote")
    if credited and kind == "invoice":
        given.refuse("credits", "credits-on-invoice", "is for credit notes only.", 'Set "kind" to "creditnote".')
    day = given.day("date") or _today()
    currency = _currency(given)
    known = (*_LINE, "order_line", "discount_percent")
    lines = tuple(
        _line(line, number, whole=False) for number, line in enumerate(given.objects("lines", known, MOST_LINES), 1)
    )
    subtotals, totals = invoice_totals(lines, currency)
    _keep_small(given, totals.gross)
    invoice = Invoice(
        number=given.text("number", 100, required=True),
        date=day,
        supplier=replace(supplier, tax_number=given.text("tax_number", 20) or supplier.tax_number),
        buyer=buyer,
        lines=lines,
        tax_subtotals=subtotals,
        totals=totals,
        kind=INVOICE if kind == "invoice" else CREDIT_NOTE,
        currency=currency,
        language=_language(given),
        order_number=given.text("order", 100, required=True),
        reference=given.text("reference", 100),
        credits=credited,
        tax_point=given.day("tax_point") or day,
        notes=_notes(given),
    )
    if problems:
        raise JsonRefused(problems)
    return invoice


def _line(given: JsonObject, number: int, *, whole: bool) -> Line:
    """A line with its amounts; ``whole``: a school's finance system takes whole quantities only (reference 9.1)."""
    product = given.text("product", 50, required=True)
    description = given.text("description", 255, required=True)
    quantity = given.number(
        "quantity", least=Decimal(1 if whole else "0.0001"), most=MOST_QUANTITY, places=0 if whole else 4
    )
    return with_amounts(
        Line(
            number,
            product,
            description,
            quantity,
            _unit(given),
            unit_price=given.number("unit_price", most=MOST_PRICE, places=4),
            discounts=_discounts(given),
            tax=_tax(given),
            cost_centre=given.text("cost_centre", 50),
            ledger_code=given.text("ledger_code", 50),
            order_line=given.text("order_line", 10),
        )
    )


def _unit(given: JsonObject) -> str:
    unit = given.text("unit", 100, default="EA")
    if unit not in code_list("unit_ukgov"):
        given.refuse("unit", "unknown-unit", "is no unit of the UK Gov list.", "Write EA for each, BX for a box, …")
    return unit


def _tax(given: JsonObject) -> Tax:
    meanings = code_list("tax_rate")
    code = given.choice("tax_code", meanings, "unknown-tax-code")
    untaxed = code in _UNTAXED
    rate = given.number("tax_rate", most=Decimal(100), places=2, default=NOTHING if untaxed else None)
    if untaxed and rate:
        given.refuse("tax_rate", "tax-rate-not-zero", f"is not 0, though tax code {code} means {meanings[code]}.")
    return Tax(code, rate)


def _discounts(given: JsonObject) -> tuple[Discount, ...]:
    if "discount_percent" not in given:
        return ()
    return (Discount(percent=given.number("discount_percent", most=Decimal(100), places=4)),)


def _delivery(basket: JsonObject, required_by: date) -> Delivery:
    if "delivery" not in basket:
        return Delivery(preferred=required_by)
    to = basket.object("delivery", _DELIVERY)
    return Delivery(
        name=to.text("name", 100, required=True),
        address=Address(lines=to.texts("lines", 100, most=10), postcode=to.text("postcode", 10)),
        preferred=required_by,
    )


def _currency(given: JsonObject) -> str:
    currency = given.text("currency", 100, default="GBP")
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        given.refuse("currency", "unknown-currency", "is no currency.", "Write three capital letters: GBP.")
    return currency


def _language(given: JsonObject) -> str:
    language = given.text("language", 100, default="en")
    if not (len(language) == 2 and language.isascii() and language.isalpha() and language.islower()):
        given.refuse("language", "unknown-language", "is no language.", "Write two small letters: en.")
    return language


def _notes(given: JsonObject) -> tuple[str, ...]:
    note = given.text("note", 2_000)
    return (note,) if note else ()


def _keep_small(given: JsonObject, gross: Decimal | None) -> None:
    if gross and gross > MOST_GROSS:
        given.refuse("lines", "total-too-large", f"come to more than {MOST_GROSS:,} altogether.")


def _today() -> date:
    return datetime.now(_LONDON).date()


def order_to_json(order: Order) -> dict[str, Any]:
    """Describe an order in a basket's words. Every name is always there; amounts are text, what is absent is null."""
    to = order.delivery
    return {
        "number": order.number,
        "reference": order.reference,
        "type": order.kind,
        "date": _day(order.date),
        "required_by": _day(to.preferred),
        "currency": order.currency,
        "language": order.language,
        "user": order.buyer.contact.name,
        "supplier": _party(order.supplier),
        "buyer": _party(order.buyer),
        "delivery": {
            "name": to.name,
            "lines": [*to.address.lines, *to.address.streets, *filter(None, (to.address.city, to.address.state))],
            "postcode": to.address.postcode,
            "instructions": list(to.instructions),
        },
        "note": "\n".join(order.notes),
        "lines": [_line_to_json(line) for line in order.lines],
        "totals": {
            "net": _amount(order.totals.goods),
            "tax": _amount(order.totals.tax),
            "gross": _amount(order.totals.gross),
        },
    }


def invoice_to_json(invoice: Invoice) -> dict[str, Any]:
    """Describe an invoice or credit note, as ``order_to_json`` does an order."""
    return {
        "number": invoice.number,
        "kind": "creditnote" if invoice.is_credit_note else "invoice",
        "order": invoice.order_number,
        "reference": invoice.reference,
        "credits": invoice.credits,
        "date": _day(invoice.date),
        "tax_point": _day(invoice.tax_point),
        "currency": invoice.currency,
        "language": invoice.language,
        "tax_number": invoice.supplier.tax_number,
        "supplier": _party(invoice.supplier),
        "buyer": _party(invoice.buyer),
        "note": "\n".join(invoice.notes),
        "lines": [
            {**_line_to_json(line), "order_line": line.order_line, "discount_percent": _percent_off(line)}
            for line in invoice.lines
        ],
        "totals": {
            "net": _amount(invoice.totals.value),
            "tax": _amount(invoice.totals.tax),
            "gross": _amount(invoice.totals.gross),
        },
    }


def _line_to_json(line: Line) -> dict[str, Any]:
    return {
        "number": line.number,
        "action": line.action,
        "product": line.product,
        "description": line.description,
        "quantity": _number(line.quantity),
        "unit": line.unit,
        "unit_price": _amount(line.unit_price),
        "tax_code": line.tax.code,
        "tax_rate": _number(line.tax.rate),
        "net": _amount(line.net),
        "tax": _amount(line.tax_value),
        "gross": _amount(line.gross),
        "cost_centre": line.cost_centre,
        "ledger_code": line.ledger_code,
    }


def _party(party: Party) -> dict[str, str]:
    return {"name": party.name, "duns": party.duns, "code": party.code}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else money_text(amount)


def _number(number: Decimal | None) -> str | None:
    return None if number is None else number_text(number)


def _percent_off(line: Line) -> str | None:
    percents = [one.percent for one in line.discounts if one.percent is not None and not one.is_late_payment_charge]
    return _number(percents[0]) if percents else None
