"""Administration: the service's settings, its suppliers, and who works for them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.supplier.screens import text

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.supplier.models import Membership, Supplier
from schoolgate.supplier.preferences import EXPIRY_DAYS, REFUSE_OTHER_DUNS, SERVICE_NAME

SignedIn = Callable[[User], Client]
SHOWN = {"name": "", "contact": "", "expiry_days": "90", "warning_days": "14"}


@pytest.fixture
def browser(signed_in: SignedIn, administrator: User) -> Client:
    return signed_in(administrator)


def sent(**typed: Any) -> dict[str, Any]:
    """The form of settings with something typed into it, as a browser sends it."""
    seen = {f"initial-{name}": value for name, value in SHOWN.items()}
    return {**seen, "initial-refuse_other_duns": "False", "initial-refuse_profile_findings": "False", **SHOWN, **typed}


def test_an_administrator_sets_what_holds_for_the_service(browser: Client) -> None:
    typed = sent(name="Riverside", expiry_days="60", refuse_other_duns="on")
    assert browser.post(reverse("administration"), typed).status_code == 302
    assert (SERVICE_NAME.get(), EXPIRY_DAYS.get(), REFUSE_OTHER_DUNS.get()) == ("Riverside", 60, True)
    assert AuditEntry.objects.filter(did="preference changed").count() == 3


def test_of_two_who_save_the_second_writes_nothing_and_sees_both(browser: Client) -> None:
    EXPIRY_DAYS.set(30, by=None)
    answer = browser.post(reverse("administration"), sent(name="Riverside"))
    assert answer.status_code == 422
    assert "It is now: 30" in text(answer)
    assert SERVICE_NAME.get() == ""


def test_staff_see_the_pages_they_may_open_and_set_nothing(signed_in: SignedIn, clerk: User) -> None:
    browser = signed_in(clerk)
    shown = text(browser.get(reverse("administration")))
    assert reverse("keys") in shown
    assert reverse("suppliers") not in shown
    assert browser.post(reverse("administration"), sent(name="Mine")).status_code == 403
    assert browser.get(reverse("suppliers")).status_code == 403


def test_the_first_supplier_is_added_and_connected_next(browser: Client) -> None:
    answer = browser.post(reverse("add-supplier"), {"name": "Riverside School Supplies", "duns": "123456789"})
    assert answer["Location"].startswith(reverse("get-connected"))
    assert browser.post(reverse("add-supplier"), {"name": "Another", "duns": "12"}).status_code == 422
    assert Supplier.objects.count() == 1


def test_a_supplier_is_changed_by_the_one_who_saw_it_as_it_is(browser: Client, riverside: Supplier) -> None:
    address = reverse("supplier", args=[riverside.pk])
    typed = {"name": "Riverside", "duns": "123456780", "initial-name": riverside.name, "initial-duns": riverside.duns}
    assert browser.post(address, typed).status_code == 302
    second = browser.post(address, {**typed, "name": "Third"})
    assert second.status_code == 422
    assert "It is now: Riverside" in text(second)
    riverside.refresh_from_db()
    assert riverside.name == "Riverside"


def test_somebody_comes_to_work_for_a_supplier_and_leaves_it(
    browser: Client, hilltop: Supplier, clerk: User, signed_in: SignedIn
) -> None:
    browser.post(reverse("add-member", args=[hilltop.pk]), {"person": clerk.pk})
    assert Membership.objects.filter(supplier=hilltop, user=clerk).exists()
    assert "Cara Lund" in text(browser.get(reverse("suppliers")))
    browser.post(reverse("remove-member", args=[hilltop.pk, clerk.pk]))
    assert not Membership.objects.filter(supplier=hilltop).exists()
