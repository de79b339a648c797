"""The rows of SIMS Primary's sets, made of a school's pupils.

INFERRED are the names of all learner sets but `LearnerIdentifiers`, `LearnerPersonals` and `LearnerGroups`, and all
fields but those of reference mis-apis.md 2.9; the words are those of SIF UK 2.0 (section 4, "Seed data").
"""

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, TypeAlias

from schoolgate.documents.students.entries import Record
from schoolgate.simulators.odata import Row
from schoolgate.simulators.population import Population, SimPupil
from schoolgate.simulators.registers import ENDS, STARTS, MarkKey, Session, SimCode, codes, utc
from schoolgate.wire.mis.connector import Group

Shape: TypeAlias = Callable[[Population, SimPupil, str, Record], Row]
"""Makes the row of one part of a group (`parts.parts_of`)."""

_SEXES = {"M": "Male", "F": "Female"}
_STATES = {"current": "Current", "leaver": "Leaver", "future": "Future"}
_HOUSES = ("Ash", "Oak", "")
_YEAR_WORDS = {"N1": "Nursery 1", "N2": "Nursery 2", "R": "Reception"}


@lru_cache(maxsize=1 << 16)
def guid_of(*parts: str) -> str:
    """An identifier that is always the same for the same thing, in the form of a random UUID."""
    text = hashlib.blake2b("/".join(parts).encode(), digest_size=16).hexdigest()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def at_midnight(day: str) -> str | None:
    """A day (ISO) as the API has it, a date with a time; None for no day."""
    return f"{day}T00:00:00Z" if day else None


def instant(moment: datetime) -> str:
    """A moment as the API has it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def reference(key: str, kind: str, description: str) -> Row:
    """A reference to something else."""
    return {"ExternalID": key, "Type": kind, "Description": description}


def code_reference(school: Population, kind: str, code: str) -> Row | None:
    """INFERRED: a code of one of the DfE's lists, with the code itself as its description."""
    return reference(guid_of(school.la, school.school, kind, code), f"Learner.Lookup.{kind}", code) if code else None


def of_pupil(pupil: SimPupil, group: Group, key: str) -> Row:
    """What each row of a set about a pupil begins with."""
    return {"ExternalID": guid_of(pupil.guid, group, key), "Learner": reference(pupil.guid, "Learner", "")}


def identifier(school: Population, pupil: SimPupil, _key: str, record: Record) -> Row:
    """`LearnerIdentifiers`, as the vendor documents it."""
    born = date.fromisoformat(record["DOB"])
    months = (school.lived.month - born.month - (school.lived.day < born.day)) % 12
    house = _HOUSES[int(pupil.admission_number) % len(_HOUSES)]
    return {
        "ExternalID": pupil.guid,
        "Forename": record["Forename"],
        "Surname": record["Surname"],
        "GenderCategory": _SEXES[record["Sex"]],
        "AgeMonths": months,
        "DoNotCommunicate": False,
        "OnRollState": _STATES[pupil.state],
        "DateOfApplication": None,
        "Photograph": None,
        "CurrentYearGroup": group_reference(school, "YearGroup", pupil.year_group),
        "CurrentPrimaryClass": group_reference(school, "PrimaryClass", pupil.year_group),
        "CurrentHouse": group_reference(school, "House", house) if house else None,
    }


def personal(school: Population, pupil: SimPupil, _key: str, record: Record) -> Row:
    """`LearnerPersonals`: the first four documented, all others INFERRED."""
    details = record["BasicDetails"]
    language = next((one["Language"] for one in details.get("Languages", [])), "")
    return {
        "ExternalID": pupil.guid,
        "PreferredForename": details.get("PreferredForename", record["Forename"]),
        "PreferredSurname": details.get("PreferredSurname", record["Surname"]),
        "GenderCategory": _SEXES[record["Sex"]],
        "LegalForename": record["Forename"],
        "LegalSurname": record["Surname"],
        "MiddleNames": details.get("MiddleNames"),
        "DateOfBirth": at_midnight(record["DOB"]),
        "UPN": record["UPN"],
        "FormerUPN": details.get("FormerUPN"),
        "ULN": record.get("UniqueLearnerNumber"),
        "AdmissionNumber": pupil.admission_number,
        "Ethnicity": code_reference(school, "Ethnicity", details.get("Ethnicity", "")),
        "FirstLanguage": code_reference(school, "Language", language),
        "InCare": record.get("LookedAfter", {}).get("InCare") == "true",
        "ServiceChild": code_reference(school, "ServiceChild", details.get("ServiceChild", "")),
        "OnRollState": _STATES[pupil.state],
    }


