"""Post and packing: the supplier's coding, else the establishment's, in whichever year a charge falls."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from time_machine import travel

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing.chart import link_in
from schoolgate.school.purchasing.coding import Coded, NotCoded
from schoolgate.school.purchasing.copying import copy_structures
from schoolgate.school.purchasing.establishment import POST_AND_PACKING
from schoolgate.school.purchasing.models import Coding, FinancialYear, Supplier
from schoolgate.school.purchasing.post_and_packing import code_post_and_packing
from schoolgate.school.purchasing.years import add

IN_THE_NEXT_YEAR = "2027-06-01T12:00:00+00:00"

SignedIn = Callable[[User], Client]


@pytest.fixture
def next_year(year: FinancialYear, codings: list[Coding]) -> FinancialYear:
    """It has the structures of the year before."""
    made = add("2027-28", date(2027, 4, 1), date(2028, 3, 31), by=None)
    copy_structures(year, made, None)
    return made


@pytest.fixture
def for_science(supplier: Supplier, codings: list[Coding]) -> Supplier:
    """A supplier whose post and packing was coded in the year before."""
    supplier.post_and_packing = codings[1]
    supplier.save()
    return supplier


def _coded(supplier: Supplier, year: FinancialYear) -> Coding:
    found = code_post_and_packing(supplier, year)
    assert isinstance(found, Coded), found
    return found.coding


def test_it_is_coded_as_the_suppliers(for_science: Supplier, year: FinancialYear, codings: list[Coding]) -> None:
    POST_AND_PACKING.set("01 / E22 / OFF", by=None)
    found = code_post_and_packing(for_science, year)
    assert found == Coded(codings[1], "Post and packing is coded as Beacon Supplies’s.")


def test_a_charge_of_the_next_year_is_coded_to_the_next_years_link(
    for_science: Supplier, year: FinancialYear, next_year: FinancialYear
) -> None:
    assert _coded(for_science, year).year == year
    of_the_next = _coded(for_science, next_year)
    assert (of_the_next.year, str(of_the_next)) == (next_year, "01 / E19 / SCI")


def test_the_establishments_is_every_years_too(
    supplier: Supplier, year: FinancialYear, next_year: FinancialYear
) -> None:
    POST_AND_PACKING.set("01 / e22 / off", by=None)
    for each in (year, next_year):
        coding = _coded(supplier, each)
        assert (coding.year, str(coding)) == (each, "01 / E22 / OFF")


@pytest.mark.parametrize("closed", ["fund", "ledger_code", "cost_centre", ""])
def test_the_establishments_stands_in_where_the_suppliers_is_closed(
    for_science: Supplier, next_year: FinancialYear, closed: str
) -> None:
    POST_AND_PACKING.set("02 / E22 / OFF", by=None)
    fund = next_year.funds.create(code="02", name="Capital")
    office = Coding.objects.create(
        year=next_year,
        fund=fund,
        ledger_code=next_year.ledger_codes.get(code="E22"),
        cost_centre=next_year.cost_centres.get(code="OFF"),
    )
    science = link_in(next_year, "01 / E19 / SCI")
    assert science is not None
    row = getattr(science, closed) if closed else science
    row.open = False
    row.save()
    assert code_post_and_packing(for_science, next_year) == Coded(
        office,
        "Post and packing is coded as the establishment’s. Beacon Supplies’s is 01 / E19 / SCI, which is not linked "
        "and open in 2027-28.",
    )


def test_where_neither_has_one_it_says_so(supplier: Supplier, year: FinancialYear) -> None:
    assert code_post_and_packing(supplier, year) == NotCoded(
        "Neither Beacon Supplies nor the establishment has a coding of post and packing."
    )


def test_where_the_year_has_neither_it_says_which_are_missing(for_science: Supplier, bursar: User) -> None:
    empty = add("2030-31", date(2030, 4, 1), date(2031, 3, 31), by=bursar)
    POST_AND_PACKING.set("01 / E22 / OFF", by=None)
    found = code_post_and_packing(for_science, empty)
    assert isinstance(found, NotCoded)
    assert "Beacon Supplies’s is 01 / E19 / SCI, which is not linked and open in 2030-31." in found.said
    assert "The establishment’s is 01 / E22 / OFF, which is not linked and open in 2030-31." in found.said


def test_the_suppliers_page_says_what_it_is_in_the_current_year(
    for_science: Supplier, next_year: FinancialYear, looker: User, signed_in: SignedIn
) -> None:
    with travel(IN_THE_NEXT_YEAR, tick=False):
        page = signed_in(looker).get(reverse("purchasing-supplier", args=[for_science.pk])).content.decode()
    assert '<span class="code">01 / E19 / SCI</span> in 2027-28.' in page


def test_the_suppliers_page_says_that_it_is_not_coded(
    supplier: Supplier, year: FinancialYear, looker: User, signed_in: SignedIn
) -> None:
    page = signed_in(looker).get(reverse("purchasing-supplier", args=[supplier.pk])).content.decode()
    assert "not coded</strong> in 2026-27. Neither Beacon Supplies nor the establishment" in page


def test_a_suppliers_form_offers_the_coding_that_it_has_once(
    for_science: Supplier, next_year: FinancialYear, bursar: User, signed_in: SignedIn
) -> None:
    with travel(IN_THE_NEXT_YEAR, tick=False):
        page = signed_in(bursar).get(reverse("purchasing-edit-supplier", args=[for_science.pk])).content.decode()
    assert page.count("01 / E19 / SCI") == 1
    assert f'<option value="{for_science.post_and_packing_id}" selected>01 / E19 / SCI' in page
    assert page.count("01 / E22 / OFF") == 1


def test_the_establishments_is_chosen_among_what_is_linked(
    year: FinancialYear, codings: list[Coding], bursar: User, signed_in: SignedIn
) -> None:
    browser, address = signed_in(bursar), reverse("establishment")
    form = browser.get(address).context["form"]
    typed = {**{name: form[name].value() for name in form.fields}, "post_and_packing": "01 / E22 / OFF"}
    shown = {f"initial-{name}": form[name].value() for name in form.fields}
    typed = {name: value for name, value in {**typed, **shown}.items() if value not in (None, False)}
    assert browser.post(address, {**typed, "post_and_packing": "99 / E22 / OFF"}).status_code == 422
    assert browser.post(address, typed).status_code == 302
    assert POST_AND_PACKING.get() == "01 / E22 / OFF"


def test_the_establishments_stays_chosen_where_the_year_has_it_no_more(
    year: FinancialYear, codings: list[Coding], bursar: User, signed_in: SignedIn
) -> None:
    POST_AND_PACKING.set("01 / E19 / OLD", by=None)
    page = signed_in(bursar).get(reverse("establishment")).content.decode()
    told = "01 / E19 / OLD – not linked and open in the current year"
    assert f'<option value="01 / E19 / OLD" selected>{told}' in page
