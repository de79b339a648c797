"""What holds of a check whatever the document is."""

import re
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.documents.ebis.made import BUYER, SUPPLIER, an_order
from tests.documents.ebis.skeletons import AUTHORISED_ORDER, INDEX, INVOICE
from tests.documents.ebis.strategies import orders

from schoolgate.documents.ebis.checking import check_document
from schoolgate.documents.ebis.invoices import Invoice, read_invoice, write_invoice
from schoolgate.documents.ebis.lines import Line, Tax
from schoolgate.documents.ebis.orders import Order, read_order, write_order
from schoolgate.documents.ebis.totals import invoice_totals, order_totals, with_amounts

taxes = st.sampled_from([Tax("S", Decimal(20)), Tax("L", Decimal(5)), Tax("Z", Decimal(0))])
prices = st.decimals(0, 100_000, places=4)
lines = st.lists(
    st.builds(
        lambda quantity, price, tax: (quantity, price, tax),
        st.integers(0, 9_999).map(Decimal),
        prices,
        taxes,
    ),
    min_size=1,
    max_size=6,
).map(
    lambda rows: tuple(
        with_amounts(Line(number, "PN", "Goods", quantity, "EA", unit_price=price, tax=tax))
        for number, (quantity, price, tax) in enumerate(rows, 1)
    )
)


@settings(max_examples=40)
@given(lines)
def test_what_is_reckoned_here_is_refused_for_nothing(made: tuple[Line, ...]) -> None:
    order = write_order(an_order(lines=made, totals=order_totals(made)))
    checked = check_document(order, "order", supplier_duns=SUPPLIER.duns, buyer_duns=BUYER.duns)
    assert (checked.refusals(), checked.notes()) == ([], [])

    sub_totals, totals = invoice_totals(made, "GBP")
    invoice = Invoice(
        "SI-1", an_order().date, SUPPLIER, BUYER, made, sub_totals, totals=totals, order_number="ORD00017"
    )
    assert check_document(write_invoice(invoice), "invoice").refusals() == []


@settings(max_examples=20)
@given(orders)
def test_any_order_written_is_valid_and_its_checksum_right(order: Order) -> None:
    checked = check_document(write_order(order))
    assert checked.schema == []
    assert checked.checksum.matches or checked.checksum.steps is None


NUMBERS = ["", "0", "-1", "1.5", "1e5", "NaN", "INF", "9" * 60, "2026-13-45", "24:00:00", " ", "\n"]
MARKUP = ["<Amount/>", "<x/>", "</Order>", "&", "&lt;", "&bad;", "]]>", "<!--", "<![CDATA[", "<?xml?>", "<!DOCTYPE a>"]
SIGNS = ["\0", "\ud800", '"', "'"]
VALUES = st.sampled_from([*NUMBERS, *MARKUP, *SIGNS])


@st.composite
def spoilt(draw: st.DrawFn) -> str:
    """A document with some of its pieces replaced."""
    document: str = draw(st.sampled_from([AUTHORISED_ORDER, INVOICE, INDEX]))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(document)))
        end = draw(st.integers(start, min(start + 40, len(document))))
        document = document[:start] + draw(VALUES | st.text(max_size=6)) + document[end:]
    return document


@settings(max_examples=100)
@given(spoilt())
def test_nothing_raises_and_what_is_not_refused_can_be_read(document: str) -> None:
    checked = check_document(document)
    assert checked.refusals() or checked.kind
    if not checked.refusals() and checked.kind in ("order", "quote"):
        assert read_order(document).lines
    elif not checked.refusals() and checked.kind in ("invoice", "creditnote"):
        assert read_invoice(document).lines


CONTENTS = {
    document: [match.span(1) for match in re.finditer(r">([^<\n]*)</", document)]
    for document in (AUTHORISED_ORDER, INVOICE)
}


@st.composite
def restated(draw: st.DrawFn) -> str:
    """A document with the content of one of its elements replaced."""
    document: str = draw(st.sampled_from([AUTHORISED_ORDER, INVOICE]))
    start, end = draw(st.sampled_from(CONTENTS[document]))
    return document[:start] + draw(st.sampled_from(NUMBERS)) + document[end:]


@settings(max_examples=100)
@given(restated())
def test_a_value_that_no_reader_takes_is_refused(document: str) -> None:
    checked = check_document(document)
    if not checked.refusals():
        read = read_order if checked.kind == "order" else read_invoice
        assert read(document).lines