def enrolment(school: Population, pupil: SimPupil, key: str, part: Record) -> Row:
    """`LearnerSchoolEnrolments`: one for each stay."""
    ended = "LeavingDate" in part
    return of_pupil(pupil, Group.ENROLMENT, key) | {
        "School": reference(organisation_of(school), "School", f"{school.la}{school.school}"),
        "MembershipType": "P" if ended else part["EnrolStatus"],
        "EntryDate": at_midnight(part["EntryDate"]),
        "ExitDate": at_midnight(part.get("LeavingDate", "")),
        "ExitReason": part.get("LeavingReason"),
        "ActualNCYear": part["NCyearActual"],
        "PartTime": False,
        "BoarderStatus": "N",
    }


def address(_school: Population, pupil: SimPupil, key: str, part: Record) -> Row:
    """`LearnerAddresses`: where the pupil lives, with what rings there."""
    phones = [phone["PhoneNo"] for phone in part.get("Phones", [])]
    return of_pupil(pupil, Group.ADDRESS, key) | {
        "AddressType": "Home",
        **_place(part["Address"]),
        "Telephone": phones[0] if phones else None,
        "Email": part.get("Email"),
        "StartDate": at_midnight(part["Address"]["AddressStartDate"]),
    }


def contact(_school: Population, pupil: SimPupil, key: str, part: Record) -> Row:
    """`LearnerContacts`: one for each contact of each pupil."""
    return of_pupil(pupil, Group.CONTACT, key) | {
        "Contact": {"ExternalID": key} | {name: part[name] for name in ("Title", "Surname", "Forename")},
        "Relationship": part["Relationship"],
        "Sequence": int(part["Order"]),
        "ParentalResponsibility": part["Responsibility"] == "true",
        "Address": _place(part["Address"]),
        "Telephones": [{"Type": one["TelephoneType"], "Number": one["PhoneNo"]} for one in part["Phones"]],
        "Email": part.get("Email"),
    }


def special_need(_school: Population, pupil: SimPupil, key: str, part: Record) -> Row:
    """`LearnerSpecialNeeds`: one for each stage; the kinds of need stand with the newest."""
    return of_pupil(pupil, Group.SEN, key) | {
        "Provision": part["SENprovision"],
        "StartDate": at_midnight(part["StartDate"]),
        "EndDate": at_midnight(part.get("EndDate", "")),
        "Needs": [{"Rank": int(need["SENtypeRank"]), "NeedType": need["SENtype"]} for need in part.get("SENneeds", [])],
    }


def entitlement(_school: Population, pupil: SimPupil, key: str, part: Record) -> Row:
    """`LearnerEntitlements`: free school meals only."""
    return of_pupil(pupil, Group.ENTITLEMENT, key) | {
        "Kind": "FSM",
        "StartDate": at_midnight(part["FSMstartDate"]),
        "EndDate": at_midnight(part.get("FSMendDate", "")),
        "Country": part["UKcountry"],
    }


def exclusion(_school: Population, pupil: SimPupil, key: str, part: Record) -> Row:
    """`LearnerExclusions`: with up to three reasons (reference 2.5)."""
    sessions = round(2 * float(part["SchoolDays"]))
    afternoon = part["StartTime"] == "PM"
    return of_pupil(pupil, Group.EXCLUSION, key) | {
        "Category": part["Category"],
        "Reasons": list(part["Reasons"]),
        "StartDate": at_midnight(part["StartDate"]),
        "StartSession": part["StartTime"],
        "EndDate": at_midnight(part["EndDate"]),
        "EndSession": "AM" if (sessions + afternoon) % 2 else "PM",
        "SessionsLost": sessions,
    }


