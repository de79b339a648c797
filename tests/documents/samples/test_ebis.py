from datetime import date

import pytest

from schoolgate.documents.ebis.checking import Checked, check_document
from schoolgate.documents.ebis.invoices import Invoice, read_invoice, write_invoice
from schoolgate.documents.ebis.ordered import changes
from schoolgate.documents.ebis.orders import Order, read_order, write_order
from schoolgate.documents.problems import Problem
from schoolgate.documents.samples.ebis import BUYER_DUNS, SUPPLIER_DUNS, OrderKind, make_invoice, make_order

DAY = date(2026, 11, 26)
DUNS = {"supplier_duns": SUPPLIER_DUNS, "buyer_duns": BUYER_DUNS}


def findings(checked: Checked) -> list[Problem]:
    return [*checked.schema, *checked.invalid, *checked.duns, *checked.profile]


def an_order(seed: int = 1, lines: int = 30, kind: OrderKind = "content") -> Order:
    return make_order(seed, lines, day=DAY, kind=kind)


def an_invoice(*, credit_note: bool = False, postage: bool = False) -> Invoice:
    return make_invoice(1, 30, day=DAY, credit_note=credit_note, postage=postage)


def test_the_same_seed_makes_the_same_order_and_another_another() -> None:
    assert an_order(1) == an_order(1) != an_order(2)


@pytest.mark.parametrize(("kind", "code"), [("content", "CTO"), ("purchase", "PUO"), ("quote", "QTN")])
def test_an_order_of_each_kind_has_nothing_wrong_with_it(kind: OrderKind, code: str) -> None:
    written = write_order(an_order(kind=kind))
    assert findings(check_document(written, "quote" if kind == "quote" else "order", **DUNS)) == []
    assert (read_order(written).kind, read_order(written).lines) == (code, an_order().lines)


@pytest.mark.parametrize("credit_note", [False, True])
def test_nothing_is_wrong_with_an_invoice_or_a_credit_note(credit_note: bool) -> None:
    written = write_invoice(an_invoice(credit_note=credit_note))
    assert findings(check_document(written, "creditnote" if credit_note else "invoice", **DUNS)) == []
    assert read_invoice(written).is_credit_note is credit_note


def test_an_authorised_order_is_the_basket_of_its_seed_sent_back() -> None:
    order = an_order(kind="purchase")
    assert (order.number, order.reference) == ("ORD00001", an_order().reference)
    assert changes(an_order().lines, order.lines) == []


def test_an_invoice_is_for_the_authorised_order_of_its_seed() -> None:
    order, invoice = an_order(kind="purchase"), an_invoice()
    assert (invoice.order_number, invoice.totals.gross) == (order.number, order.totals.gross)
    assert an_invoice(credit_note=True).credits == invoice.number


def test_postage_is_a_line_of_no_order_line_and_in_the_sums() -> None:
    with_postage, without = an_invoice(postage=True), an_invoice()
    assert (with_postage.lines[-1].product, with_postage.lines[-1].order_line) == ("POST", "")
    assert with_postage.totals.value is not None
    assert without.totals.value is not None
    assert with_postage.totals.value - without.totals.value == with_postage.lines[-1].net


def test_two_schools_and_suppliers_are_told_apart_by_their_numbers() -> None:
    order = make_order(1, 1, day=DAY, supplier_duns="111111111", buyer_duns="222222222")
    assert (order.supplier.duns, order.buyer.duns, order.buyer.code) == ("111111111", "222222222", "GA2222")
