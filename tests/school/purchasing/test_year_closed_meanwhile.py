"""A year is closed while a basket comes in: no order is made in a closed year."""

import threading

import pytest
from django.db import connections, transaction
from django.utils import timezone
from tests.school.purchasing.conftest import Basket
from tests.school.purchasing.taking import taken

from schoolgate.school.purchasing.baskets import Refused
from schoolgate.school.purchasing.models import Coding, CodingTemplate, FinancialYear, Order, Supplier, VatCode

PATIENCE = 60
"""Seconds, of which none pass where all is well."""
TO_GET_THERE = 0.5
"""Seconds in which the round comes to the year, and waits for it."""


@pytest.mark.django_db(transaction=True)
def test_a_basket_that_comes_in_while_the_year_is_closed_waits(
    basket: Basket, codings: list[Coding], vat: dict[str, VatCode], supplier: Supplier, year: FinancialYear
) -> None:
    CodingTemplate.objects.create(year=year, coding=codings[0])
    outcomes: list[Order | Refused] = []
    began = threading.Event()

    def round_of_the_schedule() -> None:
        began.set()
        try:
            outcomes.append(taken(basket())[0])
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
    assert isinstance(outcome, Refused)
    assert outcome.rule == "no-year"
    assert not Order.objects.exists()