def attendance(school: Population, key: MarkKey, by_code: dict[str, SimCode], *, details: bool) -> Row:
    """`AttendanceRecords`: a session without a mark has no code. Minutes and comment (`details`) are INFERRED."""
    guid, day, session = key
    mark = school.marks[key]
    row: Row = {
        "ExternalID": guid_of(guid, str(day), session),
        "Attendee": reference(guid, "Learner", ""),
        "Event": reference(session_key(school, day, session), "StatutoryAttendanceSession", session),
        "AttendanceCode": _mark_reference(school, by_code[mark.code]) if mark.code else None,
        "Qualifier": None,
        "AttendableEventStart": instant(utc(day, STARTS[session])),
    }
    return row | ({"MinutesLate": mark.minutes_late, "Comment": mark.comment or None} if details else {})


def attendance_session(school: Population, day: date, session: Session) -> Row:
    """`StatutoryAttendanceSessions`, whose fields are INFERRED."""
    return {
        "ExternalID": session_key(school, day, session),
        "Start": instant(utc(day, STARTS[session])),
        "End": instant(utc(day, ENDS[session])),
        "SessionName": session,
        "CurrentYearGroup": None,
    }


def session_key(school: Population, day: date, session: Session) -> str:
    """The key of a session that all pupils of the school share."""
    return guid_of(school.la, school.school, str(day), session)


def organisation_of(school: Population) -> str:
    """The Organisation ID of a school."""
    return guid_of("organisation", str(school.seed), school.la, school.school)


def group_reference(school: Population, kind: str, name: str) -> Row:
    """A year group, a primary class or a house."""
    key = guid_of(school.la, school.school, kind, name)
    return reference(key, f"PastoralGroup.Definition.{kind}", group_name(kind, name))


def group_name(kind: str, name: str) -> str:
    """What a group is called."""
    words = {"PrimaryClass": f"Class {name}", "YearGroup": _YEAR_WORDS.get(name, f"Year {name}")}
    return words.get(kind, name)


def attendance_lookups(school: Population) -> dict[str, list[Row]]:
    """`AttendanceLookups`: the tables whose union it is. How a statutory code is told itself is INFERRED."""
    known = codes(school.academic_year)
    statutory = [
        _lookup(school, "StatutoryAttendanceCode", order, code.code, code.description)
        for order, code in enumerate((code for code in known if code.code == code.statutory), start=1)
    ]
    own = [
        {
            "@odata.type": "#ESS.Attendance.AttendanceCode",
            **_lookup(school, "AttendanceCode", order, code.code, code.description),
            "ResourceProvider": None,
            "StatutoryAttendanceCode": _statutory_reference(school, code),
        }
        for order, code in enumerate(known, start=1)
    ]
    qualifiers = [_lookup(school, "AttendanceQualifier", 1, "1", "Reported by telephone")]
    return {"AttendanceCode": own, "StatutoryAttendanceCode": statutory, "AttendanceQualifier": qualifiers}


def learner_lookups(school: Population, lists: dict[str, list[tuple[str, str]]]) -> dict[str, list[Row]]:
    """`LearnerLookups`, INFERRED by analogy: the tables by their type, of codes and labels."""
    return {
        kind: [_lookup(school, kind, order, code, label) for order, (code, label) in enumerate(lines, start=1)]
        for kind, lines in lists.items()
    }


def _lookup(school: Population, kind: str, order: int, code: str, description: str) -> Row:
    return {
        "ExternalID": guid_of(school.la, school.school, kind, code),
        "LookupType": kind,
        "Code": code,
        "Description": description,
        "DisplayOrder": order,
        "IsVisible": True,
    }


def _mark_reference(school: Population, code: SimCode) -> Row:
    key = guid_of(school.la, school.school, "AttendanceCode", code.code)
    return reference(key, "Attendance.Lookup.AttendanceCode", code.description)


def _statutory_reference(school: Population, code: SimCode) -> Row | None:
    if not code.statutory:
        return None
    key = guid_of(school.la, school.school, "StatutoryAttendanceCode", code.statutory)
    return {"ExternalID": key, "Type": "Attendance.Lookup.StatutoryAttendanceCode"}


def _place(made: Record) -> dict[str, Any]:
    parts = made["BS7666Address"]
    names = {"PAON": "PAON", "SAON": "SAON", "Street": "Street", "Locality": "Locality", "Town": "Town"}
    return {
        **{name: parts.get(ours) for name, ours in names.items()},
        "County": None,
        "Postcode": made["PostCode"],
        "UPRN": parts.get("UniquePropertyReferenceNumber"),
    }
