"""What cannot be right of a member of staff, rule by rule."""

from typing import Any

import pytest
from tests.documents.staff.personnel import a_contract, a_file, a_member, check, codes

from schoolgate.documents.identifiers import ni_number_fault


def with_contract(**changes: Any) -> dict[str, Any]:
    return a_member() | {"ContractOrServiceGroup": [a_contract(**changes)]}


def with_absence(**values: Any) -> dict[str, Any]:
    return a_member() | {"Absences": [{"FirstDayOfAbsence": "2026-03-09", "AbsenceCategory": "SIC"} | values]}


def hours(worked: str, full: str) -> dict[str, str]:
    return {"HoursPerWeek": worked, "FTEHours": full, "WeeksPerYear": "52"}


@pytest.mark.parametrize("number", ["QQ123456C", "BG123456A", "DA123456A", "AO123456A"])
def test_a_national_insurance_number_of_nobody_is_found(number: str) -> None:
    assert codes([a_member(NINumber=number)]) == ["bad-ni-number"]


def test_the_numbers_of_samples_pass_in_a_demonstration() -> None:
    assert check(a_file([a_member(NINumber="QQ123456C")]), demo=True).problems == []


@pytest.mark.parametrize("number", ["AB12345", "AB123456E", "ab123456c"])
def test_what_has_not_the_form_of_a_number_is_none(number: str) -> None:
    fault = ni_number_fault(number)
    assert fault is not None
    assert fault.code == "ni-number-pattern"


def test_a_number_that_stands_twice_in_a_file_is_found_the_second_time() -> None:
    assert codes([a_member(), a_member(TeacherNumber="0912346")]) == ["number-twice"]


def test_a_birth_after_the_file_is_found() -> None:
    assert codes([a_member(PersonBirthDate="2027-01-01")]) == ["birth-in-future"]


def test_a_contract_that_ends_before_it_starts_is_found() -> None:
    assert codes([with_contract(ContractEnd="2015-08-31")]) == ["ends-before-start"]


def test_an_absence_that_ends_before_it_starts_is_found() -> None:
    assert codes([with_absence(LastDayOfAbsence="2026-03-08")]) == ["ends-before-start"]


def test_a_payment_that_ends_before_it_starts_is_found() -> None:
    payment = {"PaymentType": "TLE", "PaymentAmount": "1.00", "PayStartDate": "2024-09-01", "PayEndDate": "2024-08-31"}
    assert codes([with_contract(PostLevelDetails={"AdditionalPayments": [payment]})]) == ["ends-before-start"]


def test_a_post_of_another_year_is_found() -> None:
    assert codes([with_contract(Post="SUP")]) == ["code-not-of-year"]


def test_a_contract_that_has_ended_keeps_the_post_of_its_time() -> None:
    assert codes([with_contract(Post="SUP", ContractEnd="2018-08-31")]) == []


def test_a_reason_for_leaving_without_an_end_is_found() -> None:
    assert codes([with_contract(LeavingReason="OTT")]) == ["not-ended"]


def test_pay_with_the_post_and_with_a_role_is_found() -> None:
    role = {"RoleIdentifier": "TCHR", "RoleLevelDetails": {"Hours": hours("10", "32.5")}}
    assert codes([with_contract(PostLevelDetails={"Hours": hours("10", "32.5")}, Roles=[role])]) == ["pay-twice"]


def test_a_pay_range_upside_down_is_found() -> None:
    pay = {"PayRangeMinimum": "200.00", "PayRangeMaximum": "100.00"}
    assert codes([with_contract(PostLevelDetails={"Payments": pay})]) == ["pay-range"]


def test_more_than_full_time_is_found() -> None:
    assert codes([with_contract(PostLevelDetails={"Hours": hours("40", "32.5")})]) == ["more-than-full-time"]


def test_hours_of_who_is_paid_by_the_day_are_found() -> None:
    assert codes([with_contract(DailyRate="Y", PostLevelDetails={"Hours": hours("10", "32.5")})]) == ["daily-rate"]


@pytest.mark.parametrize(("days", "found"), [("2.5", []), ("2.0", []), ("2.3", ["half-days"])])
def test_working_days_are_lost_by_half_days(days: str, found: list[str]) -> None:
    assert codes([with_absence(WorkingDaysLost=days)]) == found
