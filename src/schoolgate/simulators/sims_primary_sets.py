"""Which sets SIMS Primary has, the fields of their rows, and which rows a question is about (reference 2.5, 2.8)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from schoolgate.documents.codes.code_sets import code_set
from schoolgate.documents.samples.places import phase_of
from schoolgate.simulators import sims_primary_rows as rows
from schoolgate.simulators.odata import Fields, Row, Term
from schoolgate.simulators.parts import parts_of
from schoolgate.simulators.population import Population, SimPupil
from schoolgate.simulators.registers import SESSIONS, STARTS, MarkKey, codes, utc
from schoolgate.simulators.sims_primary_switches import SimsPrimarySwitches
from schoolgate.wire.mis.connector import Group

Service = Literal["Learner", "Attendance"]
_YEAR_NAMES = {-2: "N1", -1: "N2", 0: "R"}
_OF_LEARNER: Fields = {"ExternalID": "guid", "Learner": "ref"}
_LOOKUP: Fields = {
    "ExternalID": "guid",
    "LookupType": "str",
    "Code": "str",
    "Description": "str",
    "DisplayOrder": "int",
    "IsVisible": "bool",
    "StatutoryAttendanceCode": "ref",
}
_ADDRESS: Fields = dict.fromkeys(("PAON", "SAON", "Street", "Locality", "Town", "County", "Postcode", "UPRN"), "str")


@dataclass(frozen=True, slots=True)
class EntitySet:
    """A set: whose rows are the parts of `group` made by `shape`, or (without a shape) something of its own."""

    name: str
    service: Service
    fields: Fields
    group: Group | None = None
    shape: rows.Shape | None = None

    @property
    def is_lookup(self) -> bool:
        """Whether it is a union of tables, with the fault of that (reference 2.7)."""
        return self.name.endswith("Lookups")


_SETS = (
    EntitySet(
        "LearnerIdentifiers",
        "Learner",
        {
            "ExternalID": "guid",
            "Forename": "str",
            "Surname": "str",
            "GenderCategory": "str",
            "AgeMonths": "int",
            "DoNotCommunicate": "bool",
            "OnRollState": "str",
            "DateOfApplication": "dt",
            "Photograph": "ref",
            "CurrentYearGroup": "ref",
            "CurrentPrimaryClass": "ref",
            "CurrentHouse": "ref",
        },
        Group.PUPIL,
        rows.identifier,
    ),
    EntitySet(
        "LearnerPersonals",
        "Learner",
        {
            "ExternalID": "guid",
            "PreferredForename": "str",
            "PreferredSurname": "str",
            "GenderCategory": "str",
            "LegalForename": "str",
            "LegalSurname": "str",
            "MiddleNames": "str",
            "DateOfBirth": "dt",
            "UPN": "str",
            "FormerUPN": "str",
            "ULN": "str",
            "AdmissionNumber": "str",
            "Ethnicity": "ref",
            "FirstLanguage": "ref",
            "InCare": "bool",
            "ServiceChild": "ref",
            "OnRollState": "str",
        },
        Group.PUPIL,
        rows.personal,
    ),
    EntitySet(
        "LearnerSchoolEnrolments",
        "Learner",
        {
            **_OF_LEARNER,
            "School": "ref",
            "MembershipType": "str",
            "EntryDate": "dt",
            "ExitDate": "dt",
            "ExitReason": "str",
            "ActualNCYear": "str",
            "PartTime": "bool",
            "BoarderStatus": "str",
        },
        Group.ENROLMENT,
        rows.enrolment,
    ),
    EntitySet(
        "LearnerAddresses",
        "Learner",
        {**_OF_LEARNER, "AddressType": "str", **_ADDRESS, "Telephone": "str", "Email": "str", "StartDate": "dt"},
        Group.ADDRESS,
        rows.address,
    ),
    EntitySet(
        "LearnerContacts",
        "Learner",
        {
            **_OF_LEARNER,
            "Contact": "ref",
            "Relationship": "str",
            "Sequence": "int",
            "ParentalResponsibility": "bool",
            "Address": "list",
            "Telephones": "list",
            "Email": "str",
        },
        Group.CONTACT,
        rows.contact,
    ),
    EntitySet(
        "LearnerSpecialNeeds",
        "Learner",
        {**_OF_LEARNER, "Provision": "str", "StartDate": "dt", "EndDate": "dt", "Needs": "list"},
        Group.SEN,
        rows.special_need,
    ),
    EntitySet(
        "LearnerEntitlements",
        "Learner",
        {**_OF_LEARNER, "Kind": "str", "StartDate": "dt", "EndDate": "dt", "Country": "str"},
        Group.ENTITLEMENT,
        rows.entitlement,
    ),
    EntitySet(
        "LearnerExclusions",
        "Learner",
        {
            **_OF_LEARNER,
            "Category": "str",
            "Reasons": "list",
            "StartDate": "dt",
            "StartSession": "str",
            "EndDate": "dt",
            "EndSession": "str",
            "SessionsLost": "int",
        },
        Group.EXCLUSION,
        rows.exclusion,
    ),
    EntitySet(
        "LearnerGroups",
        "Learner",
        {"ExternalID": "guid", "GroupType": "str", "ShortName": "str", "FullName": "str", "DisplayOrder": "int"},
    ),
    EntitySet("LearnerLookups", "Learner", _LOOKUP),
    EntitySet(
        "AttendanceRecords",
        "Attendance",
        {
            "ExternalID": "guid",
            "Attendee": "ref",
            "Event": "ref",
            "AttendanceCode": "ref",
            "Qualifier": "ref",
            "AttendableEventStart": "dt",
            "MinutesLate": "int",
            "Comment": "str",
        },
        Group.ATTENDANCE,
    ),
    EntitySet("AttendanceLookups", "Attendance", _LOOKUP),
    EntitySet(
        "StatutoryAttendanceSessions",
        "Attendance",
        {"ExternalID": "guid", "Start": "dt", "End": "dt", "SessionName": "str", "CurrentYearGroup": "ref"},
    ),
)
SETS = {(one.service.lower(), one.name): one for one in _SETS}


@dataclass(frozen=True, slots=True)
class Reading:
    """A question to a set of one school. `since` is the start point of its change function, None without that."""

    school: Population
    switches: SimsPrimarySwitches
    since: datetime | None = None
    terms: tuple[Term, ...] = ()

    def is_new(self, moment: datetime) -> bool:
        """Whether a change at `moment` is told; none is known earlier than the migration (reference 2.8)."""
        if self.since is None:
            return True
        told = max(moment, self.migrated)
        return told > self.since or (told == self.since and self.switches.changes_inclusive)

    @property
    def migrated(self) -> datetime:
        """The start of the school's migration date."""
        day = dict(self.switches.migration_dates).get(self.school.school, self.switches.migration_date)
        return datetime.combine(day, time(), UTC)

    @property
    def marks_from(self) -> date:
        """The first day of which marks are told still."""
        kept = self.switches.marks_kept_days
        return self.school.lived - timedelta(days=kept) if kept else date.min


