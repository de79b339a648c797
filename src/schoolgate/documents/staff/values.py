"""Value problems of members of staff: what the schema lets pass though it cannot be right (reference 7.2 to 7.4).

As `students.values`: each rule takes a member's record and yields findings; a further rule is one more function.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from schoolgate.documents.identifiers import ni_number_fault
from schoolgate.documents.students.entries import Record
from schoolgate.documents.students.findings import Finding, leaf_of, not_of_year, part_of, tables_of

if TYPE_CHECKING:
    from schoolgate.documents.students.values import ValueCheck

_CONTRACTS = "ContractOrServiceGroup"
_HALF_DAY = Decimal("0.5")


def _numbers(member: Record, check: "ValueCheck") -> Iterator[Finding]:
    staff = part_of(member, "StaffDetails")
    number = leaf_of(staff, "NINumber")
    fault = ni_number_fault(number, demo=check.demo) if number else None
    if fault is not None:
        steps = ("StaffDetails", "NINumber")
        yield Finding("bad-ni-number", steps, number, fault.reason, "a number as on the member's pay slip")
    for name, words in (("NINumber", "National Insurance number"), ("TeacherNumber", "teacher number")):
        text = leaf_of(staff, name)
        if text and not (name == "NINumber" and fault) and check.number_met_before(name, text):
            message = f"This {words} stands in the file before."
            yield Finding("number-twice", ("StaffDetails", name), text, message, f"each {words} once in a file")


def _birth(member: Record, check: "ValueCheck") -> Iterator[Finding]:
    born, written = leaf_of(part_of(member, "StaffDetails"), "PersonBirthDate"), check.header.created.date().isoformat()
    if born > written:
        steps = ("StaffDetails", "PersonBirthDate")
        yield Finding("birth-in-future", steps, born, "The date of birth is after the file's own.", f"up to {written}")


def _periods(member: Record, check: "ValueCheck") -> Iterator[Finding]:
    """Whatever ends must not end before it begins. Dates are compared as text: the schema fixed their form."""
    for place, absence in tables_of(member, "Absences"):
        yield from _period(absence, ("Absences", f"Absence{place}"), "FirstDayOfAbsence", "LastDayOfAbsence")
    for above, contract in _contracts(member):
        yield from _period(contract, above, "ContractStart", "ContractEnd")
        for steps, details in _details(contract, above):
            for place, payment in tables_of(details, "AdditionalPayments"):
                own = (*steps, "AdditionalPayments", f"AdditionalPayment{place}")
                yield from _period(payment, own, "PayStartDate", "PayEndDate")


def _period(row: Record, above: tuple[str, ...], begin: str, end: str) -> Iterator[Finding]:
    began, ended = leaf_of(row, begin), leaf_of(row, end)
    if ended and ended < began:
        yield Finding("ends-before-start", (*above, end), ended, f"{end} is before {begin}.", f"{began} or later")


def _codes(member: Record, check: "ValueCheck") -> Iterator[Finding]:
    year = check.header.academic_year
    ethnicity = leaf_of(part_of(member, "StaffDetails"), "Ethnicity")
    yield from not_of_year(("StaffDetails", "Ethnicity"), "ethnicity", ethnicity, year)
    for above, contract in _contracts(member):
        # A contract that has ended keeps the code of its time.
        if not leaf_of(contract, "ContractEnd"):
            yield from not_of_year((*above, "Post"), "staff_post", leaf_of(contract, "Post"), year)


def _endings(member: Record, check: "ValueCheck") -> Iterator[Finding]:
    """Where somebody went, and why, is said only of a contract that has ended."""
    for above, contract in _contracts(member):
        for name in ("DestinationCode", "LeavingReason"):
            if leaf_of(contract, name) and not leaf_of(contract, "ContractEnd"):
                message = f"{name} is given, but the contract has no end."
                allowed = "nothing while the contract goes on"
                yield Finding("not-ended", (*above, name), leaf_of(contract, name), message, allowed)


def _pay(member: Record, check: "ValueCheck") -> Iterator[Finding]:
    for above, contract in _contracts(member):
        details = list(_details(contract, above))
        if len({len(steps) for steps, _ in details}) > 1:
            message = "Pay and hours are given for the post and for a role."
            yield Finding("pay-twice", (*above, "PostLevelDetails"), "", message, "with the post or with its roles")
        for steps, one in details:
            yield from _payments(part_of(one, "Payments"), (*steps, "Payments"))
            yield from _hours(part_of(one, "Hours"), (*steps, "Hours"))
            if leaf_of(contract, "DailyRate") == "Y":
                message = "Who is paid by the day has neither pay nor hours."
                yield Finding("daily-rate", steps, "", message, "nothing where DailyRate is Y")


def _payments(pay: Record, above: tuple[str, ...]) -> Iterator[Finding]:
    least, most = _number(pay, "PayRangeMinimum"), _number(pay, "PayRangeMaximum")
    if least is not None and most is not None and most < least:
        sent = leaf_of(pay, "PayRangeMaximum")
        message = "The top of the pay range is below its bottom."
        yield Finding("pay-range", (*above, "PayRangeMaximum"), sent, message, f"{least} or more")


def _hours(hours: Record, above: tuple[str, ...]) -> Iterator[Finding]:
    worked, full = _number(hours, "HoursPerWeek"), _number(hours, "FTEHours")
    if worked is not None and full is not None and worked > full:
        sent = leaf_of(hours, "HoursPerWeek")
        message = "The hours a week are more than the full-time hours."
        yield Finding("more-than-full-time", (*above, "HoursPerWeek"), sent, message, f"at most {full}")


def _days_lost(member: Record, check: "ValueCheck") -> Iterator[Finding]:
    for place, absence in tables_of(member, "Absences"):
        days = _number(absence, "WorkingDaysLost")
        if days is not None and days % _HALF_DAY:
            steps = ("Absences", f"Absence{place}", "WorkingDaysLost")
            sent = leaf_of(absence, "WorkingDaysLost")
            yield Finding("half-days", steps, sent, f"{sent} working days cannot be lost.", "days and half days")


def _contracts(member: Record) -> Iterator[tuple[tuple[str, ...], Record]]:
    for place, contract in tables_of(member, _CONTRACTS):
        yield (_CONTRACTS, f"ContractOrService{place}"), contract


def _details(contract: Record, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Record]]:
    """Pay and hours wherever they stand: with the post, or with a role."""
    if post := part_of(contract, "PostLevelDetails"):
        yield (*above, "PostLevelDetails"), post
    for place, role in tables_of(contract, "Roles"):
        if own := part_of(role, "RoleLevelDetails"):
            yield (*above, "Roles", f"Role{place}", "RoleLevelDetails"), own


def _number(record: Record, name: str) -> Decimal | None:
    try:
        number = Decimal(leaf_of(record, name))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


STAFF_RULES: tuple[Callable[[Record, "ValueCheck"], Iterator[Finding]], ...] = (
    _numbers,
    _birth,
    _periods,
    _codes,
    _endings,
    _pay,
    _days_lost,
)
