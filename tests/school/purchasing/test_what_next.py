"""A document that waits says what to do about it, and where; what is to be told of a basket stands at its order."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.school.purchasing.conftest import Basket as MakeBasket
from tests.school.purchasing.taking import a_document, edited, order_of

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing import establishment
from schoolgate.school.purchasing.copies import came_before
from schoolgate.school.purchasing.invoicing.reading import Bill
from schoolgate.school.purchasing.invoicing.rules import RULES as INVOICE_RULES
from schoolgate.school.purchasing.models import (
    Coding,
    CodingTemplate,
    DocumentState,
    FetchedDocument,
    FinancialYear,
    Supplier,
    VatCode,
    WebService,
)
from schoolgate.school.purchasing.rules import RULES, Rule

SignedIn = Callable[[User], Client]


def page_of(person: Client, service: WebService, rule: str, kind: str = FetchedDocument.Kind.ORDER) -> str:
    document = a_document(service)
    waits = {"state": DocumentState.WAITING, "rule": rule, "said": "It waits.", "kind": kind}
    FetchedDocument.objects.filter(pk=document.pk).update(**waits)
    return person.get(reverse("purchasing-document", args=[document.pk])).content.decode()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_its_page_says_it_for_every_rule(
    signed_in: SignedIn, bursar: User, year: FinancialYear, service: WebService, rule: Rule[Any]
) -> None:
    assert_said(rule, page_of(signed_in(bursar), service, rule.code))


@pytest.mark.parametrize("kind", ["invoice", "creditnote"])
@pytest.mark.parametrize("rule", INVOICE_RULES, ids=lambda rule: rule.code)
def test_its_page_says_it_for_every_rule_of_invoices(
    signed_in: SignedIn, bursar: User, year: FinancialYear, service: WebService, rule: Rule[Bill], kind: str
) -> None:
    assert_said(rule, page_of(signed_in(bursar), service, rule.code, kind))


def assert_said(rule: Rule[Any], page: str) -> None:
    assert rule.next in page
    if rule.page is not None:
        address, name = rule.page
        assert f'<a href="{reverse(address)}">{name}</a></p>' in page


def test_who_does_not_set_the_ledger_up_is_not_sent_to_its_set_up(
    signed_in: SignedIn, clerk: User, year: FinancialYear, service: WebService
) -> None:
    page = page_of(signed_in(clerk), service, "no-coding")
    assert "Make a coding template for it" in page
    assert reverse("add-coding-template") not in page


def test_a_second_copy_has_its_own_words(
    signed_in: SignedIn, bursar: User, year: FinancialYear, service: WebService
) -> None:
    assert "What to do:" not in page_of(signed_in(bursar), service, "seen-before")


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (DocumentState.WAITING, "If you want this one instead, keep that one out, then try this one again."),
        (DocumentState.KEPT_OUT, "was kept out. If you want this one instead, try it again."),
        (DocumentState.IMPORTED, "was imported. Keep this one out."),
    ],
)
def test_what_is_said_of_a_copy_goes_by_how_the_first_stands_now(
    signed_in: SignedIn, bursar: User, year: FinancialYear, service: WebService, state: str, told: str
) -> None:
    first, copy = a_document(service), a_document(service)
    FetchedDocument.objects.filter(pk=copy.pk).update(
        state=DocumentState.WAITING, rule="seen-before", first=first, said=came_before(first, copy)
    )
    FetchedDocument.objects.filter(pk=first.pk).update(state=state)
    for page in (reverse("purchasing-document", args=[copy.pk]), reverse("purchasing-import")):
        assert told in signed_in(bursar).get(page).content.decode()


def test_a_number_that_came_before_with_other_content_may_be_another_document(
    signed_in: SignedIn, bursar: User, year: FinancialYear, service: WebService
) -> None:
    first, copy = a_document(service), a_document(service)
    FetchedDocument.objects.filter(pk=first.pk).update(state=DocumentState.IMPORTED, sha256="0" * 64)
    FetchedDocument.objects.filter(pk=copy.pk).update(
        state=DocumentState.WAITING, rule="seen-before", first=first, sha256="1" * 64
    )
    told = signed_in(bursar).get(reverse("purchasing-document", args=[copy.pk])).content.decode()
    assert "if it is another, ask the supplier for it under a number of its own." in told


@pytest.mark.parametrize("page", ["purchase-order", "authorise-order"])
def test_what_is_to_be_told_of_a_basket_stands_where_its_order_is_authorised(
    signed_in: SignedIn,
    head: User,
    basket: MakeBasket,
    service: WebService,
    supplier: Supplier,
    vat: dict[str, VatCode],
    codings: list[Coding],
    page: str,
) -> None:
    CodingTemplate.objects.create(year=codings[0].year, coding=codings[0])
    establishment.BUYER_DUNS_MAY_LACK.set(True, by=None)
    order = order_of(edited(basket(), ("Buyer/BuyerReferences/DUNS", None)), service)
    shown = signed_in(head).get(reverse(page, args=[order.pk])).content.decode()
    assert "see that it is yours before you authorise it." in shown
    assert reverse("purchasing-document", args=[order.document_id]) in shown
