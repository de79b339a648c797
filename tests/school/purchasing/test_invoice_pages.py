"""The pages of invoices: what each shows to whom, what it asks first, and what comes back with its faults told."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.school.purchasing.billing import an_invoice
from tests.school.purchasing.ordering import an_order
from tests.school.purchasing.test_order_pages import text_of

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing.invoicing.entering import Stated, Typed, enter
from schoolgate.school.purchasing.limits import NONE, give
from schoolgate.school.purchasing.models import (
    Coding,
    Difference,
    Invoice,
    InvoiceState,
    Order,
    OrderState,
    Supplier,
    VatCode,
)
from schoolgate.school.purchasing.today import what_is_to_do

SignedIn = Callable[[User], Client]


@pytest.fixture
def order(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    return an_order(supplier, codings[0], vat["S"], state=OrderState.SENT)


@pytest.fixture
def invoice(order: Order) -> Invoice:
    """SI-7 for all of the order."""
    return an_invoice(order, {1: 3, 2: 10}, number="SI-7")


@pytest.fixture
def price(invoice: Invoice) -> Difference:
    """What differs in it."""
    made: Difference = Difference.objects.create(invoice=invoice, code="price-differs", said="Paper costs £1.00 more.")
    return made


@pytest.fixture
def gas(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], bookkeeper: User) -> Invoice:
    """GAS-10, which the bookkeeper entered, without an order."""
    stated = Stated("GAS-10", date(2026, 11, 27), Decimal(100), Decimal(120), {vat["S"]: Decimal(20)})
    lines = [Typed("Gas", Decimal(1), Decimal(100), vat["S"], codings[1])]
    return enter(stated, supplier=supplier, lines=lines, by=bookkeeper)


def steps(answer: Any) -> list[str]:
    """What a page of an invoice offers to do."""
    found = re.search(r'<div class="buttons">(.*?)</div>', answer.content.decode(), re.DOTALL)
    return re.findall(r">([^<>]+)</a>", found.group(1)) if found else []


def test_the_list_says_how_each_matches(
    invoice: Invoice, gas: Invoice, price: Difference, looker: User, signed_in: SignedIn
) -> None:
    page = text_of(signed_in(looker).get(reverse("purchase-invoices")))
    assert "GAS-10 Invoice Beacon Supplies 27 Nov 2026 120.00 agrees" in page
    assert "differs: 1" in page
    only = text_of(signed_in(looker).get(reverse("purchase-invoices"), {"match": "differs"}))
    assert "SI-7" in only
    assert "GAS-10" not in only


def test_an_empty_list_says_so_with_the_next_step(
    year: object, looker: User, bookkeeper: User, signed_in: SignedIn
) -> None:
    assert "No invoices. Import" in text_of(signed_in(looker).get(reverse("purchase-invoices")))
    assert "No invoices. Enter an invoice" in text_of(signed_in(bookkeeper).get(reverse("purchase-invoices")))


def test_the_list_leaves_as_csv(gas: Invoice, looker: User, signed_in: SignedIn) -> None:
    answer: Any = signed_in(looker).get(reverse("purchase-invoices"), {"format": "csv"})
    assert "GAS-10" in b"".join(answer.streaming_content).decode()


def test_one_invoice_begins_with_how_it_stands(
    invoice: Invoice, price: Difference, governor: User, signed_in: SignedIn
) -> None:
    page = text_of(signed_in(governor).get(reverse("purchase-invoice", args=[invoice.pk])))
    assert "1 thing differs. Accept each with a reason, or discard it and ask the supplier." in page
    price.delete()
    page = text_of(signed_in(governor).get(reverse("purchase-invoice", args=[invoice.pk])))
    assert "It agrees with order PO-1001. It waits to be authorised for payment. Governor may authorise it." in page
    assert "Lines, without VAT 26.00 Net 26.00 26.00 VAT" in page


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("looker", []),
        ("bookkeeper", ["Enter a credit note", "Discard"]),
        ("governor", ["Authorise for payment", "Discard"]),
        ("head", []),
    ],
)
def test_everybody_is_offered_what_they_may_do(
    request: pytest.FixtureRequest, invoice: Invoice, signed_in: SignedIn, who: str, offered: list[str]
) -> None:
    person: User = request.getfixturevalue(who)
    assert steps(signed_in(person).get(reverse("purchase-invoice", args=[invoice.pk]))) == offered


@pytest.mark.parametrize("page", ["authorise-invoice", "discard-invoice", "enter-credit-note", "take-back-invoice"])
def test_a_colleague_without_the_right_does_nothing(
    invoice: Invoice, head: User, signed_in: SignedIn, page: str
) -> None:
    answer = signed_in(head).post(reverse(page, args=[invoice.pk]), {"version": "1", "reason": "because"})
    assert answer.status_code == 403
    assert Invoice.objects.get().state == InvoiceState.UNAUTHORISED


def test_a_stranger_finds_no_such_invoice(invoice: Invoice, sender: User, signed_in: SignedIn) -> None:
    assert signed_in(sender).get(reverse("purchase-invoice", args=[invoice.pk])).status_code == 403


def test_the_governor_reads_what_follows_and_authorises(invoice: Invoice, governor: User, signed_in: SignedIn) -> None:
    browser, address = signed_in(governor), reverse("authorise-invoice", args=[invoice.pk])
    page = text_of(browser.get(address))
    assert "2 lines, £26.00 net and £5.20 VAT: £31.20" in page
    assert "nothing is paid from here" in page
    answer = browser.post(address, {"version": "1"}, follow=True)
    assert "It is authorised for payment. It goes into the next export of postings." in text_of(answer)


def test_whoever_may_not_reads_why_and_who_can(
    gas: Invoice, bookkeeper: User, governor: User, signed_in: SignedIn
) -> None:
    give(bookkeeper, {**NONE, "enters_invoices": True, "pays_to": Decimal(500)}, by=None)
    page = text_of(signed_in(bookkeeper).get(reverse("authorise-invoice", args=[gas.pk])))
    assert "You entered it yourself, and it has no order: somebody else must authorise it. Who can: Governor." in page


def test_nobody_is_named_where_the_invoice_itself_stops_everybody(
    invoice: Invoice, price: Difference, governor: User, bookkeeper: User, signed_in: SignedIn
) -> None:
    give(bookkeeper, {**NONE, "pays_to": Decimal(500)}, by=None)
    page = text_of(signed_in(governor).get(reverse("authorise-invoice", args=[invoice.pk])))
    assert "1 thing in it differs" in page
    assert "Who can" not in page


def test_one_that_changed_since_is_shown_again(invoice: Invoice, governor: User, signed_in: SignedIn) -> None:
    Invoice.objects.update(version=5)
    answer = signed_in(governor).post(reverse("authorise-invoice", args=[invoice.pk]), {"version": "4"}, follow=True)
    assert "Invoice SI-7 has changed since you saw it" in text_of(answer)
    assert Invoice.objects.get().state == InvoiceState.UNAUTHORISED


def test_a_difference_is_accepted_with_a_reason(
    invoice: Invoice, price: Difference, bookkeeper: User, signed_in: SignedIn
) -> None:
    browser, address = signed_in(bookkeeper), reverse("accept-difference", args=[price.pk])
    assert browser.post(address, {"reason": ""}).status_code == 422
    page = text_of(browser.post(address, {"reason": "They rang."}, follow=True))
    assert "They rang." in page
    assert "What differs was accepted. It waits to be authorised for payment." in page


def test_one_is_discarded_with_a_reason(invoice: Invoice, bookkeeper: User, signed_in: SignedIn) -> None:
    browser, address = signed_in(bookkeeper), reverse("discard-invoice", args=[invoice.pk])
    assert browser.post(address, {"version": "1"}).status_code == 422
    page = text_of(browser.post(address, {"version": "1", "reason": "here twice"}, follow=True))
    assert "It was discarded. here twice" in page


def test_the_first_page_tells_each_person_what_invoices_wait_for(
    invoice: Invoice, gas: Invoice, price: Difference, bookkeeper: User, governor: User, looker: User
) -> None:
    def told(user: User | None) -> list[tuple[str, int]]:
        codes = {"invoices differ", "to pay", "nobody may pay", "to export"}
        return [(line.code, line.count) for line in what_is_to_do(user) if line.code in codes]

    assert told(bookkeeper) == [("invoices differ", 1)]
    assert told(governor) == [("invoices differ", 1), ("to pay", 1)]
    assert told(looker) == []
    Invoice.objects.filter(pk=gas.pk).update(state=InvoiceState.AUTHORISED)
    price.delete()
    assert told(None) == [("to pay", 1), ("to export", 1)]
    give(governor, {**NONE, "pays_to": Decimal(10)}, by=None)
    assert told(looker) == [("nobody may pay", 1)]


def test_the_first_page_says_what_this_ledger_is_not(year: object, looker: User, signed_in: SignedIn) -> None:
    page = text_of(signed_in(looker).get(reverse("purchasing-today")))
    assert "It pays nobody, makes no VAT return, and is not the school’s general ledger." in page
