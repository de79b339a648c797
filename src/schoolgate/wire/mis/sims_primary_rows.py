"""Rows of SIMS Primary's sets in the words of a student file.

INFERRED: the names of all sets but `LearnerIdentifiers`, `LearnerPersonals` and `AttendanceRecords`, and all fields but
those of reference mis-apis.md 2.9; the words are SIF UK's. They stand in this file and nowhere else, so that a
later fact is a renaming. A value that no list knows is passed on as it is: who imports judges it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from schoolgate.documents.students.entries import Record
from schoolgate.wire.mis.connector import BadValue, Group, Mark, Raw

LONDON = ZoneInfo("Europe/London")
SYSTEM = "SIMS Primary"
"""`SuppID` of the pupils' keys."""

CODE = "Code"
"""Beside a mark's reference to its code: the code itself, so that a kept mark can be read without the list."""

Shape: TypeAlias = Callable[[Sequence[Raw], date], Record]
"""Makes a record's part of all rows that a set has of one pupil, as it is on a day."""

_SEXES = {"male": "M", "female": "F"}


@dataclass(frozen=True, slots=True)
class LearnerSet:
    """A set of the Learner service: which group it is, and how its rows are read."""

    name: str
    group: Group
    shape: Shape


def pupil_key(row: Raw, group: Group) -> str:
    """The pupil that a row is about. Raises BadValue `no-key`."""
    said = row.get("ExternalID") if group is Group.PUPIL else _of(row.get("Learner")).get("ExternalID")
    if not isinstance(said, str) or not said:
        raise BadValue("no-key", "The row does not say of which pupil it is.")
    return said


def year_group(row: Raw) -> str:
    """The National Curriculum year that `LearnerIdentifiers` tells in words: R, N1, 4; empty for none."""
    words = _text(_of(row.get("CurrentYearGroup")).get("Description"))
    kind, _, number = words.partition(" ")
    if words.casefold() == "reception":
        return "R"
    return {"year": number, "nursery": f"N{number}"}.get(kind.casefold(), words)


def stay_began(row: Raw) -> str:
    """The day (ISO) on which a stay at the school began; empty when it is not said."""
    return _day(row.get("EntryDate"))


def stay_ended(row: Raw) -> str:
    """The day (ISO) on which a stay at the school ended; empty for one that lasts."""
    return _day(row.get("ExitDate"))


def mark_of(row: Raw) -> Mark:
    """A mark of `AttendanceRecords`, its code beside the reference (`CODE`). Raises BadValue.

    INFERRED: which session it is, by its start on the clocks of London.
    """
    key = _of(row.get("Attendee")).get("ExternalID")
    if not isinstance(key, str) or not key:
        raise BadValue("no-key", "The mark does not say of which pupil it is.")
    wall = _in_london(row.get("AttendableEventStart"))
    if wall is None:
        raise BadValue("no-session", "The mark does not say of which session it is.")
    minutes = row.get("MinutesLate")
    return Mark(
        key,
        wall.date(),
        "AM" if wall.hour < 12 else "PM",
        _text(_of(row.get("AttendanceCode")).get(CODE)),
        _text(row.get("Comment")),
        minutes if isinstance(minutes, int) else None,
        row,
    )


def _pupil(rows: Sequence[Raw], _: date) -> Record:
    row = rows[-1]
    legal = {
        "Surname": _text(row.get("LegalSurname")) or _text(row.get("PreferredSurname")),
        "Forename": _text(row.get("LegalForename")) or _text(row.get("PreferredForename")),
    }
    if not any(legal.values()):
        raise BadValue("no-name", "The row does not say who the pupil is.")
    language = _coded(row.get("FirstLanguage"))
    details = {
        "PreferredSurname": _text(row.get("PreferredSurname")),
        "PreferredForename": _text(row.get("PreferredForename")),
        "MiddleNames": _text(row.get("MiddleNames")),
        "FormerUPN": _text(row.get("FormerUPN")),
        "Ethnicity": _coded(row.get("Ethnicity")),
        "ServiceChild": _coded(row.get("ServiceChild")),
        "Languages": [{"LanguageType": "F", "Language": language}] if language else "",
    }
    sex = _text(row.get("GenderCategory"))
    return _said(
        {
            "UPN": _text(row.get("UPN")),
            "UniqueLearnerNumber": _text(row.get("ULN")),
            **legal,
            "DOB": _day(row.get("DateOfBirth")),
            "Sex": _SEXES.get(sex.casefold(), sex),
            "BasicDetails": _said(details),
            "LookedAfter": {"InCare": "true"} if row.get("InCare") is True else "",
            "SuppInfo": {"SuppID": SYSTEM, "GUID": row["ExternalID"]},
        }
    )


def _enrolment(rows: Sequence[Raw], today: date) -> Record:
    stays = sorted(rows, key=stay_began)
    last = stays[-1]
    ended = stay_ended(last)
    status = "P" if ended and ended <= today.isoformat() else _text(last.get("MembershipType"))
    details = {"EnrolStatus": status, "NCyearActual": _text(last.get("ActualNCYear"))}
    return _said({"BasicDetails": _said(details), "SchoolHistory": [_stay(row) for row in stays]})


def _stay(row: Raw) -> Record:
    school = _coded(row.get("School"))
    return _said(
        {
            "LEA": school[:3],
            "Estab": school[3:],
            "EntryDate": stay_began(row),
            "LeavingDate": stay_ended(row),
            "LeavingReason": _text(row.get("ExitReason")),
        }
    )


