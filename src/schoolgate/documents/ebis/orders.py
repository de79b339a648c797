"""Orders: content orders (a supplier's basket), authorised orders (a school's), quotes. Reference 5, 9.1, 9.2.

A quote is an order-schema document whose type is QTN.
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from schoolgate.documents.ebis.elements import document, element, value
from schoolgate.documents.ebis.heads import (
    VERSION,
    checksum_of,
    currency_element,
    head_elements,
    incomplete,
    must_have,
    read_currency,
)
from schoolgate.documents.ebis.lines import (
    Discount,
    Line,
    discount_elements,
    line_element,
    read_discounts,
    read_line,
)
from schoolgate.documents.ebis.money import NOTHING, money_text
from schoolgate.documents.ebis.nodes import Source, ValuesUnreadable, read_root
from schoolgate.documents.ebis.parties import (
    NO_DELIVERY,
    Delivery,
    Party,
    day_text,
    delivery_element,
    party_element,
    read_delivery,
    read_party,
)
from schoolgate.documents.ebis.schema import ORDER_NAMESPACE
from schoolgate.documents.problems import Problem

CONTENT, PURCHASE, QUOTE = "CTO", "PUO", "QTN"
"""Types of order (reference 7.1): a basket on its way to the school, an authorised order, a quote."""


@dataclass(frozen=True, slots=True)
class OrderTotals:
    """OrderTotal: ``goods`` is the sum of unit price x quantity without tax, ``gross`` everything (reference 6)."""

    goods: Decimal | None = None
    freight: Decimal | None = None
    charges: Decimal | None = None
    tax: Decimal | None = None
    gross: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """An order as read or to be written. Text is empty and amounts are None where the document has none.

    ``number`` is the school's (BuyersOrderNumber), ``reference`` the supplier's (SuppliersOrderReference: of a basket,
    and echoed by the order made from it).
    """

    date: dt.date | None
    supplier: Party
    buyer: Party
    lines: tuple[Line, ...]
    number: str = ""
    reference: str = ""
    kind: str = CONTENT
    function: str = "PRO"
    currency: str = "GBP"
    language: str = "en"
    version: str = VERSION
    contract: str = ""
    cost_centre: str = ""
    ledger_code: str = ""
    delivery: Delivery = NO_DELIVERY
    invoice_to: Party | None = None
    discounts: tuple[Discount, ...] = ()
    notes: tuple[str, ...] = ()
    totals: OrderTotals = OrderTotals()
    checksum: int | None = field(default=None, compare=False)
    """As the document states it; a written order carries what is reckoned."""


def read_order(data: Source) -> Order:
    """Read an order of any 3.x version, leniently: neither namespace nor order of elements is demanded, nor any part.

    Raises ValuesUnreadable for values that are not what their type demands, DocumentError for what is no order or no
    XML at all (``wrong-document``, ``not-well-formed``, ``doctype``, ``encoding-...``).
    """
    order, faults = read_order_with_faults(data)
    if faults:
        raise ValuesUnreadable(faults)
    return order


def read_order_with_faults(data: Source) -> tuple[Order, list[Problem]]:
    """``read_order`` for who decides by himself what an unreadable value matters: it is absent, and told of beside.

    Raises DocumentError as ``read_order`` does.
    """
    root, faults = read_root(data, "Order")
    head, references, total = root.child("OrderHead"), root.child("OrderReferences"), root.child("OrderTotal")
    order = Order(
        date=root.day("OrderDate"),
        supplier=read_party(root.child("Supplier"), "Supplier"),
        buyer=read_party(root.child("Buyer"), "Buyer"),
        lines=tuple(read_line(line, "Order") for line in root.every("OrderLine")),
        number=references.text("BuyersOrderNumber"),
        reference=references.text("SuppliersOrderReference"),
        kind=head.child("OrderType").attribute("Code"),
        function=head.child("Function").attribute("Code"),
        currency=read_currency(head.child("OrderCurrency")),
        language=head.child("Parameters").text("Language"),
        version=head.child("Schema").text("Version"),
        contract=references.text("ContractOrderReference"),
        cost_centre=references.text("CostCentre"),
        ledger_code=references.text("GeneralLedgerCode"),
        delivery=read_delivery(root.child("Delivery")),
        invoice_to=read_party(root.child("InvoiceTo"), "InvoiceTo") if root.child("InvoiceTo") else None,
        discounts=read_discounts(root),
        notes=root.texts("Narrative"),
        totals=OrderTotals(
            goods=total.decimal("GoodsValue"),
            freight=total.decimal("FreightCharges"),
            charges=total.decimal("MiscCharges"),
            tax=total.decimal("TaxTotal"),
            gross=total.decimal("GrossValue"),
        ),
        checksum=head.whole("Checksum"),
    )
    return order, faults


def write_order(order: Order) -> bytes:
    """Write an order: UTF-8, valid against the 3.09 schema, parts without a value left out, the checksum reckoned.

    It is valid against the UK Gov profile too where the order has what that asks for: a preferred delivery date, a unit
    and a gross total on each line, a rate of standard, reduced, zero-rated or exempt.
    Raises DocumentError: ``incomplete`` without a date, a line, or a name of either party, ``character-not-allowed``.
    """
    if order.date is None:
        raise incomplete("a date")
    must_have(order.language, order.currency, order.supplier, order.buyer, order.lines)
    references = element(
        "OrderReferences",
        value("ContractOrderReference", order.contract),
        value("CostCentre", order.cost_centre),
        value("BuyersOrderNumber", order.number),
        value("GeneralLedgerCode", order.ledger_code),
        value("SuppliersOrderReference", order.reference),
    )
    totals = order.totals
    total = element(
        "OrderTotal",
        value("GoodsValue", money_text(totals.goods)),
        value("FreightCharges", money_text(totals.freight)),
        value("MiscCharges", money_text(totals.charges)),
        value("TaxTotal", money_text(totals.tax)),
        value("GrossValue", money_text(totals.gross)),
    )
    root = element(
        "Order",
        _head(order, order.date),
        references or "<OrderReferences/>",
        value("OrderDate", day_text(order.date)),
        party_element(order.supplier, "Supplier"),
        party_element(order.buyer, "Buyer"),
        delivery_element(order.delivery),
        party_element(order.invoice_to, "InvoiceTo") if order.invoice_to else "",
        *(line_element(line, "Order") for line in order.lines),
        *discount_elements(order.discounts),
        *(value("Narrative", note) for note in order.notes),
        total,
        xmlns=ORDER_NAMESPACE,
    )
    return document(root)


def _head(order: Order, day: dt.date) -> str:
    # Without GoodsValue the reference's suggestion (8): the sum of the net lines.
    goods = order.totals.goods
    if goods is None:
        goods = sum((line.net or NOTHING for line in order.lines), NOTHING)
    return element(
        "OrderHead",
        *head_elements(order.version, order.language),
        value("OrderType", "", Code=order.kind, Codelist="BASDA"),
        value("Function", "", Code=order.function, Codelist="BASDA" if order.function else ""),
        currency_element("OrderCurrency", order.currency, codelist="UKGov-CurrencyCode"),
        value("Checksum", str(checksum_of(day, order.lines, goods))),
    )
