"""An order and an invoice as the reference's section 10 has them."""

from datetime import date
from decimal import Decimal
from typing import Any

from schoolgate.documents.ebis.lines import Line, Tax
from schoolgate.documents.ebis.orders import Order, OrderTotals
from schoolgate.documents.ebis.parties import Contact, Delivery, Party

SUPPLIER = Party("Oakhanger Educational Supplies", duns="123456789", code="SUP-01")
BUYER = Party("Green Abbey School", duns="987654321", code="A-4711", contact=Contact("j.smith"))
STANDARD = Tax("S", Decimal(20))


def an_order(**changed: Any) -> Order:
    parts: dict[str, Any] = {
        "date": date(2026, 11, 21),
        "supplier": SUPPLIER,
        "buyer": BUYER,
        "reference": "BASKET-0001",
        "delivery": Delivery(preferred=date(2026, 12, 5)),
        "lines": (
            a_line(1, "PN-100", quantity="10", price="4.55", tax_value="9.10", net="45.50", gross="54.60"),
            a_line(2, "PN-200", quantity="5", price="16.00", tax_value="16.00", net="80.00", gross="96.00"),
        ),
        "totals": OrderTotals(goods=Decimal("125.50"), tax=Decimal("25.10"), gross=Decimal("150.60")),
    }
    return Order(**(parts | changed))


def a_line(number: int, product: str, *, quantity: str, price: str, tax_value: str, net: str, gross: str) -> Line:
    return Line(
        number,
        product,
        f"Goods {product}",
        Decimal(quantity),
        "EA",
        unit_price=Decimal(price),
        tax=STANDARD,
        tax_value=Decimal(tax_value),
        net=Decimal(net),
        gross=Decimal(gross),
    )
