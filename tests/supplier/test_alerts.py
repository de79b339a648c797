"""What a supplier's people are told by mail: of their own suppliers only."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.supplier.papers import a_basket, an_authorised_order

from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.choosing import choices_of
from schoolgate.commons.alerts.models import Event
from schoolgate.commons.alerts.summary import TellLine
from schoolgate.supplier import alerts
from schoolgate.supplier.models import Buyer
from schoolgate.supplier.orders.receiving import OrderRefused, receive_order
from schoolgate.supplier.orders.taking import take_order
from schoolgate.supplier.queue.putting import put_document
from schoolgate.supplier.queue.steps import expire


def said(tell: TellLine, reader: User) -> str:
    line = tell(reader, timezone.now() - timedelta(days=1))
    return line.text if line else ""


def test_staff_are_told_of_orders_at_once_unless_they_say_otherwise(clerk: User, administrator: User) -> None:
    on = {(chosen.person, chosen.alert.name): chosen.on for chosen in choices_of([clerk, administrator])}
    assert on[clerk, "order-arrived"]
    assert not on[administrator, "order-arrived"]
    assert on[clerk, "daily-summary"]


def test_the_summary_counts_orders_of_the_readers_suppliers(
    green_abbey: Buyer, clerk: User, hilltop_clerk: User
) -> None:
    order = receive_order(green_abbey, an_authorised_order(green_abbey))
    assert said(alerts._orders, clerk) == "An order arrived."
    assert said(alerts._not_taken, clerk) == "An order has not been taken."
    assert said(alerts._orders, hilltop_clerk) == said(alerts._not_taken, hilltop_clerk) == ""
    take_order(order, by=clerk)
    assert said(alerts._not_taken, clerk) == ""


def test_the_summary_tells_of_refused_orders(green_abbey: Buyer, clerk: User) -> None:
    with pytest.raises(OrderRefused):
        receive_order(green_abbey, "no xml")
    assert said(alerts._refused, clerk) == "An order was refused."


def test_the_summary_tells_of_documents_that_will_expire(green_abbey: Buyer, clerk: User) -> None:
    green_abbey.expiry_days = 7
    put_document(green_abbey, "order", a_basket(green_abbey))
    assert said(alerts._expiring, clerk) == "A document will expire within 14 days."


def test_the_summary_tells_of_what_has_expired(green_abbey: Buyer, clerk: User, hilltop_clerk: User) -> None:
    document, _ = put_document(green_abbey, "order", a_basket(green_abbey))
    expire(document, by=None)
    assert said(alerts._expired, clerk) == "A document has expired."
    assert said(alerts._expired, hilltop_clerk) == ""


def test_nothing_of_a_test_school_is_news(green_abbey: Buyer, clerk: User) -> None:
    green_abbey.test = True
    green_abbey.save()
    receive_order(green_abbey, an_authorised_order(green_abbey))
    with pytest.raises(OrderRefused):
        receive_order(green_abbey, "no xml")
    assert said(alerts._orders, clerk) == said(alerts._refused, clerk) == said(alerts._not_taken, clerk) == ""
    assert not Event.objects.exists()
