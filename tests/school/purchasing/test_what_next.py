"""A document that waits says what to do about it, and where."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from tests.school.purchasing.taking import a_document

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing.models import DocumentState, FetchedDocument, FinancialYear, WebService
from schoolgate.school.purchasing.rules import RULES, Rule

SignedIn = Callable[[User], Client]


def page_of(person: Client, service: WebService, rule: str) -> str:
    document = a_document(service)
    FetchedDocument.objects.filter(pk=document.pk).update(state=DocumentState.WAITING, rule=rule, said="It waits.")
    return person.get(reverse("purchasing-document", args=[document.pk])).content.decode()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_its_page_says_it_for_every_rule(
    signed_in: SignedIn, bursar: User, year: FinancialYear, service: WebService, rule: Rule
) -> None:
    page = page_of(signed_in(bursar), service, rule.code)
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
