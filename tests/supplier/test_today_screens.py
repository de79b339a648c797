"""The first page: Get connected until a school has called, then what needs somebody."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.supplier.papers import an_authorised_order
from tests.supplier.screens import queued, received, text

from schoolgate.commons.accounts.models import User
from schoolgate.commons.jobs.models import WorkerLife
from schoolgate.supplier.models import (
    Buyer,
    Delivery,
    DeliveryState,
    Document,
    OperationUse,
    Order,
    Webhook,
)
from schoolgate.supplier.orders.receiving import OrderRefused, receive_order
from schoolgate.supplier.today import look_at_today

SignedIn = Callable[[User], Client]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _somebody_works(db: None) -> None:
    WorkerLife.objects.create(name="worker", slots=1, seen_at=timezone.now() + DAY)


@pytest.fixture
def called(green_abbey: Buyer) -> Buyer:
    """Green Abbey, whose finance system has called."""
    Buyer.objects.filter(pk=green_abbey.pk).update(last_call_at=timezone.now())
    return green_abbey


def to_do(reader: User) -> list[str]:
    return [one.text for one in look_at_today(reader).to_do]


def test_until_a_real_school_has_called_the_first_page_is_get_connected(
    signed_in: SignedIn, clerk: User, green_abbey: Buyer
) -> None:
    browser = signed_in(clerk)
    Buyer.objects.update(test=True, last_call_at=timezone.now())
    assert browser.get("/")["Location"] == reverse("get-connected")
    assert "No school has called yet." in text(browser.get(reverse("today")))
    Buyer.objects.update(test=False)
    assert browser.get("/")["Location"] == reverse("today")


def test_all_is_well_where_nothing_needs_anybody(signed_in: SignedIn, clerk: User, called: Buyer) -> None:
    queued(called)
    shown = text(signed_in(clerk).get(reverse("today")))
    assert "Everything is all right." in shown
    assert "<strong>1</strong> document <a" in shown


def test_what_waits_for_more_than_three_days_is_told_and_led_to(
    signed_in: SignedIn, clerk: User, called: Buyer
) -> None:
    old, young = queued(called, seed=1), queued(called, seed=2)
    with time_machine.travel(datetime(2026, 11, 26, 12, tzinfo=UTC), tick=False):
        Document.objects.filter(pk=old.pk).update(created_at=timezone.now() - 4 * DAY)
        Document.objects.filter(pk=young.pk).update(created_at=timezone.now() - 3 * DAY)
        (one,) = look_at_today(clerk).to_do
        assert one.text == "A document has waited for more than 3 days."
        shown = text(signed_in(clerk).get(one.address))
    assert old.doc_id in shown
    assert young.doc_id not in shown


def test_an_order_that_nobody_picked_up_is_told_until_a_webhook_was_told_of_it(clerk: User, called: Buyer) -> None:
    order = received(called)
    assert to_do(clerk) == []
    Order.objects.update(received_at=timezone.now() - DAY)
    assert to_do(clerk) == ["An order has not been picked up, by webhook, by API or by hand."]
    webhook = Webhook.objects.create(supplier=called.supplier, url="https://shop.example/hook", secret="s")
    Delivery.objects.create(webhook=webhook, supplier=called.supplier, order=order, state=DeliveryState.DELIVERED)
    assert to_do(clerk) == []


def test_an_order_that_was_refused_is_told_until_the_school_sends_one_that_is_taken(clerk: User, called: Buyer) -> None:
    with pytest.raises(OrderRefused):
        receive_order(called, an_authorised_order(called).replace("<OrderDate>", "<OrderDate>x"))
    assert to_do(clerk) == ["A school's order was refused, and nothing has come since."]
    received(called)
    assert to_do(clerk) == []


def test_a_school_whose_last_call_failed_is_named_and_led_to(clerk: User, called: Buyer) -> None:
    now = timezone.now()
    use = OperationUse.objects.create(
        buyer=called, operation="FetchIndex", last_at=now, last_outcome="AuthenticationException", last_fault_at=now
    )
    (one,) = look_at_today(clerk).to_do
    assert (one.text, one.address) == ("Calls of Green Abbey School fail.", reverse("buyer", args=[called.pk]))
    OperationUse.objects.filter(pk=use.pk).update(last_outcome="ok")
    assert to_do(clerk) == []


def test_documents_that_expire_soon_and_paused_webhooks_are_told(clerk: User, called: Buyer) -> None:
    Document.objects.filter(pk=queued(called).pk).update(expires_at=timezone.now() + DAY)
    Webhook.objects.create(supplier=called.supplier, url="https://shop.example/", secret="s", paused_at=timezone.now())
    assert to_do(clerk) == [
        "A webhook is paused after too many failures.",
        "A document will expire within 14 days.",
    ]


def test_nobody_is_told_of_another_suppliers_business_nor_of_test_schools(
    clerk: User, hilltop_clerk: User, called: Buyer
) -> None:
    received(called)
    Order.objects.update(received_at=timezone.now() - DAY)
    assert to_do(hilltop_clerk) == []
    assert not look_at_today(hilltop_clerk).called
    Buyer.objects.update(test=True)
    assert to_do(clerk) == []


def test_that_nobody_works_on_the_jobs_is_told(clerk: User, called: Buyer) -> None:
    WorkerLife.objects.all().delete()
    assert to_do(clerk) == ["Nobody works on the jobs: the site's second process is not running."]


def test_each_day_of_four_weeks_is_counted_by_londons_clock(clerk: User, called: Buyer) -> None:
    """Half past midnight of 2 July in London is 23:30 of the first in UTC."""
    queued(called)
    Document.objects.update(created_at=datetime(2026, 7, 1, 23, 30, tzinfo=UTC))
    with time_machine.travel(datetime(2026, 7, 10, 12, tzinfo=UTC), tick=False):
        drawn = look_at_today(clerk).by_day
    rows = dict(re.findall(r'<th scope="row">(.*?)</th><td class="cell-number">(\d+)</td>', drawn))
    assert len(rows) == 28
    assert (rows["1 Jul"], rows["2 Jul"], rows["3 Jul"]) == ("0", "1", "0")


def test_the_page_asks_as_much_of_the_database_whatever_there_is(clerk: User, called: Buyer, oakhanger: Buyer) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            look_at_today(clerk)
        return len(queries)

    received(called)
    before = asked()
    for seed in range(2, 5):
        queued(oakhanger, seed=seed)
        received(oakhanger, seed=seed)
    assert asked() == before
