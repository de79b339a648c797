"""Separate duties: who raised an order, filled its basket or changed what is ordered does not authorise it alone."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.school.purchasing.conftest import Basket
from tests.school.purchasing.taking import edited, order_of

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing import establishment
from schoolgate.school.purchasing.authorising import (
    NotAuthorised,
    authorise,
    hindrances_of,
    kept_from,
    take_back,
    who_can,
)
from schoolgate.school.purchasing.limits import NONE, give
from schoolgate.school.purchasing.mailing.taking import take_file
from schoolgate.school.purchasing.models import Coding, Order, Supplier, VatCode
from schoolgate.school.purchasing.orders import Head, LineWanted, change_order
from schoolgate.school.purchasing.standing import standing_of

SignedIn = Callable[[User], Client]

pytestmark = pytest.mark.usefixtures("ready_ledger")


@pytest.fixture
def order(ready_ledger: None, basket: Basket) -> Order:
    """A basket that the round brought in: nobody here raised it."""
    return order_of(basket())


@pytest.fixture
def head(head: User, bursar: User) -> User:
    """Authorises up to £1,000, and may change orders too."""
    give(head, {**NONE, "raises": True, "authorises_to": Decimal(1000)}, by=bursar)
    return head


def _now(order: Order, **head: Any) -> Head:
    order.refresh_from_db()
    return Head(**{"delivery_address": order.delivery_address, "required_by": order.required_by, **head})


def _line(order: Order, **changes: Any) -> LineWanted:
    line = order.lines.get(number=1)
    values = {"quantity": line.quantity, "vat_code": line.vat_code, "coding": line.coding, "number": line.number}
    return LineWanted(**{**values, **changes})


def _change(order: Order, by: User, *lines: LineWanted, **head: Any) -> list[str]:
    return change_order(order, _now(order, **head), lines, by=by, seen_version=order.version)


def _is_kept_from(order: Order, person: User) -> bool:
    order.refresh_from_db()
    codes = [hindrance.code for hindrance in hindrances_of(order, person)]
    assert codes in ([], ["own-order"])
    return bool(codes)


def test_a_basket_that_a_round_imported_is_nobodys_own(order: Order, head: User) -> None:
    assert who_can([order])[order.pk] == [head]
    assert not _is_kept_from(order, head)


def test_who_changed_a_quantity_does_not_authorise_alone(order: Order, head: User) -> None:
    _change(order, head, _line(order, quantity=5))
    assert _is_kept_from(order, head)
    with pytest.raises(NotAuthorised, match="You changed what is ordered yourself"):
        authorise(order, by=head, seen_version=order.version)


def test_who_took_a_line_off_does_not_authorise_alone(order: Order, head: User) -> None:
    _change(order, head, _line(order, off=True))
    assert _is_kept_from(order, head)


def test_who_changed_a_coding_does_not_authorise_alone(order: Order, head: User, codings: list[Coding]) -> None:
    _change(order, head, _line(order, coding=codings[1]))
    assert _is_kept_from(order, head)


def test_who_changed_a_vat_code_does_not_authorise_alone(order: Order, head: User, vat: dict[str, VatCode]) -> None:
    _change(order, head, _line(order, vat_code=vat["Z"]))
    assert _is_kept_from(order, head)


def test_who_changed_where_it_is_delivered_does_not_authorise_alone(order: Order, head: User) -> None:
    _change(order, head, delivery_address="Green Abbey Primary School\n9 Other Lane")
    assert _is_kept_from(order, head)


def test_who_changed_only_notes_and_date_authorises(order: Order, head: User) -> None:
    assert _change(order, head, own_notes="For class 4", required_by=date(2027, 1, 8))
    assert not _is_kept_from(order, head)


def test_who_changed_nothing_authorises_what_a_clerk_changed(order: Order, head: User, clerk: User) -> None:
    _change(order, clerk, _line(order, quantity=5))
    assert not _is_kept_from(order, head)


def test_a_change_counts_although_somebody_changed_it_again(order: Order, head: User, bursar: User) -> None:
    _change(order, head, _line(order, quantity=500))
    _change(order, bursar, _line(order, quantity=3))
    assert _is_kept_from(order, head)


def test_a_change_counts_after_an_authorisation_was_taken_back(order: Order, head: User, chair: User) -> None:
    _change(order, head, _line(order, quantity=5))
    order.refresh_from_db()
    authorised = authorise(order, by=chair, seen_version=order.version)
    take_back(authorised, by=chair, seen_version=authorised.version)
    assert _is_kept_from(order, head)


def test_another_orders_changes_count_for_nothing(order: Order, head: User, basket: Basket) -> None:
    _change(order, head, _line(order, quantity=5))
    assert who_can([order_of(basket(reference="BASKET-2"))]).popitem()[1] == [head]


def test_who_filled_the_basket_under_their_e_mail_does_not_authorise_alone(
    ready_ledger: None, basket: Basket, head: User
) -> None:
    head.email = "head@green-abbey.example"
    head.save()
    order = order_of(basket())
    Order.objects.update(basket_by="Head@Green-Abbey.example")
    assert _is_kept_from(order, head)


def test_a_basket_without_a_name_is_not_that_of_people_without_an_e_mail(order: Order, head: User) -> None:
    Order.objects.update(basket_by="")
    assert head.email == ""
    assert not _is_kept_from(order, head)


def test_a_school_may_let_who_changed_it_authorise_it(order: Order, head: User) -> None:
    establishment.OWN_ORDERS_TOO.set(True, by=None)
    _change(order, head, _line(order, quantity=5))
    assert not _is_kept_from(order, head)
    assert standing_of(order).text == "Head may authorise it."


def test_the_order_says_who_may_authorise_it_and_who_may_not(order: Order, head: User, chair: User) -> None:
    _change(order, head, _line(order, quantity=5))
    assert kept_from(order) == [(head, "changed what is ordered")]
    assert standing_of(order).text == (
        "Chair may authorise it. Head may not: Head changed what is ordered, so a second person authorises it."
    )


def test_where_the_only_one_changed_it_the_order_says_so(order: Order, head: User) -> None:
    _change(order, head, _line(order, quantity=5))
    told = standing_of(Order.objects.get(pk=order.pk)).text
    assert told.startswith("Nobody may authorise it, at £42.00 gross.")
    assert told.endswith("Head may not: Head changed what is ordered, so a second person authorises it.")


def test_the_page_that_authorises_says_why_not_and_who_can(
    order: Order, head: User, chair: User, signed_in: SignedIn
) -> None:
    _change(order, head, _line(order, quantity=5))
    page = signed_in(head).get(reverse("authorise-order", args=[order.pk])).content.decode()
    assert "You changed what is ordered yourself: somebody else must authorise it." in page
    assert "Who can: Chair." in page


def test_who_authorises_is_told_before_they_change_an_order(
    order: Order, head: User, clerk: User, signed_in: SignedIn
) -> None:
    address = reverse("change-order", args=[order.pk])
    assert "somebody else must authorise this one" in signed_in(head).get(address).content.decode()
    assert "somebody else must authorise" not in signed_in(clerk).get(address).content.decode()
    establishment.OWN_ORDERS_TOO.set(True, by=None)
    assert "somebody else must authorise" not in signed_in(head).get(address).content.decode()


def test_who_raises_and_authorises_is_told_so_before(order: Order, head: User, signed_in: SignedIn) -> None:
    page = signed_in(head).get(reverse("raise-order")).content.decode()
    assert "What you raise somebody else must authorise." in page


@pytest.mark.usefixtures("home")
def test_who_took_the_basket_from_a_file_does_not_authorise_alone(basket: Basket, head: User, chair: User) -> None:
    Supplier.objects.update(account_number="A-1001", xml_reference_number="REF-9")
    changes = (
        ("Buyer/BuyerReferences/SuppliersCodeForBuyer", "A-1001"),
        ("Supplier/SupplierReferences/BuyersCodeForSupplier", "REF-9"),
    )
    take_file("order.xml", edited(basket(), *changes), by=head)
    order = Order.objects.get()
    assert kept_from(order) == [(head, "took it from a file")]
    assert who_can([order])[order.pk] == [chair]
    with pytest.raises(NotAuthorised, match="You took it from a file yourself: somebody else must authorise it"):
        authorise(order, by=head, seen_version=order.version)


def test_who_filled_the_basket_does_not_authorise_alone_under_another_name(
    ready_ledger: None, basket: Basket, head: User
) -> None:
    order = order_of(edited(basket(), ("Buyer/Contact/Name", "Head")))
    assert (order.basket_by, order.raised_by) == ("Head", head)
    User.objects.filter(pk=head.pk).update(name="Somebody Else", username="else")
    head.refresh_from_db()
    assert _is_kept_from(order, head)
    with pytest.raises(NotAuthorised, match="You filled its basket yourself"):
        authorise(order, by=head, seen_version=order.version)


@pytest.mark.parametrize(("element", "value"), [("Email", "head@green-abbey.example"), ("UserID", "HEAD")])
def test_who_a_basket_names_by_user_name_or_e_mail_does_not_authorise_alone(
    ready_ledger: None, basket: Basket, head: User, element: str, value: str
) -> None:
    User.objects.filter(pk=head.pk).update(email="head@green-abbey.example", name="Ann Smith")
    named = ("Buyer/Contact/Name", "The office"), (f"Buyer/Contact/{element}", value)
    assert _is_kept_from(order_of(edited(basket(), *named)), User.objects.get(pk=head.pk))


def test_a_name_that_several_have_is_that_of_each(ready_ledger: None, basket: Basket, head: User, chair: User) -> None:
    User.objects.filter(pk__in=(head.pk, chair.pk)).update(name="Ann Smith")
    order = order_of(edited(basket(), ("Buyer/Contact/Name", "Ann Smith")))
    assert order.raised_by is None
    assert all(_is_kept_from(order, User.objects.get(pk=person.pk)) for person in (head, chair))


def test_blanks_in_a_name_make_no_other_person(order: Order, head: User) -> None:
    User.objects.filter(pk=head.pk).update(name="Ann Head")
    Order.objects.update(basket_by=" ann  HEAD ")
    assert _is_kept_from(order, User.objects.get(pk=head.pk))
