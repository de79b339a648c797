"""The JSON that docs/reference/basket-json.md shows is the JSON that is taken and given."""

import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from schoolgate.documents.ebis import baskets, json_values
from schoolgate.documents.ebis.baskets import basket_from_json, invoice_from_json, order_to_json
from schoolgate.documents.ebis.orders import PURCHASE, read_order, write_order
from schoolgate.documents.ebis.parties import Party
from schoolgate.documents.ebis.totals import order_totals, with_amounts

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "basket-json.md").read_text("utf-8")
SUPPLIER = Party("Larkspur & Pennick School Supplies", duns="123456789", code="123456789")
BUYER = Party("Green Abbey School", duns="987654321", code="A-4711")


def example(name: str) -> Any:
    (text,) = re.findall(rf"```json {name}\n(.*?)```", PAGE, re.DOTALL)
    return json.loads(text, parse_float=Decimal)


def test_the_example_of_a_basket_is_taken() -> None:
    order = basket_from_json(example("basket"), SUPPLIER, BUYER)
    assert (order.totals.goods, order.totals.tax) == (Decimal("175.49"), Decimal("9.10"))


def test_the_example_of_an_invoice_is_taken() -> None:
    invoice = invoice_from_json(example("invoice"), SUPPLIER, BUYER)
    assert (invoice.totals.value, invoice.totals.tax) == (Decimal("39.53"), Decimal("7.91"))


def test_the_example_of_an_order_is_what_a_school_makes_of_the_basket() -> None:
    basket = basket_from_json(example("basket"), SUPPLIER, BUYER)
    line = with_amounts(replace(basket.lines[0], quantity=Decimal(8), net=None, tax_value=None, gross=None))
    told = example("order")
    order = replace(
        basket,
        number=told["number"],
        kind=PURCHASE,
        date=basket.date and basket.date.replace(day=27),
        lines=(line,),
        totals=order_totals((line,)),
    )
    assert order_to_json(read_order(write_order(order))) == told


def test_every_code_of_a_refusal_is_explained() -> None:
    source = "".join(Path(module.__file__ or "").read_text("utf-8") for module in (baskets, json_values))
    refused = re.findall(r'refuse\(\s*[^,]+, f?"([^"]+)"', source)
    chosen = re.findall(r'choice\("\w+", [^"]+(?:"\w+", "\w+"\), )?"([a-z-]+)"', source)
    codes = {code.replace("{name}", "quantity") for code in [*refused, *chosen]}
    assert {"missing", "unknown-unit", "quantity-not-whole"} <= codes
    assert [code for code in sorted(codes) if f"`{code}`" not in PAGE] == []
