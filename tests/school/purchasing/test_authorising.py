"""Authorising: who may, up to what, within which budgets, and what may be done afterwards."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.school.purchasing.ordering import an_order

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.models import Job
from schoolgate.school.purchasing import establishment, year_end
from schoolgate.school.purchasing.authorising import (
    NotAuthorised,
    authorise,
    cancel,
    hindrances_of,
    mark_posted,
    take_back,
    who_can,
)
from schoolgate.school.purchasing.budget import room_for, rooms_of
from schoolgate.school.purchasing.models import (
    COMMITTED,
    Coding,
    FinancialYear,
    Order,
    OrderMethod,
    OrderState,
    PurchasingRights,
    Supplier,
    VatCode,
)
from schoolgate.school.purchasing.orders import ChangedMeanwhile, OrderRefused, about
from schoolgate.school.purchasing.suppliers import close_supplier

NewOrder = Callable[..., Order]


@pytest.fixture
def new_order(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> NewOrder:
    """Make an unauthorised order with one line at this price, by default on the £1,000 coding, VAT free."""

    def make(price: str = "100", *, coding: Coding | None = None, **values: Any) -> Order:
        line = {"description": "Books", "quantity": 1, "unit_price": price}
        usual = {"number": f"PO-{Order.objects.count() + 1}", "state": OrderState.UNAUTHORISED, "authorised_at": None}
        return an_order(supplier, coding or codings[0], vat["Z"], line, **{**usual, **values})

    return make


def codes(refused: "pytest.ExceptionInfo[NotAuthorised]") -> list[str]:
    return [hindrance.code for hindrance in refused.value.hindrances]


def test_an_authorised_order_says_by_whom_and_is_asked_to_be_sent(new_order: NewOrder, head: User) -> None:
    order = authorise(new_order(), by=head, seen_version=1)
    assert (order.state, order.authorised_by) == (OrderState.AUTHORISED, head)
    assert order.authorised_at is not None
    assert [job.args["order"] for job in Job.objects.filter(kind="send-order")] == [order.pk]


def test_an_order_that_goes_on_paper_is_not_asked_to_be_sent(
    new_order: NewOrder, head: User, supplier: Supplier
) -> None:
    supplier.order_method = OrderMethod.PRINT
    supplier.save()
    authorise(new_order(came_by=None), by=head, seen_version=1)
    assert not Job.objects.filter(kind="send-order").exists()


def test_the_audit_says_who_authorised_what(new_order: NewOrder, head: User) -> None:
    order = authorise(new_order("80"), by=head, seen_version=1)
    (entry,) = AuditEntry.objects.about(about(order))
    assert (entry.did, entry.user, entry.details) == (
        "order authorised",
        head,
        "£80.00 gross, to Beacon Supplies",
    )


@pytest.mark.parametrize("person", ["clerk", "bursar", "looker"])
def test_who_was_given_no_limit_authorises_nothing(
    new_order: NewOrder, person: str, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(NotAuthorised) as refused:
        authorise(new_order("1"), by=request.getfixturevalue(person), seen_version=1)
    assert codes(refused) == ["no-right"]


def test_an_administrator_authorises_nothing_without_a_limit(new_order: NewOrder, administrator: User) -> None:
    with pytest.raises(NotAuthorised) as refused:
        authorise(new_order("1"), by=administrator, seen_version=1)
    assert codes(refused) == ["no-right"]


def test_a_limit_is_of_the_gross_value(
    supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], head: User
) -> None:
    line = {"description": "Books", "quantity": 1, "unit_price": "833.34"}
    order = an_order(supplier, codings[0], vat["S"], line, state=OrderState.UNAUTHORISED)
    with pytest.raises(NotAuthorised, match=r"is £1,000\.01; you authorise orders up to £1,000\.00") as refused:
        authorise(order, by=head, seen_version=1)
    assert codes(refused) == ["above-limit"]


def test_an_order_of_just_the_limit_is_authorised(new_order: NewOrder, head: User) -> None:
    assert authorise(new_order("1000"), by=head, seen_version=1).state == OrderState.AUTHORISED


def test_nobody_authorises_alone_what_they_raised(new_order: NewOrder, head: User) -> None:
    with pytest.raises(NotAuthorised) as refused:
        authorise(new_order(raised_by=head), by=head, seen_version=1)
    assert codes(refused) == ["own-order"]


@pytest.mark.parametrize("login", ["head", "HEAD", "Head"])
def test_nobody_authorises_alone_a_basket_that_they_filled(new_order: NewOrder, head: User, login: str) -> None:
    order = new_order(basket_by=login)
    assert who_can([order])[order.pk] == []
    with pytest.raises(NotAuthorised) as refused:
        authorise(order, by=head, seen_version=1)
    assert codes(refused) == ["own-order"]


def test_a_school_may_let_people_authorise_what_they_raised(new_order: NewOrder, head: User) -> None:
    establishment.OWN_ORDERS_TOO.set(True, by=None)
    assert authorise(new_order(raised_by=head), by=head, seen_version=1).authorised_by == head


@pytest.mark.parametrize("part", ["coding", "fund", "ledger_code", "cost_centre"])
def test_a_line_whose_coding_was_closed_stops_the_order(
    new_order: NewOrder, head: User, codings: list[Coding], part: str
) -> None:
    closed = codings[0] if part == "coding" else getattr(codings[0], part)
    closed.open = False
    closed.save()
    with pytest.raises(NotAuthorised, match="Line 1 is coded to 01 / E19 / ENG, which is closed") as refused:
        authorise(new_order(), by=head, seen_version=1)
    assert codes(refused) == ["coding"]


def test_a_line_that_is_coded_to_another_year_stops_the_order(
    new_order: NewOrder, head: User, year: FinancialYear
) -> None:
    order = new_order()
    other = FinancialYear.objects.create(name="2027-28", first_day=date(2027, 4, 1), last_day=date(2028, 3, 31))
    Order.objects.filter(pk=order.pk).update(year=other)
    with pytest.raises(NotAuthorised) as refused:
        authorise(order, by=head, seen_version=1)
    assert codes(refused) == ["coding"]


def test_nothing_is_authorised_in_a_year_that_is_closed(new_order: NewOrder, head: User) -> None:
    order = new_order()
    FinancialYear.objects.update(closed_at="2027-04-20T12:00Z")
    with pytest.raises(NotAuthorised) as refused:
        authorise(order, by=head, seen_version=1)
    assert codes(refused) == ["year"]


def test_an_order_that_changed_since_it_was_seen_is_not_authorised(new_order: NewOrder, head: User) -> None:
    order = new_order()
    Order.objects.update(version=2)
    with pytest.raises(ChangedMeanwhile):
        authorise(order, by=head, seen_version=1)
    order.refresh_from_db()
    assert order.state == OrderState.UNAUTHORISED


def test_all_that_stands_in_the_way_is_told_at_once(new_order: NewOrder, head: User) -> None:
    order = new_order("1200", raised_by=head)
    assert [hindrance.code for hindrance in hindrances_of(order, head)] == ["above-limit", "own-order", "over-budget"]


def test_the_last_penny_of_a_budget_can_be_taken(new_order: NewOrder, head: User, codings: list[Coding]) -> None:
    authorise(new_order("1000.00"), by=head, seen_version=1)
    assert room_for(codings[0]).left == 0


def test_a_penny_over_budget_needs_the_right(new_order: NewOrder, head: User, codings: list[Coding]) -> None:
    order = new_order("500.01", coding=codings[1])
    with pytest.raises(NotAuthorised, match=r"over budget by £0\.01 on 01 / E19 / SCI") as refused:
        authorise(order, by=head, seen_version=1, reason="Please")
    assert codes(refused) == ["over-budget"]


def test_over_budget_needs_a_reason_too(new_order: NewOrder, chair: User, codings: list[Coding]) -> None:
    order = new_order("500.01", coding=codings[1])
    with pytest.raises(NotAuthorised) as refused:
        authorise(order, by=chair, seen_version=1, reason="  ")
    assert codes(refused) == ["reason"]


def test_the_reason_for_going_over_budget_is_on_record(new_order: NewOrder, chair: User, codings: list[Coding]) -> None:
    order = authorise(new_order("600", coding=codings[1]), by=chair, seen_version=1, reason="The lab flooded")
    assert order.over_budget == "The lab flooded"
    details = AuditEntry.objects.about(about(order)).get().details
    assert "over budget by £100.00 on 01 / E19 / SCI: The lab flooded" in details


def test_a_reason_that_is_not_needed_is_not_kept(new_order: NewOrder, chair: User) -> None:
    assert authorise(new_order(), by=chair, seen_version=1, reason="Just in case").over_budget == ""


def test_a_coding_without_a_budget_has_no_room(new_order: NewOrder, head: User, codings: list[Coding]) -> None:
    with pytest.raises(NotAuthorised) as refused:
        authorise(new_order("0.01", coding=codings[2]), by=head, seen_version=1)
    assert codes(refused) == ["over-budget"]


def test_what_costs_nothing_goes_over_no_budget(new_order: NewOrder, head: User, codings: list[Coding]) -> None:
    assert authorise(new_order("0", coding=codings[2]), by=head, seen_version=1).state == OrderState.AUTHORISED


def test_a_budget_is_net_of_vat(
    supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], chair: User
) -> None:
    line = {"description": "Books", "quantity": 1, "unit_price": "1000"}
    order = an_order(supplier, codings[0], vat["S"], line, state=OrderState.UNAUTHORISED)
    assert authorise(order, by=chair, seen_version=1).gross == Decimal(1200)


def test_the_room_of_an_order_is_what_the_others_leave(new_order: NewOrder, head: User, codings: list[Coding]) -> None:
    authorise(new_order("250"), by=head, seen_version=1)
    (room,) = rooms_of(new_order("400"))
    amounts = (room.budget, room.spent, room.committed, room.this, room.left)
    assert amounts == tuple(map(Decimal, (1000, 0, 250, 400, 350)))


def test_an_order_that_is_committed_does_not_stand_in_its_own_way(new_order: NewOrder, head: User) -> None:
    order = authorise(new_order("400"), by=head, seen_version=1)
    (room,) = rooms_of(order)
    assert (room.committed, room.this, room.left) == (Decimal(0), Decimal(400), Decimal(600))


@pytest.mark.parametrize("state", OrderState)
def test_only_orders_that_are_on_their_way_are_committed(
    new_order: NewOrder, codings: list[Coding], state: str
) -> None:
    new_order("300", state=state)
    assert room_for(codings[0]).committed == (300 if state in COMMITTED else 0)


def test_lines_that_were_taken_off_take_nothing(new_order: NewOrder, codings: list[Coding]) -> None:
    new_order("300", state=OrderState.SENT).lines.update(removed_at="2026-11-26T12:00Z")
    assert room_for(codings[0]).committed == 0


def test_an_authorisation_that_is_taken_back_frees_the_budget(
    new_order: NewOrder, head: User, codings: list[Coding]
) -> None:
    order = authorise(new_order(), by=head, seen_version=1)
    take_back(order, by=head, seen_version=order.version)
    order.refresh_from_db()
    assert (order.state, order.authorised_by) == (OrderState.UNAUTHORISED, None)
    assert room_for(codings[0]).committed == 0


@pytest.mark.parametrize("state", [OrderState.SENDING, OrderState.SENT, OrderState.UNSURE])
def test_what_may_have_gone_out_is_not_taken_back(new_order: NewOrder, head: User, state: str) -> None:
    with pytest.raises(OrderRefused, match="cannot be done now"):
        take_back(new_order(state=state), by=head, seen_version=1)


def test_a_posted_order_is_sent(new_order: NewOrder, clerk: User) -> None:
    order = new_order(state=OrderState.AUTHORISED)
    mark_posted(order, by=clerk, seen_version=1)
    order.refresh_from_db()
    assert order.state == OrderState.SENT
    assert order.sent_at is not None


def test_a_cancelled_order_frees_the_budget_and_says_why(
    new_order: NewOrder, head: User, codings: list[Coding]
) -> None:
    order = new_order(state=OrderState.SENT)
    cancel(order, by=head, seen_version=1, reason="Out of stock")
    order.refresh_from_db()
    assert order.state == OrderState.CANCELLED
    assert room_for(codings[0]).committed == 0
    assert AuditEntry.objects.about(about(order)).get().details == "Out of stock"


def test_a_cancellation_needs_a_reason(new_order: NewOrder, head: User) -> None:
    with pytest.raises(OrderRefused, match="Say why"):
        cancel(new_order(state=OrderState.SENT), by=head, seen_version=1, reason=" ")


def test_nothing_is_ordered_from_a_supplier_that_was_closed_since(new_order: NewOrder, head: User) -> None:
    order = new_order()
    close_supplier(order.supplier, by=None)
    with pytest.raises(NotAuthorised, match="Beacon Supplies is closed: nothing new is ordered there") as refused:
        authorise(order, by=head, seen_version=1)
    assert codes(refused) == ["supplier"]


def test_what_a_closed_year_committed_is_not_freed(new_order: NewOrder, head: User, codings: list[Coding]) -> None:
    order = new_order(state=OrderState.SENT)
    year_end.close(order.year, by=None)
    with pytest.raises(OrderRefused, match="What its orders commit stays"):
        cancel(order, by=head, seen_version=1, reason="Out of stock")
    assert room_for(codings[0]).committed == order.net


def test_who_can_authorise_is_told_by_limit_and_by_who_raised_it(
    new_order: NewOrder, clerk: User, head: User, chair: User
) -> None:
    small, large, own = new_order("10"), new_order("5000"), new_order("10", raised_by=head)
    able = who_can([small, large, own])
    assert [able[order.pk] for order in (small, large, own)] == [[chair, head], [chair], [chair]]


def test_who_can_authorise_over_budget_is_who_has_the_right(
    new_order: NewOrder, head: User, chair: User, codings: list[Coding]
) -> None:
    order = new_order("500.01", coding=codings[1])
    assert who_can([order])[order.pk] == [chair]


def test_who_left_authorises_nothing_more(new_order: NewOrder, head: User) -> None:
    head.is_active = False
    head.save()
    order = new_order()
    assert who_can([order])[order.pk] == []


def test_a_right_that_was_taken_away_is_gone_at_once(new_order: NewOrder, head: User) -> None:
    PurchasingRights.objects.filter(user=head).update(authorises_to=None)
    with pytest.raises(NotAuthorised):
        authorise(new_order(), by=User.objects.get(pk=head.pk), seen_version=1)
