"""Which template codes a line: the most specific one that fits."""

from typing import Any

import pytest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.school.purchasing.changing import ChangedMeanwhile, SetUpRefused, coding_changed
from schoolgate.school.purchasing.models import (
    Coding,
    CodingTemplate,
    FetchedDocument,
    FinancialYear,
    Order,
    OrderLine,
    Supplier,
    VatCode,
)
from schoolgate.school.purchasing.templates import reach_of, remove_template, save_template, template_for


@pytest.fixture
def templates(year: FinancialYear, codings: list[Coding]) -> dict[str, CodingTemplate]:
    """One of each kind, by what it is for."""
    english, science, office = codings
    wanted = {
        "both": ("jsmith", "SCI", science),
        "login": ("jsmith", "", english),
        "cost centre": ("", "SCI", office),
        "default": ("", "", office),
    }
    return {
        kind: CodingTemplate.objects.create(year=year, login=login, cost_centre=centre, coding=coding)
        for kind, (login, centre, coding) in wanted.items()
    }


@pytest.mark.parametrize(
    ("login", "cost_centre", "wins"),
    [
        ("jsmith", "SCI", "both"),
        ("JSmith ", " sci", "both"),
        ("jsmith", "ENG", "login"),
        ("jsmith", "", "login"),
        ("kbrown", "SCI", "cost centre"),
        ("", "SCI", "cost centre"),
        ("kbrown", "ENG", "default"),
        ("", "", "default"),
    ],
)
def test_the_most_specific_template_wins(
    year: FinancialYear, templates: dict[str, CodingTemplate], login: str, cost_centre: str, wins: str
) -> None:
    assert template_for(year, login, cost_centre) == templates[wins]


def test_a_login_comes_before_a_cost_centre(year: FinancialYear, templates: dict[str, CodingTemplate]) -> None:
    templates["both"].delete()
    assert template_for(year, "jsmith", "SCI") == templates["login"]


def test_where_none_fits_there_is_none(year: FinancialYear, templates: dict[str, CodingTemplate]) -> None:
    templates["default"].delete()
    assert template_for(year, "kbrown", "ENG") is None


@pytest.mark.parametrize("closed", ["link", "fund", "ledger_code", "cost_centre"])
def test_a_template_whose_coding_is_closed_is_passed_over(
    year: FinancialYear, templates: dict[str, CodingTemplate], closed: str
) -> None:
    coding = templates["both"].coding
    row: Any = coding if closed == "link" else getattr(coding, closed)
    row.open = False
    row.save()
    found = template_for(year, "jsmith", "SCI")
    assert found != templates["both"]


def test_a_template_of_another_year_codes_nothing(year: FinancialYear, templates: dict[str, CodingTemplate]) -> None:
    another = FinancialYear.objects.create(name="2027-28", first_day="2027-04-01", last_day="2028-03-31")
    assert template_for(another, "jsmith", "SCI") is None


def test_two_templates_for_the_same_are_refused(
    year: FinancialYear, codings: list[Coding], templates: dict[str, CodingTemplate], bursar: User
) -> None:
    values = {"login": "JSMITH", "cost_centre": "sci", "coding": codings[0]}
    with pytest.raises(SetUpRefused, match="already"):
        save_template(CodingTemplate(year=year), values, by=bursar)


def test_a_closed_coding_is_no_template(year: FinancialYear, codings: list[Coding], bursar: User) -> None:
    codings[0].open = False
    codings[0].save()
    with pytest.raises(SetUpRefused, match="closed"):
        save_template(CodingTemplate(year=year), {"login": "", "cost_centre": "", "coding": codings[0]}, by=bursar)


def test_a_template_says_that_codings_changed_and_who_made_it(
    year: FinancialYear, codings: list[Coding], bursar: User
) -> None:
    told: list[FinancialYear] = []

    def listen(year: FinancialYear, **_: object) -> None:
        told.append(year)

    coding_changed.connect(listen)
    try:
        template = CodingTemplate(year=year)
        values = {"login": "jsmith", "cost_centre": "", "coding": codings[0]}
        assert save_template(template, values, by=bursar)
        assert not save_template(template, values, by=bursar)
    finally:
        coding_changed.disconnect(listen)
    assert told == [year]
    assert CodingTemplate.objects.get().changed_by == bursar
    assert AuditEntry.objects.get(did="coding template added").details == "login jsmith; coding 01 / E19 / ENG"


def test_who_changes_a_template_second_is_told(
    templates: dict[str, CodingTemplate], codings: list[Coding], bursar: User
) -> None:
    template = templates["login"]
    seen = {"login": "jsmith", "cost_centre": "", "coding": codings[0]}
    save_template(template, {**seen, "coding": codings[1]}, seen=seen, by=bursar)
    with pytest.raises(ChangedMeanwhile):
        save_template(template, {**seen, "coding": codings[2]}, seen=seen, by=bursar)


def test_a_closed_year_keeps_its_templates(
    year: FinancialYear, templates: dict[str, CodingTemplate], bursar: User
) -> None:
    FinancialYear.objects.update(closed_at="2027-06-01T00:00Z")
    with pytest.raises(SetUpRefused, match="closed"):
        remove_template(templates["both"], by=bursar)
    assert CodingTemplate.objects.count() == 4


@pytest.fixture
def lines(year: FinancialYear, codings: list[Coding], vat: dict[str, VatCode], supplier: Supplier) -> None:
    """Two lines of jsmith's for science, one of kbrown's without a cost centre."""
    for number, (login, centres) in enumerate({"jsmith": ["SCI", "sci"], "kbrown": [""]}.items()):
        document = FetchedDocument.objects.create(doc_id=str(number), kind="order", listed_at="2026-11-20T09:00Z")
        order = Order.objects.create(
            number=str(number), year=year, supplier=supplier, document=document, dated="2026-11-20", basket_by=login
        )
        for place, centre in enumerate(centres):
            OrderLine.objects.create(
                order=order,
                number=place + 1,
                description="Pens",
                quantity=1,
                unit_price=1,
                net=1,
                vat=0,
                vat_code=vat["Z"],
                coding=codings[0],
                cost_centre_sent=centre,
            )


def test_a_template_is_told_how_far_it_reaches(
    year: FinancialYear, templates: dict[str, CodingTemplate], lines: None
) -> None:
    said = {kind: reach_of(year)[template.pk].said for kind, template in templates.items()}
    assert said == {
        "both": "2 of 2 lines",
        "login": "None of 2 lines: jsmith, SCI wins",
        "cost centre": "None of 2 lines: jsmith, SCI wins",
        "default": "1 of 3 lines",
    }


def test_a_template_that_nothing_fits_says_so(year: FinancialYear, templates: dict[str, CodingTemplate]) -> None:
    assert {reach.said for reach in reach_of(year).values()} == {"No line so far"}
