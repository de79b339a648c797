"""An order read in brief says what the whole order says."""

import json

from hypothesis import given
from tests.documents.ebis.skeletons import AUTHORISED_ORDER, changed
from tests.documents.ebis.strategies import orders

from schoolgate.documents.ebis.checking import check_and_read, check_document
from schoolgate.documents.ebis.goods import Brief, Goods, goods_as_json, goods_from_json, read_brief
from schoolgate.documents.ebis.lines import Line
from schoolgate.documents.ebis.orders import Order, read_order, write_order


def in_brief(document: bytes | str) -> Brief:
    _, figures = check_and_read(document, "order")
    assert figures is not None
    return read_brief(figures)


def goods_of(line: Line | Goods) -> tuple[object, ...]:
    return line.number, line.product, line.description, line.quantity, line.unit, line.unit_price


@given(order=orders)
def test_every_order_read_in_brief_is_the_order(order: Order) -> None:
    brief = in_brief(write_order(order))
    assert (brief.number, brief.reference, brief.date) == (order.number, order.reference, order.date)
    assert (brief.totals.goods, brief.totals.gross) == (order.totals.goods, order.totals.gross)
    assert list(map(goods_of, brief.lines)) == list(map(goods_of, order.lines))
    assert [line.action for line in brief.lines] == [line.action for line in order.lines]


def test_a_price_for_a_hundred_is_read_as_it_stands() -> None:
    document = changed(AUTHORISED_ORDER, "<UnitPrice>", "<Units>100</Units><UnitPrice>")
    assert [line.unit_price for line in in_brief(document).lines] == [
        line.unit_price for line in read_order(document).lines
    ]


def test_blanks_around_a_value_are_none_of_it() -> None:
    document = changed(AUTHORISED_ORDER, "<SuppliersProductCode>", "<SuppliersProductCode>\n  ")
    assert in_brief(document).lines[0].product == read_order(document).lines[0].product


@given(order=orders)
def test_goods_that_are_kept_are_the_goods(order: Order) -> None:
    kept = goods_from_json(json.loads(json.dumps(goods_as_json(order.lines))))
    assert list(map(goods_of, kept)) == list(map(goods_of, order.lines))


def test_what_is_no_order_has_no_figures() -> None:
    assert check_and_read("<Order/>", "order")[1] is None
    assert check_and_read("no XML", "order")[1] is None


def test_a_check_says_the_same_whether_or_not_who_asks_goes_on() -> None:
    assert check_and_read(AUTHORISED_ORDER, "order")[0] == check_document(AUTHORISED_ORDER, "order")
