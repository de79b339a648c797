"""Parts of the set-up from CSV lists, line by line."""

from decimal import Decimal
from typing import Any

import pytest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.csv_lists import CsvRefused
from schoolgate.school.purchasing.changing import SetUpRefused, coding_changed
from schoolgate.school.purchasing.models import Coding, CostCentre, FinancialYear, Fund, LedgerCode, VatCode
from schoolgate.school.purchasing.set_up_csv import take

CODES = """kind;code;name;open
fund;01;Delegated budget;
Ledger code;E19;Learning resources;yes
cost center;ENG;English;no
"""


def told(name: str, text: str, year: FinancialYear | None, **options: Any) -> list[tuple[int, str, str, str]]:
    """What becomes of each line: its number, state, what it is about and why."""
    result = take(name, text.encode(), year=year, by=None, **options)
    return [(line.number, line.state, line.what, line.why) for line in result.lines]


def test_codes_of_all_three_kinds_come_from_one_list(year: FinancialYear) -> None:
    assert [state for _, state, _, _ in told("codes", CODES, year)] == ["new"] * 3
    assert str(Fund.objects.get()) == "01 Delegated budget"
    assert str(LedgerCode.objects.get()) == "E19 Learning resources"
    assert not CostCentre.objects.get(code="ENG").open


def test_the_same_list_again_changes_nothing(year: FinancialYear, bursar: User) -> None:
    told("codes", CODES, year)
    before = AuditEntry.objects.count()
    assert [state for _, state, _, _ in told("codes", CODES, year)] == ["known"] * 3
    assert AuditEntry.objects.count() == before


def test_looking_first_says_the_same_and_does_nothing(year: FinancialYear) -> None:
    shown = told("codes", CODES, year, only_look=True)
    assert not Fund.objects.exists()
    assert not AuditEntry.objects.filter(did="fund added").exists()
    assert told("codes", CODES, year) == shown


def test_what_waits_for_a_coding_is_told_once_of_a_whole_list(year: FinancialYear) -> None:
    told_of: list[FinancialYear] = []

    def listen(year: FinancialYear, **_: object) -> None:
        told_of.append(year)

    coding_changed.connect(listen)
    try:
        told("codes", CODES, year, only_look=True)
        assert told_of == []
        told("codes", CODES, year)
        told("codes", CODES, year)
    finally:
        coding_changed.disconnect(listen)
    assert told_of == [year]


def test_a_changed_name_is_told_before_and_after(year: FinancialYear, codings: list[Coding]) -> None:
    assert told("codes", "kind,code,name\nfund,01,Main budget\n", year) == [
        (2, "changed", "fund 01", "name Delegated budget → Main budget")
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("pot,02,Capital", "The kind is “pot”. It is fund, ledger code or cost centre."),
        ("fund,,Capital", "The code is missing."),
        ("fund,02,", "The name is missing."),
        ("fund,1,Delegated", "There is a fund “01”. If a spreadsheet dropped the zeros of “1”, put them back; "),
        ("fund,01,Delegated budget,perhaps", "The column open says “perhaps”. It is yes or no."),
        (f"fund,{'9' * 21},Capital", "Ensure this value has at most 20 characters (it has 21)."),
    ],
)
def test_a_line_that_is_wrong_is_told_and_the_others_go_on(
    year: FinancialYear, codings: list[Coding], line: str, why: str
) -> None:
    lines = told("codes", f"kind,code,name,open\n{line}\nfund,03,Sports premium\n", year)
    assert [(number, state) for number, state, _, _ in lines] == [(2, "wrong"), (3, "new")]
    assert lines[0][3].startswith(why)
    assert Fund.objects.filter(code="03").exists()


def test_a_second_line_about_the_same_is_one_too_many(year: FinancialYear) -> None:
    lines = told("codes", "kind,code,name\nfund,01,One\nfund,01,Two\n", year)
    assert lines[1] == (3, "wrong", "fund 01", "Line 2 is about the same. Leave one of them.")
    assert Fund.objects.get().name == "One"


def test_a_line_with_an_open_quotation_mark_stops_no_other(year: FinancialYear) -> None:
    lines = told("codes", 'kind,code,name\nfund,01,"One\nfund,02,Two\n', year)
    assert [state for _, state, _, _ in lines] == ["wrong", "new"]


LINKS = """Fund,Ledger code,Cost centre,Budget
01,E19,ENG,"£1,250.50"
01,E22,ENG,
01,E19,SCI,500
"""


def test_links_come_with_their_budgets(year: FinancialYear, codings: list[Coding]) -> None:
    assert told("links", LINKS, year) == [
        (2, "changed", "01 / E19 / ENG", "budget 1,000.00 → 1,250.50"),
        (3, "new", "01 / E22 / ENG", ""),
        (4, "known", "01 / E19 / SCI", ""),
    ]
    budgets = {str(link): link.budget for link in Coding.objects.filter(cost_centre__code="ENG")}
    assert budgets == {"01 / E19 / ENG": Decimal("1250.50"), "01 / E22 / ENG": None}
    entry = AuditEntry.objects.get(did="link changed")
    assert (entry.target, entry.details) == ("01 / E19 / ENG", "budget 1,000.00 → 1,250.50")


