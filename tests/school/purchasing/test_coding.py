"""How a line of a basket comes to its fund, ledger code and cost centre."""

import pytest

from schoolgate.school.purchasing.coding import Coded, NotCoded, code_line
from schoolgate.school.purchasing.models import Coding, CodingTemplate, CostCentre, FinancialYear, Fund, LedgerCode


@pytest.fixture
def english(codings: list[Coding]) -> Coding:
    return codings[0]


@pytest.fixture
def science(codings: list[Coding]) -> Coding:
    return codings[1]


@pytest.fixture
def office(codings: list[Coding]) -> Coding:
    return codings[2]


def template(coding: Coding, login: str = "", cost_centre: str = "") -> CodingTemplate:
    made: CodingTemplate = CodingTemplate.objects.create(
        year=coding.year, coding=coding, login=login, cost_centre=cost_centre
    )
    return made


def linked(coding: Coding, ledger_code: str = "", cost_centre: str = "") -> Coding:
    """Another link of the coding's fund, of codes that are there."""
    year = coding.year
    made: Coding = Coding.objects.create(
        year=year,
        fund=coding.fund,
        ledger_code=LedgerCode.objects.get(year=year, code=ledger_code) if ledger_code else coding.ledger_code,
        cost_centre=CostCentre.objects.get(year=year, code=cost_centre) if cost_centre else coding.cost_centre,
    )
    return made


def coded(year: FinancialYear, login: str = "j.smith", cost_centre: str = "", ledger_code: str = "") -> Coded:
    outcome = code_line(year, login, cost_centre, ledger_code)
    assert isinstance(outcome, Coded), outcome
    return outcome


def test_the_default_template_codes_what_no_other_fits(year: FinancialYear, office: Coding) -> None:
    template(office)
    assert coded(year) == Coded(office, "By the default template.")


def test_a_template_for_login_and_cost_centre_wins_and_is_named(
    year: FinancialYear, english: Coding, science: Coding, office: Coding
) -> None:
    template(office)
    template(office, login="j.smith")
    template(english, cost_centre="LAB")
    template(science, login="j.smith", cost_centre="LAB")
    assert coded(year, cost_centre="LAB") == Coded(science, "By the template for j.smith, LAB.")


def test_where_none_fits_the_line_is_not_coded_and_says_for_whom(year: FinancialYear, english: Coding) -> None:
    template(english, login="p.jones")
    outcome = code_line(year, "j.smith", "LAB", "")
    assert isinstance(outcome, NotCoded)
    assert "for j.smith with cost centre LAB" in outcome.said


def test_a_template_of_another_year_codes_nothing(year: FinancialYear, english: Coding) -> None:
    template(english)
    other = FinancialYear.objects.create(name="2027-28", first_day="2027-04-01", last_day="2028-03-31")
    assert isinstance(code_line(other, "j.smith", "", ""), NotCoded)


def test_a_lines_own_ledger_code_is_used_when_it_is_linked_with_the_templates_others(
    year: FinancialYear, english: Coding, office: Coding
) -> None:
    template(english)
    own = linked(english, ledger_code="E22")
    outcome = coded(year, ledger_code="e22")
    assert outcome.coding == own
    assert "ledger code is the supplier’s site’s" in outcome.why
    assert "default template" in outcome.why


def test_with_a_ledger_code_of_its_own_a_lines_cost_centre_is_used_too(
    year: FinancialYear, english: Coding, office: Coding
) -> None:
    template(english)
    linked(english, ledger_code="E22")
    outcome = coded(year, ledger_code="E22", cost_centre="OFF")
    assert outcome.coding == office
    assert outcome.why.startswith("Ledger code and cost centre are the supplier’s site’s")


def test_a_cost_centre_that_is_none_of_ours_leaves_the_templates(
    year: FinancialYear, english: Coding, office: Coding
) -> None:
    template(english)
    own = linked(english, ledger_code="E22")
    assert coded(year, ledger_code="E22", cost_centre="LAB").coding == own


@pytest.mark.parametrize("ledger_code", ["E22", "NONE"])
def test_a_ledger_code_that_is_not_linked_leaves_the_templates_three_and_says_so(
    year: FinancialYear, english: Coding, office: Coding, ledger_code: str
) -> None:
    template(english)
    outcome = coded(year, ledger_code=ledger_code)
    assert outcome.coding == english
    assert f"{ledger_code} of the supplier’s site is not linked" in outcome.why


def test_without_a_ledger_code_a_lines_cost_centre_only_chooses_the_template(
    year: FinancialYear, english: Coding, science: Coding
) -> None:
    template(english)
    assert coded(year, cost_centre="SCI").coding == english


@pytest.mark.parametrize("closed", ["link", "fund", "ledger code", "cost centre"])
def test_a_closed_code_never_codes(year: FinancialYear, english: Coding, office: Coding, closed: str) -> None:
    template(english)
    own = linked(english, ledger_code="E22", cost_centre="SCI")
    rows = {
        "link": Coding.objects.filter(pk=own.pk),
        "fund": Fund.objects.filter(pk=own.fund_id),
        "ledger code": LedgerCode.objects.filter(pk=own.ledger_code_id),
        "cost centre": CostCentre.objects.filter(pk=own.cost_centre_id),
    }
    assert coded(year, cost_centre="SCI", ledger_code="E22").coding == own
    rows[closed].update(open=False)
    if closed == "fund":
        assert isinstance(code_line(year, "j.smith", "SCI", "E22"), NotCoded)
    else:
        assert coded(year, cost_centre="SCI", ledger_code="E22").coding == english


def test_a_ledger_code_of_another_fund_is_not_taken(year: FinancialYear, english: Coding, office: Coding) -> None:
    template(english)
    fund = Fund.objects.create(year=year, code="02", name="Devolved capital")
    Coding.objects.create(year=year, fund=fund, ledger_code=office.ledger_code, cost_centre=english.cost_centre)
    assert coded(year, ledger_code="E22").coding == english


def test_why_always_fits_its_column(year: FinancialYear, english: Coding) -> None:
    template(english, login="l" * 100, cost_centre="c" * 50)
    assert len(coded(year, login="l" * 100, cost_centre="c" * 50, ledger_code="x" * 50).why) == 200
