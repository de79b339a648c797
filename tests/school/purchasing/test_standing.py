"""What the page of an order says of where it stands."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from tests.school.purchasing.ordering import an_order

from schoolgate.commons.accounts.models import User
from schoolgate.commons.jobs.models import Job
from schoolgate.school.purchasing import sending
from schoolgate.school.purchasing.models import Coding, Order, OrderState, Supplier, VatCode, WebService
from schoolgate.school.purchasing.standing import standing_of


@pytest.fixture
def order(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    return an_order(supplier, codings[0], vat["S"], said="The service is down")


def asked_for(order: Order, at: datetime) -> str:
    with transaction.atomic():
        sending.ask(order)
    Job.objects.update(run_at=at)
    return standing_of(order).text


def test_an_order_that_has_not_gone_out_says_when_it_is_tried_again(order: Order) -> None:
    at = timezone.now() + timedelta(minutes=4)
    assert asked_for(order, at) == (
        f"The service is down. It is tried again by itself at {timezone.localtime(at):%H:%M}."
    )
    assert asked_for(order, timezone.now()) == "The service is down. It is tried again now."


def test_an_order_that_is_tried_no_more_says_what_it_waits_for(order: Order) -> None:
    assert standing_of(order).text == (
        "The service is down. It goes by itself once its web service has answered again, at an import or a Test "
        "Connection."
    )


def test_nobody_need_ring_about_an_order_that_is_sent_again_by_itself(order: Order, service: WebService) -> None:
    order.state = OrderState.UNSURE
    assert standing_of(order).text == "The service is down. Ring Beacon Supplies, and say here what they have."
    assert "Ring" not in asked_for(order, timezone.now())


def test_what_was_posted_is_not_said_to_have_arrived(order: Order, service: WebService) -> None:
    order.state = OrderState.SENT
    assert standing_of(order).heading == "It was posted to Beacon Supplies."
    order.attempts.create(service=service, outcome="arrived", sha256="0" * 64)
    assert standing_of(order).heading == "Beacon Supplies has it."


def test_that_a_budget_is_what_keeps_everybody_from_authorising_is_said(
    order: Order, codings: list[Coding], head: User
) -> None:
    Order.objects.update(state=OrderState.UNAUTHORISED, said="")
    Coding.objects.update(budget=Decimal("20.00"))
    assert standing_of(Order.objects.get()).text == (
        "Nobody may authorise it, at £31.20 gross and over budget by £6.00 on 01 / E19 / ENG. "
        "Limits, and the right to go over, stand under Users and limits."
    )


def test_an_order_that_was_refused_says_what_to_do_and_who_comes_next(order: Order, head: User) -> None:
    order.state = OrderState.UNAUTHORISED
    assert standing_of(order).text == (
        "It said: “The service is down” Change what it names, or discard it. Head may authorise it."
    )


def test_what_a_person_found_not_to_be_there_is_not_said_to_be_refused(order: Order, service: WebService) -> None:
    attempts = [
        order.attempts.create(service=service, outcome=outcome, code=code, sha256="0" * 64).end
        for outcome, code in (("", ""), ("not-out", "x"), ("refused", "document-refused"), ("refused", "reset"))
    ]
    assert attempts == ["", "Did not go out", "Refused", "Not there, as the supplier said"]
