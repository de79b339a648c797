"""Funds, ledger codes, cost centres, links and budgets."""

from decimal import Decimal

import pytest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.school.purchasing.changing import ChangedMeanwhile, SetUpRefused
from schoolgate.school.purchasing.chart import KINDS, remove, save_code, save_link
from schoolgate.school.purchasing.models import Coding, CodingTemplate, CostCentre, FinancialYear, Fund, LedgerCode


@pytest.mark.parametrize("kind", KINDS)
def test_a_code_is_made_and_told_in_the_audit(year: FinancialYear, bursar: User, kind: str) -> None:
    code = KINDS[kind].model(year=year)
    assert save_code(code, {"code": "07", "name": "Music", "open": True}, by=bursar)
    assert str(KINDS[kind].model.objects.get()) == "07 Music"
    entry = AuditEntry.objects.get(did=f"{KINDS[kind].one} added")
    assert (entry.user, entry.target, entry.details) == (bursar, "07 Music", "code 07; name Music; open yes")


def test_a_code_is_one_in_capital_and_small_letters(year: FinancialYear, codings: list[Coding], bursar: User) -> None:
    with pytest.raises(SetUpRefused, match="already") as refused:
        save_code(CostCentre(year=year), {"code": "eng", "name": "English again", "open": True}, by=bursar)
    assert refused.value.faults.keys() == {"code"}


def test_a_code_may_be_another_kinds_too(year: FinancialYear, codings: list[Coding], bursar: User) -> None:
    assert save_code(Fund(year=year), {"code": "ENG", "name": "English fund", "open": True}, by=bursar)


def test_a_change_says_before_and_after(codings: list[Coding], bursar: User) -> None:
    save_code(codings[0].cost_centre, {"code": "ENG", "name": "English and drama", "open": True}, by=bursar)
    assert AuditEntry.objects.get(did="cost centre changed").details == "name English → English and drama"


def test_the_same_again_changes_nothing(codings: list[Coding], bursar: User) -> None:
    assert not save_code(codings[0].fund, {"code": "01", "name": "Delegated budget", "open": True}, by=bursar)
    assert not AuditEntry.objects.exclude(did__contains="user").filter(did__contains="fund").exists()


@pytest.mark.parametrize(("values", "field"), [({"code": "9" * 21}, "code"), ({"name": ""}, "name")])
def test_what_is_not_well_formed_is_told_at_its_field(
    year: FinancialYear, bursar: User, values: dict[str, str], field: str
) -> None:
    with pytest.raises(SetUpRefused) as refused:
        save_code(Fund(year=year), {"code": "01", "name": "Delegated", "open": True, **values}, by=bursar)
    assert refused.value.faults.keys() == {field}
    assert not Fund.objects.exists()


def test_what_is_used_is_not_taken_away(year: FinancialYear, codings: list[Coding], bursar: User) -> None:
    CodingTemplate.objects.create(year=year, coding=codings[2])
    for row in (codings[0].fund, codings[2]):
        with pytest.raises(SetUpRefused, match="Close it"):
            remove(row, by=bursar)
    assert Fund.objects.count() == 1
    assert Coding.objects.count() == 3
    assert not AuditEntry.objects.filter(did__contains="removed").exists()


def test_what_nothing_uses_is_taken_away(codings: list[Coding], bursar: User) -> None:
    remove(codings[0], by=bursar)
    assert Coding.objects.count() == 2
    assert AuditEntry.objects.get(did="link removed").target == "01 / E19 / ENG"


def test_a_budget_is_told_before_and_after(codings: list[Coding], bursar: User) -> None:
    link = codings[0]
    save_link(link, {"budget": Decimal("1250.50"), "open": True}, seen={"budget": Decimal(1000)}, by=bursar)
    assert Coding.objects.get(pk=link.pk).budget == Decimal("1250.50")
    entry = AuditEntry.objects.get(did="link changed")
    assert (entry.target, entry.details) == ("01 / E19 / ENG", "budget 1,000.00 → 1,250.50")


def test_of_two_who_change_a_budget_the_second_is_told(codings: list[Coding], bursar: User, clerk: User) -> None:
    seen = {"budget": Decimal(1000), "open": True}
    save_link(codings[0], {**seen, "budget": Decimal(2000)}, seen=seen, by=bursar)
    with pytest.raises(ChangedMeanwhile):
        save_link(codings[0], {**seen, "budget": Decimal(3000)}, seen=seen, by=clerk)
    assert Coding.objects.get(pk=codings[0].pk).budget == Decimal(2000)


def test_three_are_linked_once(year: FinancialYear, codings: list[Coding], bursar: User) -> None:
    first = codings[0]
    twin = Coding(year=year, fund=first.fund, ledger_code=first.ledger_code, cost_centre=first.cost_centre)
    with pytest.raises(SetUpRefused, match="linked already"):
        save_link(twin, {"budget": None, "open": True}, by=bursar)


def test_codes_of_two_years_are_not_linked(year: FinancialYear, codings: list[Coding], bursar: User) -> None:
    another = FinancialYear.objects.create(name="2027-28", first_day="2027-04-01", last_day="2028-03-31")
    code = LedgerCode.objects.create(year=another, code="E20", name="ICT")
    link = Coding(year=year, fund=codings[0].fund, ledger_code=code, cost_centre=codings[0].cost_centre)
    with pytest.raises(SetUpRefused, match="not all of the financial year"):
        save_link(link, {"budget": None, "open": True}, by=bursar)


def test_a_closed_year_takes_no_change(year: FinancialYear, codings: list[Coding], bursar: User) -> None:
    FinancialYear.objects.update(closed_at="2027-06-01T00:00Z")
    with pytest.raises(SetUpRefused, match="closed"):
        save_code(Fund(year=year), {"code": "02", "name": "Capital", "open": True}, by=bursar)
    with pytest.raises(SetUpRefused, match="closed"):
        save_link(codings[0], {"budget": Decimal(5), "open": True}, by=bursar)
    with pytest.raises(SetUpRefused, match="closed"):
        remove(codings[0], by=bursar)
