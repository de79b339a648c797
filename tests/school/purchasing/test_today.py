"""The first page of purchasing: what waits for whom."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.school.purchasing.ordering import an_order

from schoolgate.commons.accounts.models import User
from schoolgate.commons.schedules.models import Run, Schedule
from schoolgate.commons.schedules.rules import Weekly
from schoolgate.school.purchasing.models import (
    Coding,
    DocumentState,
    FetchedDocument,
    FinancialYear,
    Order,
    OrderState,
    Supplier,
    VatCode,
    WebService,
)
from schoolgate.school.purchasing.scheduling import USUALLY_AT, set_when_to_fetch
from schoolgate.school.purchasing.sending import ask
from schoolgate.school.purchasing.today import what_is_to_do

SignedIn = Callable[[User], Client]
Make = Callable[..., Order]


@pytest.fixture
def make(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Make:
    def do(state: str, **head: object) -> Order:
        return an_order(supplier, codings[0], vat["S"], state=state, number=f"PO-{Order.objects.count() + 1}", **head)

    return do


def told(user: User | None = None) -> dict[str, str]:
    return {line.code: line.text for line in what_is_to_do(user)}


def test_nothing_waits(signed_in: SignedIn, clerk: User, year: FinancialYear) -> None:
    page = signed_in(clerk).get(reverse("purchasing-today")).content.decode()
    assert "Nothing waits for you." in page
    assert told(clerk) == {}


def test_without_a_year_the_ledger_is_to_be_set_up(clerk: User) -> None:
    assert list(told(clerk)) == ["no year"]


def test_an_unsure_order_is_told_first_and_with_its_page(make: Make, clerk: User) -> None:
    make(OrderState.UNAUTHORISED)
    order = make(OrderState.UNSURE)
    line = what_is_to_do(clerk)[0]
    assert (line.text, line.address) == (
        "Nobody knows whether order PO-2 arrived: ring Beacon Supplies.",
        reverse("purchase-order", args=[order.pk]),
    )


def test_several_orders_are_counted_and_lead_to_the_list_of_them(make: Make, clerk: User) -> None:
    make(OrderState.UNSURE)
    make(OrderState.UNSURE)
    line = what_is_to_do(clerk)[0]
    assert (line.count, line.text) == (2, "Nobody knows whether 2 orders arrived: ring Beacon Supplies.")
    assert line.address == reverse("purchasing-orders") + "?state=unsure"


def test_an_unsure_order_that_is_sent_again_by_itself_needs_nobody(make: Make, clerk: User) -> None:
    ask(make(OrderState.UNSURE))
    assert told(clerk) == {}


def test_a_refused_order_is_told_until_it_is_authorised_anew(make: Make, clerk: User, service: WebService) -> None:
    order = make(OrderState.UNAUTHORISED, said="Line 2 is not sold any more.")
    order.attempts.create(service=service, outcome="refused", ended_at=timezone.now())
    assert told(clerk)["refused"] == "Order PO-1 was refused by Beacon Supplies."
    Order.objects.update(state=OrderState.AUTHORISED, said="")
    assert "refused" not in told(clerk)


def test_an_authorised_order_that_something_keeps_from_going_out_is_told(make: Make, clerk: User) -> None:
    order = make(OrderState.AUTHORISED)
    assert told(clerk)["not sent"] == "Order PO-1 was authorised, and not sent to Beacon Supplies yet."
    ask(order)
    assert "not sent" not in told(clerk)
    Order.objects.update(said="The address was not found.")
    assert "not sent" in told(clerk)


def test_an_order_on_paper_is_to_be_printed(make: Make, supplier: Supplier, clerk: User, looker: User) -> None:
    supplier.order_method = "print"
    supplier.save()
    make(OrderState.AUTHORISED, came_by=None)
    assert told(clerk)["to print"] == "Order PO-1 was authorised, to be printed and posted to Beacon Supplies."
    assert told(looker) == {}


def test_to_authorise_is_told_to_who_may(make: Make, clerk: User, head: User, chair: User) -> None:
    make(OrderState.UNAUTHORISED)
    assert told(head)["to authorise"] == "1 order waits to be authorised."
    assert told(clerk) == {}
    Order.objects.update(gross=Decimal(5000))
    assert told(head) == {}
    assert "to authorise" in told(chair)


def test_an_order_that_nobody_may_authorise_is_told_to_all(make: Make, clerk: User, head: User) -> None:
    make(OrderState.UNAUTHORISED)
    Order.objects.update(gross=Decimal(5000))
    assert told(clerk)["nobody may authorise"] == "1 order waits that nobody may authorise."


def test_a_basket_waits_to_be_coded_and_another_document_for_its_own_reason(
    clerk: User, year: FinancialYear, service: WebService
) -> None:
    for doc_id, rule in (("A", "no-coding"), ("B", "no-coding"), ("C", "buyer-duns")):
        FetchedDocument.objects.create(
            service=service,
            doc_id=doc_id,
            kind="order",
            state=DocumentState.WAITING,
            listed_at=timezone.now(),
            rule=rule,
            said="It is for another school.",
        )
    assert told(clerk) == {
        "to code": "2 baskets wait for a coding template.",
        "document waits": "Content order C was not imported. It is for another school.",
    }


def test_a_service_that_fails_is_told_with_what_to_do(clerk: User, year: FinancialYear, service: WebService) -> None:
    since = timezone.now() - timedelta(days=2)
    WebService.objects.update(trouble="wrong-credentials", said="Was the password changed?", trouble_since=since)
    text = told(clerk)["service"]
    assert text.startswith("The web service Beacon Supplies cannot be used since")
    assert text.endswith("Was the password changed?")
    WebService.objects.update(turned_off=True)
    assert told(clerk) == {}


def test_a_missed_import_is_told_until_one_begins_in_time(clerk: User, year: FinancialYear) -> None:
    set_when_to_fetch(Weekly(USUALLY_AT, frozenset(range(7))), by=None)
    schedule, now = Schedule.objects.get(), timezone.now()
    Run.objects.create(
        schedule=schedule,
        due_at=now - timedelta(hours=2),
        made_at=now,
        missed=1,
        first_missed_at=now - timedelta(hours=2),
    )
    assert "did not begin in time" in told(clerk)["missed import"]
    Run.objects.create(schedule=schedule, due_at=now, made_at=now)
    assert told(clerk) == {}


def test_the_page_counts_what_waits_and_leads_there(make: Make, signed_in: SignedIn, head: User) -> None:
    make(OrderState.UNAUTHORISED)
    order = make(OrderState.UNSURE)
    page = signed_in(head).get(reverse("purchasing-today")).content.decode()
    assert "2 things wait for you." in page
    assert f'href="{reverse("purchase-order", args=[order.pk])}">Say what they have' in page
    assert f'href="{reverse("authorise-order", args=[order.pk - 1])}">Authorise' in page


def test_the_page_takes_as_many_questions_for_many_orders_as_for_few(make: Make, clerk: User) -> None:
    asked = []
    for times in (2, 10):
        for state in (OrderState.UNSURE, OrderState.AUTHORISED, OrderState.UNAUTHORISED):
            for _ in range(times):
                make(state)
        with CaptureQueriesContext(connection) as queries:
            what_is_to_do(clerk)
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_for_the_site_as_a_whole_everything_is_told(make: Make, head: User) -> None:
    make(OrderState.UNAUTHORISED)
    make(OrderState.UNSURE)
    assert list(told(None)) == ["unsure", "to authorise"]


def test_every_step_may_be_taken_by_who_is_told_of_it(
    make: Make, signed_in: SignedIn, looker: User, head: User, service: WebService
) -> None:
    WebService.objects.update(trouble="unreachable-refused")
    for state in (OrderState.UNSURE, OrderState.AUTHORISED, OrderState.UNAUTHORISED):
        make(state)
    make(OrderState.AUTHORISED, came_by=None)
    Supplier.objects.update(order_method="print")
    for person in (looker, head):
        browser = signed_in(person)
        assert [line.code for line in what_is_to_do(person) if browser.get(line.address).status_code != 200] == []
