"""Any basket that our supplier site can compose is taken at its own sums; nothing that is sent makes reading fail."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.documents.ebis.strategies import orders, words
from tests.school.purchasing.conftest import SCHOOL_DUNS, SUPPLIER_DUNS, Basket
from tests.school.purchasing.taking import edited, taken

from schoolgate.documents.ebis.baskets import basket_from_json
from schoolgate.documents.ebis.lines import Discount, Line
from schoolgate.documents.ebis.orders import Order as Composed
from schoolgate.documents.ebis.orders import write_order
from schoolgate.documents.ebis.parties import Party
from schoolgate.school.purchasing.baskets import Basket as Read
from schoolgate.school.purchasing.baskets import Refused, read
from schoolgate.school.purchasing.models import Coding, CodingTemplate, Order, OrderLine, Supplier, VatCode
from schoolgate.school.purchasing.prices import NetDiffers, cost_of
from schoolgate.school.purchasing.rules import RULES

CODES = {rule.code for rule in RULES}
PENNY = Decimal("0.01")

_rates = st.sampled_from([("S", "20"), ("L", "5"), ("Z", "0"), ("E", "0")])
_lines = st.builds(
    lambda goods, rate: {**goods, "tax_code": rate[0], "tax_rate": rate[1]},
    st.fixed_dictionaries(
        {
            "product": words,
            "description": words,
            "quantity": st.integers(1, 999_999),
            "unit": st.sampled_from(["EA", "BX", "5I"]),
            "unit_price": st.decimals(0, 90, places=4, allow_nan=False).map(str),
        },
        optional={"cost_centre": words, "ledger_code": words},
    ),
    _rates,
)
baskets = st.fixed_dictionaries(
    {"reference": words, "lines": st.lists(_lines, min_size=1, max_size=5)}, optional={"user": words, "note": words}
)


def composed(value: dict[str, Any]) -> Composed:
    parties = Party("Beacon Supplies", SUPPLIER_DUNS), Party("Green Abbey Primary School", SCHOOL_DUNS)
    return basket_from_json(value, *parties)


@pytest.fixture
def ready(codings: list[Coding], vat: dict[str, VatCode], supplier: Supplier) -> None:
    VatCode.objects.create(code="L", name="Reduced", rate=Decimal(5), sent_as="L")
    CodingTemplate.objects.create(year=codings[0].year, coding=codings[0])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=baskets)
def test_any_basket_that_our_supplier_site_composes_is_taken_with_the_same_sums(
    ready: None, value: dict[str, Any]
) -> None:
    sent = composed(value)
    order, notes = taken(write_order(sent))
    assert isinstance(order, Order), order
    assert notes == []
    order.refresh_from_db()
    assert (order.net, order.vat, order.gross) == (sent.totals.goods, sent.totals.tax, sent.totals.gross)
    lines = list(order.lines.all())
    assert sum(line.net for line in lines) == order.net
    assert sum(line.vat for line in lines) == order.vat
    for line, theirs in zip(lines, sent.lines, strict=True):
        assert (line.number, line.net, line.vat) == (theirs.number, theirs.net, theirs.tax_value)
        assert (line.part_number, line.description, line.unit) == (theirs.product, theirs.description, theirs.unit)
        assert line.quantity == theirs.quantity
        assert line.unit_price == theirs.unit_price
        assert line.net_for(line.quantity) == line.net
        assert line.coding.is_open


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=orders)
def test_whatever_an_order_holds_it_is_taken_or_refused_by_a_rule(ready: None, order: Composed) -> None:
    from_ours = replace(order.supplier, duns=SUPPLIER_DUNS, code="")
    to_us = replace(order.buyer, duns=SCHOOL_DUNS, code="")
    outcome, _ = taken(write_order(replace(order, supplier=from_ours, buyer=to_us, language="en", currency="GBP")))
    assert isinstance(outcome, Order) or outcome.rule in CODES


@given(raw=st.binary(max_size=200) | st.text(max_size=200))
def test_nothing_that_is_sent_makes_reading_fail(raw: bytes | str) -> None:
    assert isinstance(read(raw), Read | Refused)


_paths = st.sampled_from(
    [
        "OrderHead/Schema/Version",
        "OrderHead/Parameters/Language",
        "OrderHead/Checksum",
        "OrderDate",
        "Delivery/PreferredDate",
        "OrderLine[1]/LineNumber",
        "OrderLine[1]/Quantity/Amount",
        "OrderLine[1]/Price/UnitPrice",
        "OrderLine[1]/Price/Units",
        "OrderLine[2]/PercentDiscount/Percentage",
        "OrderLine[2]/AmountDiscount/Amount",
        "OrderLine[2]/LineTax/TaxRate",
        "OrderLine[2]/LineTax/TaxValue",
        "OrderLine[2]/NetLineTotal",
        "OrderTotal/GoodsValue",
        "OrderTotal/FreightCharges",
    ]
)
_numbers = st.decimals(-(10**39), 10**39, allow_nan=False).map(lambda number: f"{number:f}")
_texts = (
    words | _numbers | st.sampled_from(["", "0", "-0", "1e400", "NaN", "\uff19", "9999-12-31", "0000-00-00", "9" * 40])
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(_paths, _texts), min_size=1, max_size=3))
def test_any_value_in_any_place_is_taken_or_refused_by_a_rule(
    ready: None, basket: Basket, changes: list[tuple[str, str]]
) -> None:
    outcome, _ = taken(edited(basket(), *changes, right_checksum=False))
    assert isinstance(outcome, Order) or outcome.rule in CODES


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10_000), cut=st.integers(0, 40), new=st.binary(max_size=8))
def test_a_document_that_was_damaged_on_the_way_is_taken_or_refused_by_a_rule(
    ready: None, basket: Basket, at: int, cut: int, new: bytes
) -> None:
    whole = basket()
    at %= len(whole)
    outcome, _ = taken(whole[:at] + new + whole[at + cut :])
    assert isinstance(outcome, Order) or outcome.rule in CODES


_money = st.decimals(0, 10_000, places=4, allow_nan=False)


@given(
    quantity=st.integers(1, 999_999),
    price=_money,
    units=st.integers(1, 1000),
    percent=st.decimals(0, 100, places=2, allow_nan=False),
    beside=st.sampled_from([-2, -1, 0, 1, 2]),
    wanted=st.integers(1, 999_999),
)
def test_a_line_costs_what_the_supplier_says_or_waits(
    quantity: int, price: Decimal, units: int, percent: Decimal, beside: int, wanted: int
) -> None:
    line = Line(
        1,
        quantity=Decimal(quantity),
        unit_price=price,
        price_units=str(units),
        discounts=(Discount(percent=percent),),
    )
    right = cost_of(line).net
    exact = Decimal(quantity) * price / units * (100 - percent) / 100
    assert abs(right - exact) <= PENNY / 2
    said = replace(line, net=right + beside * PENNY)
    if abs(beside) > 1:
        with pytest.raises(NetDiffers):
            cost_of(said)
        return
    cost = cost_of(said)
    row = OrderLine(
        quantity=quantity,
        quantity_sent=quantity,
        unit_price=price,
        price_units=units,
        discount=cost.discount,
        net=cost.net,
    )
    assert cost.net == said.net
    assert row.net_for(quantity) == cost.net
    assert abs(row.net_for(wanted) - exact * wanted / quantity) <= PENNY * (1 + Decimal(wanted) / quantity * 2)
