"""What people of the ledger are told by mail: once, with an order's number and no sum, and as each chose."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.school.purchasing.ordering import an_order
from tests.school.purchasing.stall import Stall

from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.choosing import choices_of, choose
from schoolgate.commons.alerts.models import Event, Mail
from schoolgate.commons.alerts.summary import summary_for
from schoolgate.commons.alerts.telling import mail_what_waits
from schoolgate.commons.jobs.engine import work_off
from schoolgate.school.purchasing import deciding, sending
from schoolgate.school.purchasing.asking import ask_for_documents, services_to_ask, services_to_ask_by_themselves
from schoolgate.school.purchasing.models import Coding, Order, OrderState, Supplier, VatCode, WebService
from schoolgate.school.purchasing.send_job import failure_of_call
from schoolgate.wire.soap.errors import DocumentRefused, ServiceError, Unreachable

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home")]

UNANSWERED = Unreachable("reset", may_have_arrived=True)


@pytest.fixture(autouse=True)
def mail_server(settings: Any) -> None:
    settings.EMAIL_HOST, settings.SCHOOLGATE_URL = "127.0.0.1", "https://office.example"


@pytest.fixture
def order(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    return an_order(supplier, codings[0], vat["S"])


def _with_address(person: User) -> User:
    person.email = f"{person.username}@green-abbey.example"
    person.save()
    return person


def ends_with(order: Order, error: ServiceError) -> Order:
    """Send an order, to which its service answers so."""
    begun = sending.begin(order)
    assert begun is not None
    sending.end(begun[0], failure_of_call(error))
    return Order.objects.get(pk=order.pk)


def mailed(*, after_minutes: int = 11) -> list[tuple[str, str, str]]:
    """To whom mails were made by then, with subject and text."""
    with time_machine.travel(timezone.now() + timedelta(minutes=after_minutes), tick=False):
        mail_what_waits()
    return list(Mail.objects.order_by("pk").values_list("person__username", "subject", "text"))


def test_an_unsure_order_is_told_to_who_may_settle_it(order: Order, clerk: User, bursar: User, looker: User) -> None:
    for person in (clerk, looker):
        _with_address(person)
    assert ends_with(order, UNANSWERED).state == OrderState.UNSURE
    [(to, subject, text)] = mailed()
    assert (to, subject) == ("clerk", "An order may or may not have arrived · Schoolgate")
    assert "* Nobody knows whether order PO-1001 has arrived: ring its supplier" in text
    assert f"https://office.example{reverse('purchase-order', args=[order.pk])}" in text


def test_a_mail_has_neither_money_nor_the_suppliers_name(order: Order, head: User) -> None:
    _with_address(head)
    ends_with(order, UNANSWERED)
    [(_, subject, text)] = mailed()
    assert not any(word in subject + text for word in ("£", "31.20", "Beacon", "BASKET-1", "Exercise"))


def test_an_unsure_order_is_told_once(order: Order, clerk: User) -> None:
    _with_address(clerk)
    ends_with(order, UNANSWERED)
    assert len(mailed()) == 1
    assert len(mailed(after_minutes=60 * 24)) == 1


def test_what_was_settled_before_the_mail_goes_is_not_told(order: Order, clerk: User) -> None:
    _with_address(clerk)
    deciding.arrived(ends_with(order, UNANSWERED), by=clerk)
    assert mailed() == []


def test_what_is_sent_again_by_itself_is_not_told(order: Order, clerk: User, service: WebService) -> None:
    _with_address(clerk)
    service.safe_to_repeat = True
    service.save()
    ends_with(Order.objects.get(pk=order.pk), UNANSWERED)
    assert not Event.objects.exists()


def test_an_order_that_a_supplier_refused_is_told(order: Order, head: User) -> None:
    _with_address(head)
    ends_with(order, DocumentRefused("Part BX-100 is no longer sold at £4.50."))
    [(to, subject, text)] = mailed()
    assert (to, subject) == ("head", "An order was refused by its supplier · Schoolgate")
    assert "* Order PO-1001 was refused by its supplier’s web service, and is unauthorised again." in text
    assert "£" not in text


def test_an_order_that_arrived_is_not_told(order: Order, head: User) -> None:
    begun = sending.begin(order)
    assert begun is not None
    sending.end(begun[0], None)
    assert not Event.objects.exists()


def test_a_wrong_password_by_schedule_is_told_once_to_who_sets_up(
    stall: Stall, beacon: WebService, bursar: User, clerk: User
) -> None:
    for person in (bursar, clerk):
        _with_address(person)
    stall.password = "changed on their web site"
    for _ in range(3):
        ask_for_documents(services_to_ask_by_themselves(), by=None, by_itself=True)
        work_off()
    [(to, subject, text)] = mailed()
    assert (to, subject) == ("bursar", "A web service does not accept its password · Schoolgate")
    assert f"https://office.example{reverse('purchasing-service', args=[beacon.pk])}" in text
    assert not any(word in text for word in ("Beacon", beacon.username, stall.password))
    assert len(mailed(after_minutes=60 * 24)) == 1


def test_a_password_that_was_entered_anew_meanwhile_is_not_told(stall: Stall, beacon: WebService, bursar: User) -> None:
    _with_address(bursar)
    right, stall.password = stall.password, "changed on their web site"
    for password in (stall.password, right):
        stall.password = password
        ask_for_documents(services_to_ask(), by=None, by_itself=True)
        work_off()
    beacon.refresh_from_db()
    assert beacon.trouble == ""
    assert mailed() == []


def test_another_trouble_of_a_service_is_told_by_no_mail(stall: Stall, beacon: WebService, bursar: User) -> None:
    _with_address(bursar)
    stall.change = lambda *_: b""
    ask_for_documents(services_to_ask(), by=None, by_itself=True)
    work_off()
    assert not Event.objects.exists()


def test_everybody_turns_it_off_for_themselves(order: Order, clerk: User, head: User) -> None:
    for person in (clerk, head):
        _with_address(person)
    choose(clerk, ["order-turned-down"], by=clerk)
    ends_with(order, UNANSWERED)
    assert [to for to, *_ in mailed()] == ["head"]


def test_who_may_only_look_may_turn_it_on(looker: User, sender: User) -> None:
    own = {one.alert.name: one.on for one in choices_of([looker])}
    assert own == {"unsure-order": False, "order-turned-down": False, "service-password": False}
    assert choices_of([sender]) == []


def test_the_page_alerts_offers_what_the_ledger_tells(
    clerk: User, signed_in: Callable[[User], Client], settings: Any
) -> None:
    settings.ROOT_URLCONF = "schoolgate.sites.urls_school"
    browser = signed_in(clerk)
    assert 'href="/alerts/"' in browser.get("/my-account/").content.decode()
    page = browser.get("/alerts/").content.decode()
    assert "Nobody knows whether an order arrived at its supplier" in page
    assert "A supplier’s web service does not accept its password" in page


def test_the_daily_summary_counts_what_waits_in_the_ledger(order: Order, administrator: User, head: User) -> None:
    ends_with(order, UNANSWERED)
    told = summary_for(administrator, timezone.now()).text
    assert f"* One thing needs somebody in Purchasing.\n  https://office.example{reverse('purchasing-today')}" in told


def test_a_school_without_a_ledger_is_told_nothing_of_one(administrator: User) -> None:
    assert "Purchasing" not in summary_for(administrator, timezone.now()).text