def test_what_a_new_row_gets_is_told_before_it_is_made(year: FinancialYear, codings: list[Coding]) -> None:
    rows = 'fund,ledger code,cost centre,budget,open\n01,E22,ENG,"1,250",no\n'
    assert told("links", rows, year) == [(2, "new", "01 / E22 / ENG", "budget 1,250.00; open no")]
    assert told("codes", "kind,code,name\nfund,02,Capital\n", year) == [(2, "new", "fund 02", "name Capital")]


def test_an_empty_budget_leaves_what_is_there(year: FinancialYear, codings: list[Coding]) -> None:
    assert told("links", "fund,ledger code,cost centre,budget\n01,E19,ENG,\n", year)[0][1] == "known"
    assert Coding.objects.get(pk=codings[0].pk).budget == Decimal(1000)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("02,E19,ENG,1", "There is no fund “02” in 2026-27. Add it first."),
        ("1,E19,ENG,1", "There is no fund “1” in 2026-27. There is “01”: did a spreadsheet drop its zeros?"),
        ("01,E99,ENG,1", "There is no ledger code “E99” in 2026-27. Add it first."),
        ("01,E19,ART,1", "There is no cost centre “ART” in 2026-27. Add it first."),
        ("01,E19,ENG,-1", "The budget is “-1”. It is pounds and pence, such as 1200.50."),
        ('01,E19,ENG,"1,20"', "The budget is “1,20”. It is pounds and pence, such as 1200.50."),
        ("01,E19,ENG,1.005", "The budget is “1.005”. It is pounds and pence, such as 1200.50."),
        ("01,E19,ENG,1e99", "The budget is “1e99”. It is pounds and pence, such as 1200.50."),
        ("01,E19,ENG,NaN", "The budget is “NaN”. It is pounds and pence, such as 1200.50."),
    ],
)
def test_a_link_that_is_wrong_says_why(year: FinancialYear, codings: list[Coding], line: str, why: str) -> None:
    lines = told("links", f"fund,ledger code,cost centre,budget\n{line}\n", year)
    assert [(state, said) for _, state, _, said in lines] == [("wrong", why)]
    assert Coding.objects.get(pk=codings[0].pk).budget == Decimal(1000)


def test_a_list_of_budgets_only_links_nothing(year: FinancialYear, codings: list[Coding]) -> None:
    lines = told("links", LINKS, year, links=False)
    assert lines[1][1:] == ("wrong", "01 E22 ENG", "These three are not linked. Link them first.")
    assert Coding.objects.count() == 3


def test_vat_codes_come_from_a_list_without_a_year(db: None) -> None:
    lines = told(
        "vat-codes", "code,name,rate,sent as,standard\nS,Standard,20%,S,\nZ,Zero,0,z,yes\nE,Exempt,0,E,\n", None
    )
    assert [state for _, state, _, _ in lines] == ["new"] * 3
    assert {code.code: (code.rate, code.sent_as, code.standard) for code in VatCode.objects.all()} == {
        "S": (Decimal(20), "S", True),
        "Z": (Decimal(0), "Z", True),
        "E": (Decimal(0), "E", False),
    }


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("S,Standard,120,S", "The rate is “120”. It is from 0 to 100."),
        ("S,Standard,20,Q", "It is sent as “Q”. That is one of S, L, Z, E, H, N, X."),
        ("S,,20,S", "The name is missing."),
    ],
)
def test_a_vat_code_that_is_wrong_says_why(db: None, line: str, why: str) -> None:
    assert told("vat-codes", f"code,name,rate,sent as\n{line}\n", None)[0][3] == why


def test_a_vat_list_again_changes_nothing(vat: dict[str, VatCode]) -> None:
    text = "code,name,rate\nS,Standard,20\nZ,Zero-rated,0\nE,Exempt,0.00\n"
    assert [state for _, state, _, _ in told("vat-codes", text, None)] == ["known"] * 3


def test_a_closed_year_takes_no_list(year: FinancialYear) -> None:
    FinancialYear.objects.update(closed_at="2027-06-01T00:00Z")
    with pytest.raises(SetUpRefused, match="closed"):
        told("codes", CODES, year)


def test_without_a_year_there_are_no_codes(db: None) -> None:
    with pytest.raises(SetUpRefused, match="no financial year"):
        told("codes", CODES, None)


def test_what_is_no_such_list_is_refused_as_a_whole(year: FinancialYear) -> None:
    with pytest.raises(CsvRefused, match="There is no column “fund”"):
        told("links", CODES, year)


def test_what_is_not_used_is_noted(year: FinancialYear) -> None:
    result = take("codes", b"kind,code,name,owner\nfund,01,Caf\xe9,me\n", year=year, by=None)
    assert [note.partition(".")[0] for note in result.notes] == [
        "The file is not UTF-8 and was read as Windows-1252",
        "Not used: owner",
    ]
