"""Two people at a financial year at once: what the first does, the second finds done."""

import threading
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connections, transaction

from schoolgate.school.purchasing import year_end
from schoolgate.school.purchasing.changing import SetUpRefused
from schoolgate.school.purchasing.chart import save_code
from schoolgate.school.purchasing.models import FinancialYear, Fund
from schoolgate.school.purchasing.years import add

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 60
"""Seconds, of which none pass where all is well."""


def while_the_first_is_at_it(first: Callable[[], object], second: Callable[[], object]) -> str:
    """Do the second on a connection of its own before the first is committed; what it was refused with."""
    said: list[str] = []
    began = threading.Event()

    def colleague() -> None:
        began.set()
        try:
            second()
        except SetUpRefused as refused:
            said.append(str(refused))
        finally:
            connections.close_all()

    thread = threading.Thread(target=colleague)
    with transaction.atomic():
        first()
        thread.start()
        assert began.wait(PATIENCE)
        thread.join(0.5)
        assert thread.is_alive()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    return " ".join(said)


def test_of_two_years_that_overlap_only_one_is_added() -> None:
    said = while_the_first_is_at_it(
        lambda: add("2026-27", date(2026, 4, 1), date(2027, 3, 31), by=None),
        lambda: add("2026", date(2026, 1, 1), date(2026, 12, 31), by=None),
    )
    assert "The year 2026-27 has some of these days" in said
    assert FinancialYear.objects.count() == 1


def test_nothing_is_changed_in_a_year_that_somebody_closes_meanwhile(year: FinancialYear) -> None:
    said = while_the_first_is_at_it(
        lambda: year_end.close(year, by=None),
        lambda: save_code(Fund(year=year), {"code": "02", "name": "Capital", "open": True}, by=None),
    )
    assert said == "The financial year 2026-27 is closed."
    assert not Fund.objects.exists()


def test_a_year_waits_to_be_closed_for_what_somebody_changes_in_it(year: FinancialYear) -> None:
    assert not while_the_first_is_at_it(
        lambda: save_code(Fund(year=year), {"code": "02", "name": "Capital", "open": True}, by=None),
        lambda: year_end.close(year, by=None),
    )
    year.refresh_from_db()
    assert year.closed_at is not None
    assert Fund.objects.exists()
