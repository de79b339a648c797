"""A year is closed while a basket comes in: no order is made in a closed year."""

import threading
from datetime import date

import pytest
from django.db import connections, transaction
from django.utils import timezone
from tests.school.purchasing.conftest import Basket
from tests.school.purchasing.taking import taken

from schoolgate.school.purchasing.baskets import Refused
from schoolgate.school.purchasing.copying import copy_structures
from schoolgate.school.purchasing.models import Coding, CodingTemplate, FinancialYear, Order, Supplier, VatCode

PATIENCE = 60
"""Seconds, of which none pass where all is well."""
TO_GET_THERE = 0.5
"""Seconds in which the round comes to the year, and waits for it."""


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def ready(codings: list[Coding], vat: dict[str, VatCode], supplier: Supplier) -> None:
    CodingTemplate.objects.create(year=codings[0].year, coding=codings[0])


def taken_while_closed(year: FinancialYear, raw: bytes) -> Order | Refused:
    """What becomes of a basket that comes to the year before its close is written."""
    outcomes: list[Order | Refused] = []
    began = threading.Event()

    def round_of_the_schedule() -> None:
        began.set()
        try:
            outcomes.append(taken(raw)[0])
        finally:
            connections.close_all()

    thread = threading.Thread(target=round_of_the_schedule)
    with transaction.atomic():
        FinancialYear.objects.filter(pk=year.pk).update(closed_at=timezone.now())
        thread.start()
        assert began.wait(PATIENCE)
        thread.join(TO_GET_THERE)
        assert outcomes == []
    thread.join(PATIENCE)
    (outcome,) = outcomes
    return outcome


def test_a_basket_that_comes_in_while_the_year_is_closed_waits(basket: Basket, year: FinancialYear) -> None:
    outcome = taken_while_closed(year, basket())
    assert isinstance(outcome, Refused)
    assert outcome.rule == "no-year"
    assert not Order.objects.exists()


def test_where_another_year_is_open_the_basket_becomes_an_order_of_that(basket: Basket, year: FinancialYear) -> None:
    after = FinancialYear.objects.create(name="2027-28", first_day=date(2027, 4, 1), last_day=date(2028, 3, 31))
    copy_structures(year, after, None)
    outcome = taken_while_closed(year, basket())
    assert isinstance(outcome, Order)
    assert outcome.year == after