def _address(rows: Sequence[Raw], _: date) -> Record:
    row = max(rows, key=lambda one: _day(one.get("StartDate")))
    place = _place(row)
    phone = _text(row.get("Telephone"))
    return _said(
        {
            "Address": {**place, **_said({"AddressStartDate": _day(row.get("StartDate"))})} if place else "",
            "Phones": [{"TelephoneType": "H", "PhoneNo": phone}] if phone else "",
            "Email": _text(row.get("Email")),
        }
    )


def _place(row: Mapping[str, Any]) -> Record:
    names = {name: name for name in ("SAON", "PAON", "Street", "Locality", "Town")}
    names["UniquePropertyReferenceNumber"] = "UPRN"
    parts = _said({ours: _text(row.get(theirs)) for ours, theirs in names.items()})
    return _said({"BS7666Address": parts, "County": _text(row.get("County")), "PostCode": _text(row.get("Postcode"))})


def _contacts(rows: Sequence[Raw], _: date) -> Record:
    return {"Contacts": [_contact(row) for row in sorted(rows, key=_sequence)]}


def _sequence(row: Raw) -> int:
    said = row.get("Sequence")
    return said if isinstance(said, int) else 99


def _contact(row: Raw) -> Record:
    person = _of(row.get("Contact"))
    responsible = row.get("ParentalResponsibility")
    phones = [one for one in _all(row.get("Telephones")) if isinstance(one, dict)]
    return _said(
        {
            "Order": _text(row.get("Sequence")),
            "Title": _text(person.get("Title")),
            "Surname": _text(person.get("Surname")),
            "Forename": _text(person.get("Forename")),
            "Relationship": _text(row.get("Relationship")),
            "Responsibility": str(responsible).lower() if isinstance(responsible, bool) else "",
            "Address": _place(_of(row.get("Address"))),
            "Phones": [
                _said({"TelephoneType": _text(one.get("Type")), "PhoneNo": _text(one.get("Number"))}) for one in phones
            ],
            "Email": _text(row.get("Email")),
            "GUID": _text(person.get("ExternalID")),
        }
    )


def _needs(rows: Sequence[Raw], _: date) -> Record:
    stages = sorted(rows, key=lambda row: _day(row.get("StartDate")))
    needs = [one for one in _all(stages[-1].get("Needs")) if isinstance(one, dict)]
    history = {
        "SEN": [
            _said(
                {
                    "SENprovision": _text(row.get("Provision")),
                    "StartDate": _day(row.get("StartDate")),
                    "EndDate": _day(row.get("EndDate")),
                }
            )
            for row in stages
        ],
        "SENneeds": [
            _said({"SENtypeRank": _text(need.get("Rank")), "SENtype": _text(need.get("NeedType"))}) for need in needs
        ],
    }
    return {"SENhistory": _said(history)}


def _meals(rows: Sequence[Raw], _: date) -> Record:
    meals = sorted((row for row in rows if row.get("Kind") == "FSM"), key=lambda row: _day(row.get("StartDate")))
    instances = [
        _said(
            {
                "FSMstartDate": _day(row.get("StartDate")),
                "FSMendDate": _day(row.get("EndDate")),
                "UKcountry": _text(row.get("Country")),
            }
        )
        for row in meals
    ]
    return {"FSMhistory": {"FSMinstance": instances}} if instances else {}


def _exclusions(rows: Sequence[Raw], _: date) -> Record:
    ordered = sorted(rows, key=lambda row: (_day(row.get("StartDate")), _text(row.get("StartSession"))))
    return {"Exclusions": [_exclusion(row) for row in ordered]}


def _exclusion(row: Raw) -> Record:
    sessions = row.get("SessionsLost")
    return _said(
        {
            "Category": _text(row.get("Category")),
            "Reasons": [_text(one) for one in _all(row.get("Reasons"))],
            "StartDate": _day(row.get("StartDate")),
            "EndDate": _day(row.get("EndDate")),
            "SchoolDays": f"{sessions // 2}.{sessions % 2 * 5}" if isinstance(sessions, int) else "",
            "StartTime": _text(row.get("StartSession")),
        }
    )


LEARNER_SETS = {
    one.group: one
    for one in (
        LearnerSet("LearnerPersonals", Group.PUPIL, _pupil),
        LearnerSet("LearnerSchoolEnrolments", Group.ENROLMENT, _enrolment),
        LearnerSet("LearnerAddresses", Group.ADDRESS, _address),
        LearnerSet("LearnerContacts", Group.CONTACT, _contacts),
        LearnerSet("LearnerSpecialNeeds", Group.SEN, _needs),
        LearnerSet("LearnerEntitlements", Group.ENTITLEMENT, _meals),
        LearnerSet("LearnerExclusions", Group.EXCLUSION, _exclusions),
    )
}
"""Which set tells each group."""


def _of(value: Any) -> Raw:
    return value if isinstance(value, dict) else {}


def _coded(value: Any) -> str:
    """INFERRED: a reference to a code of a DfE list has the code as its description."""
    return _text(_of(value).get("Description")) if isinstance(value, dict) else _text(value)


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list) else " ".join(str(value).split())


def _all(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _day(value: Any) -> str:
    """INFERRED: a date with a time means the day that it then is in London, be it midnight here or in UTC."""
    wall = _in_london(value) if "T" in _text(value) else None
    return wall.date().isoformat() if wall else _text(value)


def _in_london(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(_text(value))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(LONDON)
    except (OverflowError, ValueError):
        return None


def _said(record: Record) -> Record:
    return {name: value for name, value in record.items() if value not in ("", [], {})}
