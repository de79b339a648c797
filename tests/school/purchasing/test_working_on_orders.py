"""Working on orders before they are authorised: what may change, what is the supplier's, and what is told."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.school.purchasing.ordering import an_order

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.school.purchasing.models import (
    Coding,
    FetchedDocument,
    FinancialYear,
    Order,
    OrderLine,
    OrderState,
    Supplier,
    VatCode,
)
from schoolgate.school.purchasing.orders import (
    ChangedMeanwhile,
    Goods,
    Head,
    LineWanted,
    NothingLeft,
    OrderRefused,
    about,
    change_order,
    discard,
    raise_order,
)

Change = Callable[..., list[str]]

HEAD = Head("Green Abbey Primary School\n1 School Lane", date(2026, 12, 18), "Ring first")


@pytest.fixture
def content_order(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    """A basket of two lines that came in, not authorised yet."""
    came = FetchedDocument.objects.create(
        service=supplier.web_service, doc_id="B-1", kind="order", listed_at="2026-11-26T12:00Z"
    )
    return an_order(supplier, codings[0], vat["S"], document=came, state=OrderState.UNAUTHORISED, authorised_at=None)


@pytest.fixture
def own_order(clerk: User, supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    """An order that the clerk raised here."""
    lines = [
        LineWanted(2, vat["S"], codings[0], Goods("Paper", Decimal("4.50"), "PA-1", "BX")),
        LineWanted(10, vat["Z"], codings[1], Goods("Books", Decimal("7.9950"))),
    ]
    return raise_order(supplier, HEAD, lines, by=clerk)


def as_it_is(line: OrderLine, **changes: Any) -> LineWanted:
    values = {"quantity": line.quantity, "vat_code": line.vat_code, "coding": line.coding, "number": line.number}
    return LineWanted(**{**values, "off": line.removed_at is not None, **changes})


def head_of(order: Order) -> Head:
    return Head(order.delivery_address, order.required_by, order.own_notes)


def change_lines(order: Order, *lines: LineWanted, by: User) -> list[str]:
    return change_order(order, head_of(order), lines, by=by, seen_version=order.version)


def test_an_order_that_is_raised_here_has_the_sums_of_its_lines(own_order: Order) -> None:
    assert (own_order.net, own_order.vat, own_order.gross) == (Decimal("88.95"), Decimal("1.80"), Decimal("90.75"))
    assert own_order.state == OrderState.UNAUTHORISED
    assert not own_order.is_content_order
    assert [line.why for line in own_order.lines.all()] == ["chosen by Clerk", "chosen by Clerk"]


def test_orders_raised_here_have_numbers_one_after_the_other(
    own_order: Order, clerk: User, supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]
) -> None:
    line = LineWanted(1, vat["S"], codings[0], Goods("Glue", Decimal(1)))
    assert int(raise_order(supplier, HEAD, [line], by=clerk).number) == int(own_order.number) + 1


def test_an_order_without_lines_cannot_be_raised(clerk: User, supplier: Supplier, year: FinancialYear) -> None:
    with pytest.raises(OrderRefused, match="at least one line"):
        raise_order(supplier, HEAD, [], by=clerk)
    assert not Order.objects.exists()


def test_nothing_is_ordered_from_a_supplier_that_is_closed(
    clerk: User, supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]
) -> None:
    supplier.open = False
    with pytest.raises(OrderRefused, match="is closed"):
        raise_order(supplier, HEAD, [LineWanted(1, vat["S"], codings[0], Goods("Glue", Decimal(1)))], by=clerk)


def test_a_changed_quantity_changes_the_sums(content_order: Order, clerk: User) -> None:
    line = content_order.lines.get(number=1)
    told = change_lines(content_order, as_it_is(line, quantity=5), by=clerk)
    content_order.refresh_from_db()
    assert told == ["line 1: quantity 3 → 5"]
    assert (content_order.net, content_order.vat, content_order.gross) == (
        Decimal("35.00"),
        Decimal("7.00"),
        Decimal("42.00"),
    )


@pytest.mark.parametrize("quantity", [0, -1, 1_000_000])
def test_a_quantity_is_above_zero_and_no_slip_of_the_finger(content_order: Order, clerk: User, quantity: int) -> None:
    line = content_order.lines.get(number=1)
    with pytest.raises(OrderRefused, match="whole number from 1 to 999,999"):
        change_lines(content_order, as_it_is(line, quantity=quantity), by=clerk)
    assert content_order.lines.get(number=1).quantity == 3


@pytest.mark.parametrize(
    "goods",
    [
        Goods("Exercise books", Decimal("4.50"), "BX-101", "EA"),
        Goods("Other books", Decimal("4.50"), "BX-100", "EA"),
        Goods("Exercise books", Decimal("4.49"), "BX-100", "EA"),
    ],
    ids=["part number", "description", "price"],
)
def test_part_number_description_and_price_of_a_basket_never_change(
    content_order: Order, clerk: User, goods: Goods
) -> None:
    line = content_order.lines.get(number=1)
    with pytest.raises(OrderRefused, match="ask it for a new basket"):
        change_lines(content_order, as_it_is(line, quantity=9, goods=goods), by=clerk)
    assert content_order.lines.get(number=1).quantity == 3


def test_no_line_is_added_to_a_basket(
    content_order: Order, clerk: User, codings: list[Coding], vat: dict[str, VatCode]
) -> None:
    with pytest.raises(OrderRefused, match="No line is added"):
        change_lines(content_order, LineWanted(1, vat["S"], codings[0], Goods("Glue", Decimal(1))), by=clerk)
    assert content_order.lines.count() == 2


def test_an_order_that_was_raised_here_changes_in_all(
    own_order: Order, clerk: User, codings: list[Coding], vat: dict[str, VatCode]
) -> None:
    first = as_it_is(own_order.lines.get(number=1), goods=Goods("Thick paper", Decimal("5.00"), "PA-2", "BX"))
    added = LineWanted(1, vat["Z"], codings[2], Goods("Atlas", Decimal(30)))
    told = change_lines(own_order, first, added, by=clerk)
    own_order.refresh_from_db()
    assert told == [
        "line 1: part number PA-1 → PA-2, description Paper → Thick paper, unit price 4.50 → 5.00",
        "line 3 added",
    ]
    assert own_order.net == Decimal("119.95")


def test_a_line_that_is_taken_off_leaves_the_sums_and_stays_on_record(content_order: Order, clerk: User) -> None:
    told = change_lines(content_order, as_it_is(content_order.lines.get(number=2), off=True), by=clerk)
    content_order.refresh_from_db()
    assert told == ["line 2: taken off"]
    assert content_order.net == Decimal("13.50")
    assert content_order.lines.get(number=2).removed_by == clerk


def test_a_line_that_was_taken_off_can_be_brought_back(content_order: Order, clerk: User) -> None:
    change_lines(content_order, as_it_is(content_order.lines.get(number=2), off=True), by=clerk)
    content_order.refresh_from_db()
    told = change_lines(content_order, as_it_is(content_order.lines.get(number=2), off=False), by=clerk)
    content_order.refresh_from_db()
    assert told == ["line 2: brought back"]
    assert content_order.net == Decimal("26.00")


def test_the_last_line_is_not_taken_off_without_asking(content_order: Order, clerk: User) -> None:
    lines = [as_it_is(line, off=True) for line in content_order.lines.all()]
    with pytest.raises(NothingLeft):
        change_lines(content_order, *lines, by=clerk)
    assert content_order.lines.filter(removed_at=None).count() == 2


def test_a_changed_coding_says_who_chose_it_and_leaves_the_suppliers_amounts(
    content_order: Order, clerk: User, codings: list[Coding]
) -> None:
    content_order.lines.filter(number=1).update(vat=Decimal("2.71"))
    told = change_lines(content_order, as_it_is(content_order.lines.get(number=1), coding=codings[1]), by=clerk)
    line = content_order.lines.get(number=1)
    assert told == ["line 1: coding 01 / E19 / ENG → 01 / E19 / SCI"]
    assert (line.coding, line.why, line.vat) == (codings[1], "chosen by Clerk", Decimal("2.71"))


def test_a_changed_vat_code_changes_the_vat(content_order: Order, clerk: User, vat: dict[str, VatCode]) -> None:
    change_lines(content_order, as_it_is(content_order.lines.get(number=1), vat_code=vat["E"]), by=clerk)
    content_order.refresh_from_db()
    assert (content_order.net, content_order.vat) == (Decimal("26.00"), Decimal("2.50"))


@pytest.mark.parametrize("part", ["coding", "fund", "ledger_code", "cost_centre"])
def test_a_line_is_coded_to_what_is_open_only(
    content_order: Order, clerk: User, codings: list[Coding], part: str
) -> None:
    closed = codings[2] if part == "coding" else getattr(codings[2], part)
    closed.open = False
    closed.save()
    wanted = Coding.objects.get(pk=codings[2].pk)
    with pytest.raises(OrderRefused, match="Choose another coding"):
        change_lines(content_order, as_it_is(content_order.lines.get(number=1), coding=wanted), by=clerk)


def test_the_head_changes_in_what_is_the_schools(content_order: Order, clerk: User) -> None:
    told = change_order(content_order, HEAD, [], by=clerk, seen_version=content_order.version)
    content_order.refresh_from_db()
    before, after = (
        "Green Abbey Primary School, The Office, 1 School Lane, Bedford, MK40 1AA",
        "Green Abbey Primary School, 1 School Lane",
    )
    assert told == [f"delivery address “{before}” → “{after}”", "notes changed"]
    assert head_of(content_order) == HEAD


def test_of_two_who_change_it_at_once_the_second_is_told(content_order: Order, clerk: User, bursar: User) -> None:
    seen = Order.objects.get(pk=content_order.pk)
    change_order(seen, HEAD, [], by=clerk, seen_version=seen.version)
    with pytest.raises(ChangedMeanwhile):
        change_order(seen, Head("Elsewhere"), [], by=bursar, seen_version=seen.version)
    content_order.refresh_from_db()
    assert head_of(content_order) == HEAD


def test_what_changes_nothing_is_no_change(content_order: Order, clerk: User) -> None:
    lines = [as_it_is(line) for line in content_order.lines.all()]
    assert change_lines(content_order, *lines, by=clerk) == []
    content_order.refresh_from_db()
    assert content_order.version == 1
    assert not AuditEntry.objects.about(about(content_order)).exists()


def test_every_change_is_in_the_audit(content_order: Order, clerk: User) -> None:
    change_lines(content_order, as_it_is(content_order.lines.get(number=1), quantity=1), by=clerk)
    (entry,) = AuditEntry.objects.about(about(content_order))
    assert (entry.did, entry.user) == ("order changed", clerk)
    assert entry.details == "line 1: quantity 3 → 1; now £20.40 gross"


@pytest.mark.parametrize("state", [state for state in OrderState if state != OrderState.UNAUTHORISED])
def test_only_unauthorised_orders_change(content_order: Order, clerk: User, state: str) -> None:
    Order.objects.filter(pk=content_order.pk).update(state=state)
    with pytest.raises(OrderRefused, match="only unauthorised orders"):
        change_order(content_order, HEAD, [], by=clerk, seen_version=1)


def test_nothing_changes_in_a_year_that_is_closed(content_order: Order, clerk: User) -> None:
    FinancialYear.objects.update(closed_at="2027-04-20T12:00Z")
    with pytest.raises(OrderRefused, match="is closed"):
        change_order(content_order, HEAD, [], by=clerk, seen_version=1)


def test_a_discarded_order_stays_on_record(content_order: Order, clerk: User) -> None:
    discard(content_order, by=clerk, seen_version=1, reason="Ordered twice")
    content_order.refresh_from_db()
    assert content_order.state == OrderState.DISCARDED
    entry = AuditEntry.objects.about(about(content_order)).get()
    assert (entry.did, entry.details) == ("order discarded", "Ordered twice")


def test_an_authorised_order_is_not_discarded(content_order: Order, clerk: User) -> None:
    Order.objects.filter(pk=content_order.pk).update(state=OrderState.AUTHORISED)
    with pytest.raises(OrderRefused, match="cannot be done"):
        discard(content_order, by=clerk, seen_version=1)
