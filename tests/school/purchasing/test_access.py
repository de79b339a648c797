"""Who may open the ledger's pages."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing.access import may, rights_of
from schoolgate.school.purchasing.models import Coding, FinancialYear

SignedIn = Callable[[User], Client]


def test_who_sends_files_only_does_not_see_the_ledger(
    sender: User, looker: User, signed_in: SignedIn, year: FinancialYear
) -> None:
    address = reverse("purchasing-today")
    assert signed_in(sender).get(address).status_code == 403
    page = signed_in(looker).get(address)
    assert page.status_code == 200
    assert year.name in page.content.decode()


def test_a_sender_who_was_given_a_right_sees_it(sender: User, clerk: User) -> None:
    assert not may(sender, "")
    clerk.role = "sender"
    clerk.save()
    assert may(clerk, "imports")


@pytest.mark.parametrize("right", ["raises", "imports", "sets_up", "authorises"])
def test_a_right_is_what_somebody_gave(
    looker: User, clerk: User, bursar: User, head: User, administrator: User, right: str
) -> None:
    people = {"looker": looker, "clerk": clerk, "bursar": bursar, "head": head, "administrator": administrator}
    allowed = {
        "raises": {"clerk", "bursar"},
        "imports": {"clerk", "bursar"},
        "sets_up": {"bursar", "administrator"},
        "authorises": {"head"},
    }
    assert {name for name, person in people.items() if may(person, right)} == allowed[right]  # type: ignore[arg-type]


def test_rows_of_the_ledger_are_found_by_who_works_with_orders(
    sender: User, looker: User, exchange_account: User, codings: list[Coding]
) -> None:
    assert Coding.objects.visible_to(looker).count() == 3
    assert not Coding.objects.visible_to(sender).exists()
    assert not Coding.objects.visible_to(exchange_account).exists()


def test_to_ask_what_a_sender_may_lets_nobody_see_the_ledger(sender: User) -> None:
    assert not rights_of(sender).raises
    assert not may(sender, "")