def rows_of(entity: EntitySet, reading: Reading) -> list[Row]:
    """The rows of a set that is no union, in the order of the pages; terms still have to be looked at."""
    if entity.group is Group.ATTENDANCE:
        return _in_order(list(_marks(reading)), reading)
    if entity.name == "LearnerGroups":
        return groups(reading.school)
    if entity.shape is None or entity.group is None:
        return list(_sessions(reading))
    told = [
        row for pupil in reading.school.pupils.values() for row in _of_pupil(entity.group, entity.shape, pupil, reading)
    ]
    return _in_order(told, reading)


def tables_of(entity: EntitySet, school: Population) -> dict[str, list[Row]]:
    """The tables of which a lookup set is the union."""
    if entity.service == "Attendance":
        return rows.attendance_lookups(school)
    lists = {"Ethnicity": "ethnicity", "Language": "language", "ServiceChild": "service_child"}
    lines = {kind: [(code.code, code.label) for code in code_set(name)] for kind, name in lists.items()}
    return rows.learner_lookups(school, lines)


def groups(school: Population) -> list[Row]:
    """Year groups and primary classes, of which each year group has one."""
    years = [_YEAR_NAMES.get(year, str(year)) for year in phase_of(school.school).years]
    return [
        {
            "@odata.type": f"#SIMS.{kind}",
            "ExternalID": rows.group_reference(school, kind, year)["ExternalID"],
            "GroupType": kind,
            "ShortName": year,
            "FullName": rows.group_name(kind, year),
            "DisplayOrder": order,
        }
        for kind in ("YearGroup", "PrimaryClass")
        for order, year in enumerate(years, start=1)
    ]


def days_of(terms: tuple[Term, ...]) -> tuple[date, date] | None:
    """From which day to which a filter wants marks; None when it leaves an end open."""
    ends: dict[str, date] = {}
    for term in terms:
        if term.path == ("AttendableEventStart",) and isinstance(term.value, datetime):
            ends |= dict.fromkeys(("ge", "le") if term.operator == "eq" else (term.operator,), term.value.date())
    return (ends["ge"], ends["le"]) if {"ge", "le"} <= ends.keys() else None


def _of_pupil(group: Group, shape: rows.Shape, pupil: SimPupil, reading: Reading) -> Iterator[tuple[datetime, Row]]:
    parts = parts_of(pupil.record, group)
    changed = {key: pupil.part_changed[group, key] for key in parts}
    gone = {key: moment for (of, key), moment in pupil.part_gone.items() if of is group and key not in parts}
    whole = reading.switches.changes_granularity == "whole-group" and reading.is_new(pupil.changed[group])
    for key, part in parts.items():
        if whole or reading.is_new(changed[key]):
            yield changed[key], shape(reading.school, pupil, key, part if group is not Group.PUPIL else pupil.record)
    if reading.since is not None and reading.switches.deletes_in_changes == "tombstone":
        for key, moment in gone.items():
            if reading.is_new(moment):
                yield moment, {"@removed": {"reason": "deleted"}, **rows.of_pupil(pupil, group, key)}


def _marks(reading: Reading) -> Iterator[tuple[datetime, Row]]:
    school = reading.school
    by_code = {code.code: code for code in codes(school.academic_year)}
    keys: Iterable[MarkKey] = school.marks
    if reading.since is not None and reading.since > reading.migrated:
        keys = school.marks_since(reading.since)
    first, last = days_of(reading.terms) or (date.min, date.max)
    first = max(first, reading.marks_from)
    for key in keys:
        changed = school.marks[key].changed
        if first <= key[1] <= last and reading.is_new(changed):
            yield changed, rows.attendance(school, key, by_code, details=reading.switches.marks_with_details)


def _sessions(reading: Reading) -> Iterator[Row]:
    school = reading.school
    day = school.begins
    while day <= school.lived:
        if school.is_school_day(day):
            for session in SESSIONS:
                if reading.is_new(utc(day, STARTS[session])):
                    yield rows.attendance_session(school, day, session)
        day += timedelta(days=1)


def _in_order(told: list[tuple[datetime, Row]], reading: Reading) -> list[Row]:
    if reading.switches.row_order == "changed":
        told.sort(key=lambda one: (one[0], one[1]["ExternalID"]))
    else:
        told.sort(key=lambda one: str(one[1]["ExternalID"]))
    return [row for _, row in told]
