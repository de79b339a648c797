"""Orders that are printed and posted: the page that becomes the letter."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.school.purchasing.ordering import an_order

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing.models import Coding, Order, OrderMethod, OrderState, Supplier, VatCode

SignedIn = Callable[[User], Client]


@pytest.fixture
def order(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    """An authorised one of £31.20 gross."""
    return an_order(supplier, codings[0], vat["S"])


def text_of(answer: Any) -> str:
    """A page as people read it."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def post(browser: Client, name: str, order: Order) -> Any:
    return browser.post(reverse(name, args=[order.pk]), {"version": str(order.version)}, follow=True)


def test_an_order_that_goes_on_paper_is_printed_next(
    order: Order, head: User, supplier: Supplier, signed_in: SignedIn
) -> None:
    supplier.order_method = OrderMethod.PRINT
    supplier.save()
    Order.objects.update(came_by=None, state=OrderState.UNAUTHORISED)
    browser = signed_in(head)
    asked = text_of(browser.get(reverse("authorise-order", args=[order.pk])))
    assert "Authorise and print (£31.20)" in asked
    answer = post(browser, "authorise-order", order)
    assert answer.request["PATH_INFO"] == reverse("print-order", args=[order.pk])
    order.refresh_from_db()
    post(browser, "print-order", order)
    order.refresh_from_db()
    assert order.state == OrderState.SENT


def test_an_order_on_paper_says_all_that_the_supplier_needs(
    order: Order, looker: User, supplier: Supplier, signed_in: SignedIn
) -> None:
    Supplier.objects.update(address="2 Mill Road\nLuton\nLU1 2AB")
    page = text_of(signed_in(looker).get(reverse("print-order", args=[order.pk])))
    for part in (
        "Beacon Supplies 2 Mill Road Luton LU1 2AB",
        "Purchase order PO-1001",
        "Our account with you A-1001",
        "Your reference BASKET-1",
        "Required by 18 Dec 2026",
        "Deliver to Green Abbey Primary School The Office 1 School Lane",
        "1 BX-100 Exercise books 3 EA 4.50 20 % 13.50",
        "Total £31.20",
    ):
        assert part in page


def test_a_supplier_without_an_address_is_told_before_it_is_posted(
    order: Order, looker: User, supplier: Supplier, signed_in: SignedIn
) -> None:
    address, warning = reverse("print-order", args=[order.pk]), "No address of Beacon Supplies is known here"
    assert warning in text_of(signed_in(looker).get(address))
    Supplier.objects.update(address="2 Mill Road")
    assert warning not in text_of(signed_in(looker).get(address))


def test_its_page_has_the_year_in_its_header(order: Order, looker: User, signed_in: SignedIn) -> None:
    assert f"Financial year {order.year}" in text_of(signed_in(looker).get(reverse("print-order", args=[order.pk])))


def test_an_order_that_nobody_authorised_is_not_printed(order: Order, clerk: User, signed_in: SignedIn) -> None:
    Order.objects.update(state=OrderState.UNAUTHORISED)
    assert signed_in(clerk).get(reverse("print-order", args=[order.pk])).status_code == 404


def test_who_may_only_look_notes_nothing_as_posted(order: Order, looker: User, signed_in: SignedIn) -> None:
    assert post(signed_in(looker), "print-order", order).status_code == 403
    order.refresh_from_db()
    assert order.state == OrderState.AUTHORISED
