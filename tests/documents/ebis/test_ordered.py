from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.documents.ebis.made import an_order

from schoolgate.documents.ebis.invoices import write_invoice
from schoolgate.documents.ebis.lines import Line, Tax
from schoolgate.documents.ebis.nodes import parse
from schoolgate.documents.ebis.ordered import changes, invoice_from_order
from schoolgate.documents.ebis.schema import SCHEMAS
from schoolgate.documents.problems import DocumentError

DAY = date(2026, 12, 1)
FIRST, SECOND = an_order().lines


def test_an_invoice_has_what_was_ordered_line_for_line() -> None:
    invoice = invoice_from_order(an_order(number="ORD00017"), "SI-9001", DAY)
    assert (invoice.number, invoice.order_number, invoice.reference) == ("SI-9001", "ORD00017", "BASKET-0001")
    assert [(line.product, line.order_line, line.net) for line in invoice.lines] == [
        ("PN-100", "1", Decimal("45.50")),
        ("PN-200", "2", Decimal("80.00")),
    ]
    assert (invoice.totals.value, invoice.totals.tax, invoice.totals.gross) == (
        Decimal("125.50"),
        Decimal("25.10"),
        Decimal("150.60"),
    )
    assert SCHEMAS["invoice"].validator().validate(parse(write_invoice(invoice)))


def test_a_credit_note_is_for_the_invoice_it_names() -> None:
    credit = invoice_from_order(an_order(), "CN-1", DAY, kind="creditnote", credits="SI-9001")
    assert (credit.kind, credit.credits) == ("CRN", "SI-9001")


def test_amounts_that_the_order_lacks_are_worked_out() -> None:
    bare = replace(FIRST, net=None, tax_value=None, gross=None)
    line = invoice_from_order(an_order(lines=(bare,)), "SI-1", DAY).lines[0]
    assert (line.net, line.tax_value, line.gross) == (Decimal("45.50"), Decimal("9.10"), Decimal("54.60"))


def test_a_line_that_the_school_deleted_is_not_billed() -> None:
    invoice = invoice_from_order(an_order(lines=(FIRST, replace(SECOND, action="Delete"))), "SI-1", DAY)
    assert [line.product for line in invoice.lines] == ["PN-100"]


@pytest.mark.parametrize("tax", [Tax("S"), Tax("", Decimal(20))])
def test_a_line_whose_tax_is_not_known_is_not_billed_by_guess(tax: Tax) -> None:
    with pytest.raises(DocumentError) as caught:
        invoice_from_order(an_order(lines=(replace(FIRST, tax=tax),)), "SI-1", DAY)
    assert caught.value.code == "tax-unknown"


@pytest.mark.parametrize(
    ("ordered", "said"),
    [
        ((FIRST, SECOND), []),
        ((FIRST,), ["line 2 removed"]),
        ((SECOND,), ["line 1 removed"]),
        ((replace(SECOND, number=1),), ["line 1 removed"]),
        ((FIRST, replace(SECOND, action="Delete")), ["line 2 removed"]),
        ((replace(FIRST, quantity=Decimal(8)), SECOND), ["line 1 quantity 10 → 8"]),
        ((replace(FIRST, quantity=Decimal("10.00")), SECOND), []),
        ((replace(FIRST, unit_price=Decimal("4.6")), SECOND), ["line 1 price 4.55 → 4.60"]),
        ((replace(FIRST, unit_price=None), SECOND), ["line 1 price 4.55 → none"]),
        ((FIRST, replace(SECOND, unit="BX")), ["line 2 unit EA → BX"]),
        ((FIRST, SECOND, replace(FIRST, number=3)), ["line 3 added"]),
        ((SECOND, FIRST), []),
    ],
)
def test_what_the_school_changed_is_said_in_sentences(ordered: tuple[Line, ...], said: list[str]) -> None:
    assert changes(an_order().lines, ordered) == said


def test_two_lines_of_one_product_are_told_apart_by_number() -> None:
    basket = an_order(lines=(FIRST, replace(FIRST, number=2, quantity=Decimal(3))))
    order = an_order(lines=(replace(FIRST, number=2, quantity=Decimal(1)),))
    assert changes(basket.lines, order.lines) == ["line 1 removed", "line 2 quantity 3 → 1"]
