"""Entering invoices and credit notes by hand: held against the order, never twice, and never too much."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.school.purchasing.ordering import an_order

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.documents.ebis.money import tax_of, to_pence
from schoolgate.school.purchasing.budget import committed_on, spent_on
from schoolgate.school.purchasing.invoicing.counting import still_to_credit
from schoolgate.school.purchasing.invoicing.entering import (
    Credited,
    Differs,
    Duplicate,
    Ordered,
    Stated,
    Typed,
    enter,
    enter_credit_note,
)
from schoolgate.school.purchasing.invoicing.paying import discard
from schoolgate.school.purchasing.invoicing.standing import InvoiceRefused
from schoolgate.school.purchasing.models import (
    Coding,
    DocumentState,
    FetchedDocument,
    FinancialYear,
    Invoice,
    InvoiceLine,
    Order,
    OrderState,
    Supplier,
    VatCode,
    WebService,
)

DAY = date(2026, 11, 27)


@pytest.fixture
def order(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    """Sent: 3 exercise books at £4.50 and 10 pens at £1.25, £26.00 net, £31.20 gross."""
    return an_order(supplier, codings[0], vat["S"], state=OrderState.SENT)


def paper(vat: dict[str, VatCode], net: str, at_20: str, gross: str, number: str = "INV-7", **more: Any) -> Stated:
    return Stated(number, DAY, Decimal(net), Decimal(gross), {vat["S"]: Decimal(at_20)}, **more)


def of(order: Order, *quantities: int | str, price: str | None = None) -> list[Ordered]:
    return [
        Ordered(line, Decimal(quantity), line.unit_price if price is None else Decimal(price))
        for line, quantity in zip(order.lines.all(), quantities, strict=False)
        if quantity
    ]


def gas(vat: dict[str, VatCode], coding: Coding, quantity: str = "1", price: str = "100.00") -> Typed:
    return Typed("Gas, October", Decimal(quantity), Decimal(price), vat["S"], coding)


def test_an_invoice_for_an_order_takes_its_lines_their_coding_and_counts_at_once(
    order: Order, supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], bookkeeper: User
) -> None:
    made = enter(
        paper(vat, "26.00", "5.20", "31.20"), supplier=supplier, order=order, lines=of(order, 3, 10), by=bookkeeper
    )
    assert [
        (line.order_line.number, line.net, line.vat, line.coding) for line in made.lines.all() if line.order_line
    ] == [
        (1, Decimal("13.50"), Decimal("2.70"), codings[0]),
        (2, Decimal("12.50"), Decimal("2.50"), codings[0]),
    ]
    assert (made.net, made.vat, made.gross) == (Decimal("26.00"), Decimal("5.20"), Decimal("31.20"))
    order.refresh_from_db()
    assert order.state == OrderState.COMPLETE
    assert spent_on([codings[0].pk]) == {codings[0].pk: Decimal("26.00")}
    assert committed_on([codings[0].pk]) == {}
    assert not made.differences.exists()


def test_a_part_leaves_the_rest_committed(
    order: Order, supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], bookkeeper: User
) -> None:
    enter(paper(vat, "5.00", "1.00", "6.00"), supplier=supplier, order=order, lines=of(order, 0, 4), by=bookkeeper)
    order.refresh_from_db()
    assert order.state == OrderState.PART_INVOICED
    assert committed_on([codings[0].pk]) == {codings[0].pk: Decimal("21.00")}


def test_what_differs_is_shown_first_and_nothing_is_saved(
    order: Order, supplier: Supplier, vat: dict[str, VatCode], bookkeeper: User
) -> None:
    with pytest.raises(Differs) as told:
        enter(paper(vat, "27", "5.40", "32.40"), supplier=supplier, order=order, lines=of(order, 3, 10), by=bookkeeper)
    assert [difference.code for difference in told.value.differences] == ["net-differs", "vat-differs"]
    assert not Invoice.objects.exists()
    order.refresh_from_db()
    assert order.state == OrderState.SENT


def test_what_was_seen_is_saved_and_waits_to_be_accepted_and_the_papers_totals_stand(
    order: Order, supplier: Supplier, vat: dict[str, VatCode], bookkeeper: User
) -> None:
    stated, lines = paper(vat, "27", "5.40", "32.40"), of(order, 3, 10)
    with pytest.raises(Differs) as told:
        enter(stated, supplier=supplier, order=order, lines=lines, by=bookkeeper)
    seen = [difference.said for difference in told.value.differences]
    made = enter(stated, supplier=supplier, order=order, lines=lines, seen=seen, by=bookkeeper)
    assert [difference.code for difference in made.differences.filter(accepted_at=None)] == [
        "net-differs",
        "vat-differs",
    ]
    assert (made.net, made.vat, made.gross) == (Decimal("27.00"), Decimal("5.40"), Decimal("32.40"))
    assert [(one.vat, one.reckoned) for one in made.vat_sums.all()] == [(Decimal("5.40"), Decimal("5.20"))]


def test_another_price_than_the_orders_differs(
    order: Order, supplier: Supplier, vat: dict[str, VatCode], bookkeeper: User
) -> None:
    stated = paper(vat, "15.00", "3.00", "18.00")
    with pytest.raises(Differs) as told:
        enter(stated, supplier=supplier, order=order, lines=of(order, 3, price="5.00"), by=bookkeeper)
    assert [difference.code for difference in told.value.differences] == ["price-differs"]


def test_more_than_was_ordered_differs(
    order: Order, supplier: Supplier, vat: dict[str, VatCode], bookkeeper: User
) -> None:
    with pytest.raises(Differs) as told:
        enter(paper(vat, "18.00", "3.60", "21.60"), supplier=supplier, order=order, lines=of(order, 4), by=bookkeeper)
    assert [difference.code for difference in told.value.differences] == ["more-than-ordered"]


def test_what_is_typed_beside_an_orders_lines_is_post_and_packing(
    order: Order, supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], bookkeeper: User
) -> None:
    packing = Typed("Carriage", Decimal(1), Decimal("4.00"), vat["S"], codings[2])
    stated = paper(vat, "30.00", "6.00", "36.00")
    made = enter(stated, supplier=supplier, order=order, lines=[*of(order, 3, 10), packing], by=bookkeeper)
    last = made.lines.last()
    assert last is not None
    assert (last.kind, last.order_line, last.coding) == (InvoiceLine.Kind.POST_AND_PACKING, None, codings[2])


@pytest.mark.parametrize("state", [OrderState.UNAUTHORISED, OrderState.AUTHORISED, OrderState.CANCELLED])
def test_an_order_that_did_not_go_out_is_not_invoiced(
    order: Order, supplier: Supplier, vat: dict[str, VatCode], bookkeeper: User, state: str
) -> None:
    Order.objects.filter(pk=order.pk).update(state=state)
    with pytest.raises(InvoiceRefused, match="only what went to its supplier is invoiced"):
        enter(paper(vat, "13.50", "2.70", "16.20"), supplier=supplier, order=order, lines=of(order, 3), by=bookkeeper)


def test_an_invoice_without_an_order_is_coded_by_whoever_types_it(
    supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], bookkeeper: User
) -> None:
    lines = [gas(vat, codings[2], "2.5", "40.00")]
    made = enter(paper(vat, "100", "20", "120"), supplier=supplier, lines=lines, by=bookkeeper)
    (line,) = made.lines.all()
    assert (line.kind, line.quantity, line.net, line.vat, line.why) == (
        InvoiceLine.Kind.GOODS,
        Decimal("2.5"),
        Decimal("100.00"),
        Decimal("20.00"),
        "chosen by Bookkeeper",
    )
    assert (made.order, made.entered_by, made.state) == (None, bookkeeper, "unauthorised")
    entry = AuditEntry.objects.get(did="invoice entered")
    assert (entry.user, entry.details) == (bookkeeper, "1 line, £120.00 gross, for no order")


def test_a_number_that_is_here_is_refused_with_the_one_that_is(
    supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], bookkeeper: User
) -> None:
    lines = [gas(vat, codings[2])]
    first = enter(paper(vat, "100", "20", "120"), supplier=supplier, lines=lines, by=bookkeeper)
    with pytest.raises(Duplicate) as told:
        enter(paper(vat, "100", "20", "120", "inv-7"), supplier=supplier, lines=lines, by=bookkeeper)
    assert told.value.invoice == first


def test_a_discarded_number_may_be_entered_anew(
    supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], bookkeeper: User
) -> None:
    lines = [gas(vat, codings[2])]
    first = enter(paper(vat, "100", "20", "120"), supplier=supplier, lines=lines, by=bookkeeper)
    discard(first, by=bookkeeper, seen_version=1, reason="wrong coding")
    assert enter(paper(vat, "100", "20", "120"), supplier=supplier, lines=lines, by=bookkeeper).pk != first.pk


@pytest.fixture
def waiting(supplier: Supplier, service: WebService) -> FetchedDocument:
    """Invoice INV-7, which came in and waits because it names no order."""
    made: FetchedDocument = FetchedDocument.objects.create(
        service=service,
        doc_id="I-7",
        kind="invoice",
        state=DocumentState.WAITING,
        listed_at="2026-11-27T09:00Z",
        supplier=supplier,
        reference="INV-7",
        rule="no-order",
        said="The invoice does not say which of your orders it is for.",
    )
    return made


def test_a_number_that_waits_as_a_document_is_refused_with_the_document(
    supplier: Supplier, waiting: FetchedDocument, codings: list[Coding], vat: dict[str, VatCode], bookkeeper: User
) -> None:
    with pytest.raises(Duplicate) as told:
        enter(paper(vat, "100", "20", "120"), supplier=supplier, lines=[gas(vat, codings[2])], by=bookkeeper)
    assert told.value.document == waiting


def test_a_document_without_an_order_is_imported_by_being_entered(
    supplier: Supplier, waiting: FetchedDocument, codings: list[Coding], vat: dict[str, VatCode], bookkeeper: User
) -> None:
    lines = [gas(vat, codings[2])]
    made = enter(paper(vat, "100", "20", "120"), supplier=supplier, lines=lines, document=waiting, by=bookkeeper)
    waiting.refresh_from_db()
    assert (made.document, waiting.state, waiting.rule) == (waiting, DocumentState.IMPORTED, "")
    assert waiting.ended_at is not None
    with pytest.raises(InvoiceRefused, match="not entered by hand"):
        enter(paper(vat, "1", "0", "1", "X"), supplier=supplier, lines=lines, document=waiting, by=bookkeeper)


def test_a_document_of_one_supplier_is_not_entered_as_anothers(
    waiting: FetchedDocument, codings: list[Coding], vat: dict[str, VatCode], bookkeeper: User
) -> None:
    other = Supplier.objects.create(name="Other Ltd")
    with pytest.raises(InvoiceRefused, match="came from Beacon Supplies, and not from Other Ltd"):
        enter(
            paper(vat, "100", "20", "120"),
            supplier=other,
            lines=[gas(vat, codings[2])],
            document=waiting,
            by=bookkeeper,
        )


def test_in_a_year_that_is_closed_nothing_is_booked_but_in_the_open_one_with_the_same_codes(
    order: Order, supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], bookkeeper: User
) -> None:
    FinancialYear.objects.update(closed_at="2027-04-20T09:00Z")
    stated, lines = paper(vat, "13.50", "2.70", "16.20"), of(order, 3)
    with pytest.raises(InvoiceRefused, match="No financial year is open"):
        enter(stated, supplier=supplier, order=order, lines=lines, by=bookkeeper)
    after: FinancialYear = FinancialYear.objects.create(name="2027-28", first_day="2027-04-01", last_day="2028-03-31")
    with pytest.raises(InvoiceRefused, match="is not linked and open in the financial year 2027-28"):
        enter(stated, supplier=supplier, order=order, lines=lines, by=bookkeeper)
    three = {}
    for name in ("fund", "ledger_code", "cost_centre"):
        code = getattr(codings[0], name)
        three[name] = type(code).objects.create(year=after, code=code.code, name=code.name)
    coding = Coding.objects.create(year=after, **three)
    made = enter(stated, supplier=supplier, order=order, lines=lines, by=bookkeeper)
    assert (made.year, made.lines.get().coding) == (after, coding)


@pytest.fixture
def invoice(order: Order, supplier: Supplier, vat: dict[str, VatCode], bookkeeper: User) -> Invoice:
    """INV-7 for all of the order."""
    stated = paper(vat, "26.00", "5.20", "31.20")
    return enter(stated, supplier=supplier, order=order, lines=of(order, 3, 10), by=bookkeeper)


def test_a_credit_note_lowers_what_was_invoiced_and_never_the_order(
    invoice: Invoice, order: Order, codings: list[Coding], vat: dict[str, VatCode], bookkeeper: User
) -> None:
    books = invoice.lines.get(number=1)
    stated = paper(vat, "4.50", "0.90", "5.40", "CN-1")
    lines = [Credited(books, Decimal(1), Decimal("4.50"))]
    note = enter_credit_note(stated, invoice=invoice, lines=lines, by=bookkeeper)
    assert (note.is_credit_note, note.credits, note.order) == (True, invoice, order)
    line = order.lines.get(number=1)
    assert (line.quantity, line.invoiced) == (3, Decimal(2))
    assert still_to_credit(books) == (Decimal(2), Decimal("9.00"))
    assert spent_on([codings[0].pk]) == {codings[0].pk: Decimal("21.50")}


def test_a_price_alone_is_credited_too(invoice: Invoice, vat: dict[str, VatCode], bookkeeper: User) -> None:
    books = invoice.lines.get(number=1)
    stated = paper(vat, "1.50", "0.30", "1.80", "CN-1")
    lines = [Credited(books, Decimal(0), Decimal("1.50"))]
    note = enter_credit_note(stated, invoice=invoice, lines=lines, by=bookkeeper)
    assert not note.differences.exists()
    assert still_to_credit(books) == (Decimal(3), Decimal("12.00"))


@pytest.mark.parametrize(("quantity", "net"), [("4", "13.50"), ("3", "13.51"), ("0", "0")])
def test_no_more_is_credited_than_is_left_and_not_nothing(
    invoice: Invoice, vat: dict[str, VatCode], bookkeeper: User, quantity: str, net: str
) -> None:
    lines = [Credited(invoice.lines.get(number=1), Decimal(quantity), Decimal(net))]
    with pytest.raises(InvoiceRefused, match=r"Of line 1 at most 3 and £13\.50 net are still to be credited"):
        enter_credit_note(paper(vat, net, "0", net, "CN-1"), invoice=invoice, lines=lines, by=bookkeeper)


def test_nothing_is_credited_of_what_was_discarded(invoice: Invoice, vat: dict[str, VatCode], bookkeeper: User) -> None:
    discard(invoice, by=bookkeeper, seen_version=invoice.version, reason="here twice")
    lines = [Credited(invoice.lines.get(number=1), Decimal(1), Decimal("4.50"))]
    with pytest.raises(InvoiceRefused, match="nothing of it is credited"):
        enter_credit_note(paper(vat, "4.50", "0.90", "5.40", "CN-1"), invoice=invoice, lines=lines, by=bookkeeper)


pence = st.integers(1, 99_999).map(lambda number: Decimal(number) / 100)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.tuples(st.integers(1, 40), pence, st.sampled_from(["S", "Z"])), min_size=1, max_size=6))
def test_sums_that_a_supplier_adds_up_agree_whatever_the_lines(
    supplier: Supplier,
    codings: list[Coding],
    vat: dict[str, VatCode],
    bookkeeper: User,
    lines: list[tuple[int, Decimal, str]],
) -> None:
    Invoice.objects.all().delete()
    nets = [to_pence(quantity * price) for quantity, price, _ in lines]
    taxed = sum((net for net, (*_, code) in zip(nets, lines, strict=True) if code == "S"), Decimal(0))
    net, at_20 = sum(nets, Decimal(0)), tax_of(taxed, Decimal(20))
    typed = [Typed("Goods", Decimal(quantity), price, vat[code], codings[0]) for quantity, price, code in lines]
    stated = Stated("INV-1", DAY, net, net + at_20, {vat["S"]: at_20})
    made = enter(stated, supplier=supplier, lines=typed, by=bookkeeper)
    assert sum((line.net for line in made.lines.all()), Decimal(0)) == made.net
    assert made.net + made.vat == made.gross
    assert not made.differences.exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1400)), min_size=1, max_size=6))
def test_however_it_is_credited_never_more_than_was_invoiced(
    invoice: Invoice, codings: list[Coding], vat: dict[str, VatCode], bookkeeper: User, taken: list[tuple[int, int]]
) -> None:
    invoice.credit_notes.all().delete()
    books = invoice.lines.get(number=1)
    for place, (quantity, amount) in enumerate(taken):
        net = Decimal(amount) / 100
        lines = [Credited(books, Decimal(quantity), net)]
        stated = Stated(f"CN-{place}", DAY, net, net + tax_of(net, Decimal(20)), {vat["S"]: tax_of(net, Decimal(20))})
        try:
            enter_credit_note(stated, invoice=invoice, lines=lines, by=bookkeeper)
        except InvoiceRefused:
            continue
    left = still_to_credit(books)
    assert left[0] >= 0
    assert left[1] >= 0
    assert spent_on([codings[0].pk])[codings[0].pk] == Decimal("12.50") + left[1]
