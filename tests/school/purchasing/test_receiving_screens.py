"""The pages of goods received: what is awaited, recording a delivery, and what an order's page says of both."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.school.purchasing.billing import an_invoice
from tests.school.purchasing.ordering import an_order
from tests.school.purchasing.test_order_pages import post, text_of, typed

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing.invoicing.closing import close_rest
from schoolgate.school.purchasing.invoicing.receiving import record
from schoolgate.school.purchasing.models import (
    Coding,
    GoodsReceived,
    Order,
    OrderState,
    PurchasingRights,
    Supplier,
    VatCode,
)
from schoolgate.school.purchasing.today import what_is_to_do

SignedIn = Callable[[User], Client]


@pytest.fixture
def order(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    """Three exercise books and ten pens, sent."""
    return an_order(supplier, codings[0], vat["S"], state=OrderState.SENT, sent_at=timezone.now())


@pytest.fixture
def storekeeper(looker: User) -> User:
    """Enters invoices and deliveries, and nothing else."""
    PurchasingRights.objects.create(user=looker, enters_invoices=True)
    return looker


def _page(browser: Client, name: str, *args: int) -> Any:
    return browser.get(reverse(name, args=args))


def test_nothing_is_awaited_where_nothing_is_ordered(db: None, looker: User, signed_in: SignedIn) -> None:
    assert "No open orders to receive." in text_of(_page(signed_in(looker), "goods-received"))


def test_what_is_awaited_is_listed_with_what_came_and_is_late(
    order: Order, storekeeper: User, signed_in: SignedIn
) -> None:
    Order.objects.update(required_by=timezone.localdate() - timedelta(days=1))
    record(order, {order.lines.get(number=1).pk: 3}, timezone.localdate(), by=None)
    page = text_of(_page(signed_in(storekeeper), "goods-received"))
    assert re.search(r"PO-1001 Beacon Supplies .* 1 of 2 Late Record delivery", page)


def test_who_may_only_look_is_offered_no_delivery(order: Order, looker: User, signed_in: SignedIn) -> None:
    browser = signed_in(looker)
    assert "Record delivery" not in text_of(_page(browser, "goods-received"))
    assert "Record delivery" not in text_of(_page(browser, "purchase-order", order.pk))
    assert _page(browser, "receive-goods", order.pk).status_code == 403


@pytest.mark.parametrize("person", ["storekeeper", "clerk"])
def test_a_delivery_is_recorded_line_by_line(
    order: Order, person: str, request: pytest.FixtureRequest, signed_in: SignedIn
) -> None:
    who = request.getfixturevalue(person)
    browser = signed_in(who)
    page = _page(browser, "receive-goods", order.pk)
    assert "1 BX-100 Exercise books 3 EA 0 3" in text_of(page)
    after = post(browser, "receive-goods", order, typed(page, **{"line-1-now": "2", "note": "DN 4711"}))
    assert "Recorded: a delivery of 1 line of order PO-1001." in text_of(after)
    kept = GoodsReceived.objects.get()
    assert (kept.quantity, kept.note, kept.received_on, kept.entered_by) == (2, "DN 4711", timezone.localdate(), who)


def test_all_that_is_still_to_come_is_recorded_by_one_button(order: Order, clerk: User, signed_in: SignedIn) -> None:
    record(order, {order.lines.get(number=2).pk: 4}, timezone.localdate(), by=None)
    browser = signed_in(clerk)
    page = _page(browser, "receive-goods", order.pk)
    post(browser, "receive-goods", order, typed(page, everything="yes"))
    assert [line.received for line in order.lines.all()] == [3, 10]
    assert "No open orders to receive." in text_of(_page(browser, "goods-received"))


def test_more_than_was_ordered_is_asked_about_with_what_was_typed_kept(
    order: Order, clerk: User, signed_in: SignedIn
) -> None:
    browser = signed_in(clerk)
    data = typed(_page(browser, "receive-goods", order.pk), **{"line-1-now": "4", "note": "One for free"})
    asked = post(browser, "receive-goods", order, data)
    assert asked.status_code == 422
    assert "That is more than was ordered of line 1. Is it right all the same?" in text_of(asked)
    assert typed(asked)["line-1-now"] == "4"
    assert not GoodsReceived.objects.exists()
    post(browser, "receive-goods", order, typed(asked, sure="yes"))
    assert GoodsReceived.objects.get().quantity == 4


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("line-1-now", "1.5", "Line 1: It must be a whole number."),
        ("line-1-now", "-1", "Line 1: It must be a whole number. What was entered wrongly"),
        ("received_on", "yesterday", "Received on: Type a day, such as 2026-11-26."),
        ("received_on", "2999-01-01", "Received on: The day of a delivery cannot be after today."),
        ("note", "", "Type how many came, of one line at least."),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_recorded(
    order: Order, clerk: User, signed_in: SignedIn, field: str, value: str, says: str
) -> None:
    browser = signed_in(clerk)
    answer = post(browser, "receive-goods", order, typed(_page(browser, "receive-goods", order.pk), **{field: value}))
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert not GoodsReceived.objects.exists()


def test_of_two_who_record_the_same_delivery_the_second_sees_the_first(
    order: Order, clerk: User, signed_in: SignedIn
) -> None:
    browser = signed_in(clerk)
    data = typed(_page(browser, "receive-goods", order.pk), **{"line-1-now": "3"})
    record(order, {order.lines.get(number=1).pk: 3}, timezone.localdate(), by=None)
    answer = post(browser, "receive-goods", order, data)
    assert answer.status_code == 409
    page = text_of(answer)
    assert "Order PO-1001 has changed since you saw it" in page
    assert "1 BX-100 Exercise books 3 EA 3 0" in page
    assert GoodsReceived.objects.count() == 1


def test_nothing_is_recorded_for_an_order_that_did_not_go_out(order: Order, clerk: User, signed_in: SignedIn) -> None:
    Order.objects.update(state=OrderState.AUTHORISED)
    answer = signed_in(clerk).get(reverse("receive-goods", args=[order.pk]), follow=True)
    assert "Order PO-1001 is authorised: goods are received of orders that went out." in text_of(answer)


def test_a_wrong_delivery_is_taken_back_after_a_question(order: Order, clerk: User, signed_in: SignedIn) -> None:
    (made,) = record(order, {order.lines.get(number=1).pk: 2}, timezone.localdate(), "DN 1", by=clerk)
    browser = signed_in(clerk)
    assert "Exercise books 2 DN 1 Clerk Take back" in text_of(_page(browser, "deliveries"))
    assert "Exercise books, line 1 of order PO-1001" in text_of(_page(browser, "take-delivery-back", made.pk))
    after = browser.post(reverse("take-delivery-back", args=[made.pk]), follow=True)
    assert "It is taken back, and counts no more." in text_of(after)
    assert "Exercise books 2 DN 1 Clerk Taken back" in text_of(after)
    again = browser.post(reverse("take-delivery-back", args=[made.pk]), follow=True)
    assert "This delivery is taken back already." in text_of(again)


def test_an_orders_page_shows_what_was_received_and_invoiced(order: Order, looker: User, signed_in: SignedIn) -> None:
    record(order, {order.lines.get(number=1).pk: 2}, timezone.localdate(), by=None)
    an_invoice(order, {1: 3})
    page = text_of(_page(signed_in(looker), "purchase-order", order.pk))
    assert "1 Exercise books 3 2 3 more than received" in page
    assert "Beacon Supplies has it, and invoiced a part. £12.50 net of it is still to be invoiced." in page
    assert "A part of it is received." in page


def test_orders_are_listed_with_how_far_each_came(order: Order, looker: User, signed_in: SignedIn) -> None:
    record(order, {line.pk: line.quantity for line in order.lines.all()}, timezone.localdate(), by=None)
    an_invoice(order, {1: 3})
    page = text_of(_page(signed_in(looker), "purchasing-orders"))
    assert "Part invoiced all in part 2026-27" in page


@pytest.mark.parametrize(
    ("person", "offered"), [("looker", False), ("storekeeper", False), ("clerk", True), ("head", True)]
)
def test_the_rest_of_an_order_is_closed_by_who_raises_or_authorises(
    order: Order, person: str, offered: bool, request: pytest.FixtureRequest, signed_in: SignedIn
) -> None:
    browser = signed_in(request.getfixturevalue(person))
    assert ("Nothing more will come" in text_of(_page(browser, "purchase-order", order.pk))) == offered
    assert (_page(browser, "close-order-rest", order.pk).status_code == 200) == offered


def test_the_rest_is_closed_with_a_reason_and_opened_again(order: Order, head: User, signed_in: SignedIn) -> None:
    an_invoice(order, {1: 3})
    order.refresh_from_db()
    browser = signed_in(head)
    assert post(browser, "close-order-rest", order, {"reason": ""}).status_code == 422
    closed = text_of(post(browser, "close-order-rest", order, {"reason": "Out of print"}))
    assert "Its rest was closed. £12.50 net of it was not invoiced" in closed
    assert "Something will come after all" in closed
    order.refresh_from_db()
    opened = text_of(post(browser, "open-order-rest", order))
    assert "The rest of the order is open again." in opened
    assert "and invoiced a part" in opened


def test_an_order_that_is_invoiced_offers_no_cancelling(order: Order, head: User, signed_in: SignedIn) -> None:
    browser = signed_in(head)
    assert "Cancel the order" in text_of(_page(browser, "purchase-order", order.pk))
    an_invoice(order, {1: 3})
    assert "Cancel the order" not in text_of(_page(browser, "purchase-order", order.pk))
    order.refresh_from_db()
    refused = text_of(post(browser, "cancel-order", order, {"reason": "Not wanted"}))
    assert "£13.50 net of order PO-1001 is invoiced already." in refused


def test_a_complete_order_says_whether_it_was_delivered(
    order: Order, looker: User, head: User, signed_in: SignedIn
) -> None:
    an_invoice(order, {1: 3, 2: 10})
    browser = signed_in(looker)
    page = text_of(_page(browser, "purchase-order", order.pk))
    assert "It is invoiced. No delivery of it is recorded." in page
    record(order, {line.pk: line.quantity for line in order.lines.all()}, timezone.localdate(), by=None)
    assert "It is delivered and invoiced." in text_of(_page(browser, "purchase-order", order.pk))
    order.refresh_from_db()
    assert order.state == OrderState.COMPLETE
    Order.objects.update(state=OrderState.SENT)
    order.lines.update(invoiced=0)
    close_rest(order, by=head, seen_version=order.version, reason="Lost")
    page = text_of(_page(browser, "purchase-order", order.pk))
    assert "Its rest was closed. £26.00 net of it was not invoiced, and is not waited for any more." in page


def test_what_has_not_come_by_its_day_is_told_to_who_records_deliveries(
    order: Order, clerk: User, head: User, signed_in: SignedIn
) -> None:
    assert "late delivery" not in {line.code for line in what_is_to_do(clerk)}
    Order.objects.update(required_by=timezone.localdate() - timedelta(days=1))
    (line,) = (one for one in what_is_to_do(clerk) if one.code == "late delivery")
    assert line.text == "Order PO-1001 was to be delivered by now: ask Beacon Supplies, or record what came."
    assert "Record delivery" in text_of(signed_in(clerk).get(line.address))
    assert "late delivery" not in {line.code for line in what_is_to_do(head)}
    record(order, {line.pk: line.quantity for line in order.lines.all()}, timezone.localdate(), by=None)
    assert "late delivery" not in {line.code for line in what_is_to_do(clerk)}


def test_several_that_are_late_lead_to_what_is_awaited(
    order: Order, supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], clerk: User
) -> None:
    an_order(supplier, codings[0], vat["S"], number="PO-2", state=OrderState.PART_INVOICED)
    Order.objects.update(required_by=timezone.localdate() - timedelta(days=1))
    (line,) = (one for one in what_is_to_do(clerk) if one.code == "late delivery")
    assert (line.count, line.address) == (2, reverse("goods-received"))
