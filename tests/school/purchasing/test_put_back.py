"""Orders in a ledger that was put back from a backup: none goes out twice by itself."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from tests.conftest import SignedIn
from tests.school.purchasing.ordering import an_order

from schoolgate.commons.accounts.models import User
from schoolgate.commons.backups.manifest import KeptFile, Manifest
from schoolgate.commons.backups.restored import note_restoration
from schoolgate.commons.jobs.engine import work_off
from schoolgate.school.purchasing import deciding, sending
from schoolgate.school.purchasing.models import Coding, Order, OrderState, Supplier, VatCode, WebService

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home")]


@pytest.fixture
def order(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    """It waits to be sent."""
    order = an_order(supplier, codings[0], vat["S"])
    with transaction.atomic():
        sending.ask(order)
    return order


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[WebService]:
    """The services that are called, and take whatever it is."""
    made: list[WebService] = []
    monkeypatch.setattr("schoolgate.school.purchasing.send_job.call", lambda service, _: made.append(service))
    return made


def put_back(order: Order) -> Order:
    moment = datetime(2026, 11, 26, 2, 30, tzinfo=UTC)
    note_restoration(Manifest("school", "1.0", moment, "sqlite", KeptFile("db.sqlite3", "", 0)), "/backups/one")
    work_off("tests")
    return Order.objects.get(pk=order.pk)


def test_an_order_that_waited_is_not_sent_since_it_may_have_been(order: Order, calls: list[Any]) -> None:
    assert (put_back(order).state, calls) == (OrderState.UNSURE, [])


def test_it_is_sent_once_the_supplier_has_said_that_it_is_not_there(
    order: Order, calls: list[Any], administrator: User
) -> None:
    deciding.send_again(put_back(order), by=administrator)
    work_off("tests")
    assert (Order.objects.get(pk=order.pk).state, len(calls)) == (OrderState.SENT, 1)


def test_one_for_a_service_that_knows_it_again_is_sent(order: Order, service: WebService, calls: list[Any]) -> None:
    service.safe_to_repeat = True
    service.save()
    assert (put_back(order).state, len(calls)) == (OrderState.SENT, 1)


def test_one_on_paper_waits_as_before(order: Order) -> None:
    Order.objects.update(came_by=None)
    Supplier.objects.update(web_service=None)
    assert put_back(order).state == OrderState.AUTHORISED


def test_people_are_told_what_to_check(order: Order, administrator: User, signed_in: SignedIn) -> None:
    put_back(order)
    browser: Client = signed_in(administrator)
    page = browser.get("/administration/backups/").content.decode()
    assert "set the next order number above the last" in page
