"""What a person may do to an order that went out, or should have."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from tests.school.purchasing.ordering import an_order

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.models import Job
from schoolgate.school.purchasing import sending, store
from schoolgate.school.purchasing.models import Coding, Order, OrderState, Supplier, VatCode, WebService
from schoolgate.school.purchasing.order_document import write

pytestmark = pytest.mark.usefixtures("home")

SignedIn = Callable[[User], Client]


@pytest.fixture
def unsure(supplier: Supplier, service: WebService, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    """An order that went out, and no answer came."""
    order = an_order(supplier, codings[0], vat["S"], state=OrderState.UNSURE, said="The line broke.")
    order.attempts.create(
        service=service, outcome="unsure", code="unreachable-reset", sha256=store.keep(write(order)).sha256
    )
    return order


def test_an_unsure_order_offers_what_a_person_may_decide_who_has_the_right(
    unsure: Order, signed_in: SignedIn, clerk: User, head: User, looker: User
) -> None:
    steps = [reverse(name, args=[unsure.pk]) for name in ("order-arrived", "send-order-again", "order-not-there")]
    for person, offered in ((clerk, True), (head, True), (looker, False)):
        page = signed_in(person).get(reverse("purchase-order", args=[unsure.pk])).content.decode()
        assert [address in page for address in steps] == [offered] * 3


@pytest.mark.parametrize(
    ("route", "asked", "state"),
    [
        ("order-arrived", "Only say so after the supplier has found it", OrderState.SENT),
        ("send-order-again", "they may deliver and invoice everything twice", OrderState.UNSURE),
        ("order-not-there", "its budgets are free meanwhile", OrderState.UNAUTHORISED),
    ],
)
def test_a_decision_is_asked_first_and_says_what_it_does(
    unsure: Order, signed_in: SignedIn, clerk: User, route: str, asked: str, state: str
) -> None:
    browser, address = signed_in(clerk), reverse(route, args=[unsure.pk])
    assert asked in browser.get(address).content.decode()
    assert Order.objects.get().state == OrderState.UNSURE
    answered = browser.post(address)
    assert answered.headers["Location"] == reverse("purchase-order", args=[unsure.pk])
    assert Order.objects.get().state == state
    assert Job.objects.filter(kind=sending.SEND).exists() == (route == "send-order-again")


def test_who_may_only_look_decides_nothing(unsure: Order, signed_in: SignedIn, looker: User) -> None:
    for route in ("order-arrived", "send-order-again", "order-not-there", "send-order-now"):
        assert signed_in(looker).post(reverse(route, args=[unsure.pk])).status_code == 403
    assert (Order.objects.get().state, Job.objects.exists()) == (OrderState.UNSURE, False)


def test_a_decision_on_an_order_that_has_moved_on_says_so(unsure: Order, signed_in: SignedIn, clerk: User) -> None:
    Order.objects.update(state=OrderState.SENT)
    answered = signed_in(clerk).post(reverse("send-order-again", args=[unsure.pk]), follow=True)
    assert "is sent by now" in answered.content.decode()
    assert not Job.objects.exists()


def test_an_order_that_did_not_go_out_can_be_sent_now(unsure: Order, signed_in: SignedIn, clerk: User) -> None:
    Order.objects.update(state=OrderState.AUTHORISED, said="The address was not found.")
    browser, address = signed_in(clerk), reverse("send-order-now", args=[unsure.pk])
    page = browser.get(reverse("purchase-order", args=[unsure.pk])).content.decode()
    assert address in page
    browser.post(address)
    assert Job.objects.get(kind=sending.SEND).args == {"order": unsure.pk}


def test_what_was_sent_can_be_taken_as_it_was(unsure: Order, signed_in: SignedIn, looker: User) -> None:
    attempt = unsure.attempts.get()
    got = signed_in(looker).get(reverse("order-document", args=[unsure.pk, attempt.pk]))
    assert got.content == write(unsure)
    assert AuditEntry.objects.get(did="order downloaded").user == looker
    store.documents().remove(attempt.sha256)
    assert signed_in(looker).get(reverse("order-document", args=[unsure.pk, attempt.pk])).status_code == 404
