"""Check a document, and test a service."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.supplier.papers import a_basket, an_invoice
from tests.supplier.screens import text
from tests.wire.conftest import RawServer
from tests.wire.conftest import serve as wire_serve
from tests.wire.soap.goldens import PASSWORD, USERNAME
from tests.wire.soap.shop import Shop

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.jobs.models import Job
from schoolgate.supplier.models import Buyer, Supplier, Trial
from schoolgate.supplier.trying import clear_trials

SignedIn = Callable[[User], Client]
Serve = Callable[[Shop], RawServer]
serve = wire_serve

ELSEWHERE = {"address": "https://shop.example/", "username": "x", "history": "FetchHistory"}


@pytest.fixture
def browser(signed_in: SignedIn, clerk: User) -> Client:
    """Cara's, who works for Riverside."""
    return signed_in(clerk)


def check(browser: Client, document: str, **more: Any) -> str:
    return text(browser.post(reverse("check-document"), {"text": document, **more}))


def test_a_right_basket_is_taken_and_its_checksum_shown_step_by_step(browser: Client, green_abbey: Buyer) -> None:
    shown = check(browser, a_basket(green_abbey), buyer=green_abbey.pk)
    assert "finance system takes it" in shown or "Taken, with" in shown
    steps = ("Y = 2026, M = 11, D = 26", "Last five digits before the point", "The document says")
    for told in ("The checksum, step by step", *steps):
        assert told in shown


def test_a_wrong_checksum_is_refused_with_its_line_and_what_to_do(browser: Client, green_abbey: Buyer) -> None:
    basket = a_basket(green_abbey)
    stated = basket.partition("<Checksum>")[2].partition("<")[0]
    shown = check(browser, basket.replace(f">{stated}<", ">7<"))
    assert "Refused" in shown
    assert "The checksum is 7, but" in shown
    assert "Reckon with decimals" in shown


def test_a_basket_for_another_school_is_refused_where_the_school_was_named(
    browser: Client, green_abbey: Buyer, oakhanger: Buyer
) -> None:
    assert "Refused" not in check(browser, a_basket(oakhanger))
    assert "Refused" in check(browser, a_basket(oakhanger), buyer=green_abbey.pk)


def test_an_invoice_and_what_is_no_document_are_told_apart(browser: Client, green_abbey: Buyer) -> None:
    assert "An invoice" in check(browser, an_invoice(green_abbey))
    assert "None of the documents known here" in check(browser, "<Nothing/>")
    assert browser.post(reverse("check-document"), {"text": ""}).status_code == 422


@pytest.fixture
def shop(serve: Serve) -> Shop:
    """Another's service, on this machine."""
    shop = Shop()
    shop.address = f"{serve(shop).address}/Service.asmx"
    return shop


def run(browser: Client, address: str, **typed: Any) -> Trial:
    """Ask for a test, and let it be done."""
    given = {"address": address, "username": USERNAME, "password": PASSWORD, "history": "FetchHistory", **typed}
    answer = browser.post(reverse("try-service"), given)
    assert answer.status_code == 302
    work_off()
    return Trial.objects.get()


def page(browser: Client, trial: Trial) -> str:
    return text(browser.get(reverse("trial", args=[trial.pk])))


def test_a_service_is_tested_step_by_step_and_the_password_is_nowhere_after(browser: Client, shop: Shop) -> None:
    trial = run(browser, shop.address)
    shown = page(browser, trial)
    assert trial.failed == 0
    assert "steps that were tried have passed" in shown
    assert "&lt;FetchIndex" in shown
    assert trial.password is None
    assert PASSWORD not in shown + str(trial.steps) + str(list(Job.objects.values_list("args", "result")))
    assert AuditEntry.objects.filter(did="service tested").exists()


def test_while_it_waits_the_page_says_so_and_the_password_is_sealed(browser: Client, riverside: Supplier) -> None:
    browser.post(reverse("try-service"), {**ELSEWHERE, "password": "Secret-Kite-1"})
    assert "It is being tested" in page(browser, Trial.objects.get())
    assert Trial.objects.get().password == "Secret-Kite-1"


def test_a_new_password_is_shown_once_to_the_one_who_asked(browser: Client, shop: Shop) -> None:
    trial = run(browser, shop.address, change_password="on")
    assert shop.password not in page(browser, trial)
    address = reverse("trial-password", args=[trial.pk])
    assert shop.password in text(browser.post(address))
    assert browser.post(address).status_code == 302


def test_an_address_in_a_private_network_is_not_called(browser: Client, riverside: Supplier, settings: Any) -> None:
    settings.SCHOOLGATE_DEMO = False
    trial = run(browser, "https://10.0.0.7/Service.asmx")
    assert "private network" in page(browser, trial)
    trial.delete()
    assert "not allowed" in page(browser, run(browser, "https://169.254.169.254/Service.asmx"))


def test_a_test_is_its_owners_alone(browser: Client, signed_in: SignedIn, administrator: User, shop: Shop) -> None:
    trial = run(browser, shop.address)
    assert shop.address in text(browser.get(reverse("try-service")))
    other = signed_in(administrator)
    assert shop.address not in text(other.get(reverse("try-service")))
    assert other.get(reverse("trial", args=[trial.pk])).status_code == 404


def test_a_test_that_was_broken_off_is_not_taken_up_without_its_password(browser: Client, riverside: Supplier) -> None:
    browser.post(reverse("try-service"), {**ELSEWHERE, "password": "Secret-Kite-1"})
    Trial.objects.update(password=None)
    work_off()
    assert "the password is not kept. Start it again." in page(browser, Trial.objects.get())


def test_tests_go_after_a_day_and_passwords_nobody_took_after_minutes(clerk: User) -> None:
    trial = Trial.objects.create(by=clerk, address="x", username="x", password="Secret-Kite-1", history="FetchHistory")
    now = timezone.now()
    with time_machine.travel(now + timedelta(minutes=16), tick=False):
        clear_trials()
    trial.refresh_from_db()
    assert trial.password is None
    with time_machine.travel(now + timedelta(hours=25), tick=False):
        assert clear_trials() == 1
