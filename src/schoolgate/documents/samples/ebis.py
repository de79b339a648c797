"""Made-up orders, invoices and credit notes: school supplies of an invented supplier for Green Abbey School."""

import csv
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Literal

from schoolgate.documents.ebis.invoices import Invoice
from schoolgate.documents.ebis.lines import Line, Tax
from schoolgate.documents.ebis.money import to_pence
from schoolgate.documents.ebis.ordered import invoice_from_order
from schoolgate.documents.ebis.orders import CONTENT, PURCHASE, QUOTE, Order
from schoolgate.documents.ebis.parties import Address, Contact, Delivery, Party
from schoolgate.documents.ebis.totals import invoice_totals, order_totals, with_amounts
from schoolgate.documents.samples.dice import Dice
from schoolgate.documents.samples.places import address_in_lines, school_name

SUPPLIER_DUNS = "123456789"
BUYER_DUNS = "987654321"

OrderKind = Literal["content", "purchase", "quote"]

_TYPES = {"content": (CONTENT, "PRO"), "purchase": (PURCHASE, "FIO"), "quote": (QUOTE, "PRO")}

_POSTAGE = Line(
    0, "POST", "Postage and packing", Decimal(1), "EA", unit_price=Decimal("4.95"), tax=Tax("S", Decimal(20))
)


@dataclass(frozen=True, slots=True)
class Good:
    """Something schools buy, at a price between ``low`` and ``high`` pounds."""

    product: str
    description: str
    unit: str
    low: Decimal
    high: Decimal
    tax: Tax


def make_order(
    seed: int,
    lines: int,
    *,
    day: date,
    kind: OrderKind = "content",
    supplier_duns: str = SUPPLIER_DUNS,
    buyer_duns: str = BUYER_DUNS,
) -> Order:
    """Make a basket, an authorised order or a quote of ``lines`` lines (1 to 9999), the same for the same arguments.

    The authorised order of a seed is its basket as the school sends it back unchanged.
    """
    dice = Dice(seed)
    goods = tuple(with_amounts(_line(dice, number)) for number in range(1, lines + 1))
    type_code, function = _TYPES[kind]
    place = address_in_lines(dice, "820")
    school = school_name("820", "4321")
    return Order(
        date=day,
        supplier=Party("Larkspur & Pennick School Supplies", duns=supplier_duns, code=supplier_duns),
        buyer=Party(school, duns=buyer_duns, code=f"GA{buyer_duns[-4:]}", contact=Contact("j.smith")),
        lines=goods,
        number=f"ORD{seed:05}" if kind == "purchase" else "",
        reference=f"BASKET-{seed:05}",
        kind=type_code,
        function=function,
        delivery=Delivery(
            name=school,
            address=Address(lines=tuple(place["AddressLines"].values()), postcode=place["PostCode"], country="GB"),
            preferred=day + timedelta(days=dice.number(5, 28)),
        ),
        totals=order_totals(goods),
    )


def make_invoice(
    seed: int,
    lines: int,
    *,
    day: date,
    credit_note: bool = False,
    postage: bool = False,
    supplier_duns: str = SUPPLIER_DUNS,
    buyer_duns: str = BUYER_DUNS,
) -> Invoice:
    """Make the invoice for the authorised order of the same seed, or the credit note for all of that invoice.

    ``postage`` adds a line that belongs to none of the order's.
    """
    order = make_order(seed, lines, day=day, kind="purchase", supplier_duns=supplier_duns, buyer_duns=buyer_duns)
    number = f"SI-{seed:05}"
    if credit_note:
        return invoice_from_order(order, f"CN-{seed:05}", day, kind="creditnote", credits=number)
    invoice = invoice_from_order(order, number, day)
    if not postage:
        return invoice
    billed = (*invoice.lines, with_amounts(replace(_POSTAGE, number=lines + 1)))
    subtotals, totals = invoice_totals(billed, invoice.currency)
    return replace(invoice, lines=billed, tax_subtotals=subtotals, totals=totals)


def _line(dice: Dice, number: int) -> Line:
    good = dice.pick(_goods())
    return Line(
        number,
        good.product,
        good.description,
        Decimal(dice.number(1, 24)),
        good.unit,
        unit_price=to_pence(good.low + (good.high - good.low) * dice.number(0, 100) / 100),
        tax=good.tax,
        cost_centre=dice.pick(("", "", "ART", "OFF", "SCI")),
    )


@cache
def _goods() -> tuple[Good, ...]:
    with (files(__package__) / "goods.csv").open(encoding="utf-8") as stream:
        return tuple(
            Good(
                row["product"],
                row["description"],
                row["unit"],
                Decimal(row["low"]),
                Decimal(row["high"]),
                Tax(row["tax_code"], Decimal(row["rate"])),
            )
            for row in csv.DictReader(stream)
        )
