"""The rows of Wonde's lists, made of a school's pupils (reference mis-apis.md 7.1).

Documented are the names of lists and includes, a pupil's core fields, `extended_details`, and the form of dates. All
other fields and all forms of values are INFERRED.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache, partial
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from schoolgate.documents.codes.code_sets import NO_MARK, code_set
from schoolgate.documents.students.entries import Record
from schoolgate.simulators.parts import parts_of
from schoolgate.simulators.population import LONDON, Population, SimPupil
from schoolgate.simulators.registers import MarkKey, SimCode, codes
from schoolgate.simulators.wonde_switches import WondeSwitches
from schoolgate.wire.mis.connector import Group

Row: TypeAlias = dict[str, Any]
_GENDERS = {"M": "MALE", "F": "FEMALE"}
_PHONES = {"H": "home", "W": "work", "M": "mobile"}
_STATES = {"students": "current", "students-leaver": "leaver", "students-pre-admission": "future"}
_DASH = "A0000000000"
"""The key of the code of a session without a mark, where that has one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row to be: when it last changed, its key, and how it is made. `day` of a mark."""

    updated: datetime
    key: str
    make: Callable[[], Row]
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """How a school is told of. `deleted`: pupils whom its system does not know any more, and since when."""

    school: Population
    switches: WondeSwitches
    deleted: dict[str, datetime]

    def pupils(self) -> Iterator[SimPupil]:
        """Whom the school's system knows."""
        return (pupil for guid, pupil in self.school.pupils.items() if guid not in self.deleted)

    def coded(self, name: str, code: str) -> str | None:
        """A code of one of the DfE's lists as the vendor tells it."""
        return (code_set(name).label(code) if self.switches.coded_as == "words" else code) or None

    def day(self, text: str) -> Row | None:
        """A day (ISO) as the vendor tells it; None for no day."""
        return self.moment(datetime.combine(date.fromisoformat(text), time(), LONDON)) if text else None

    def moment(self, moment: datetime) -> Row:
        """A moment as the vendor tells it."""
        zone = self.switches.dates_in
        text = moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S.%f")
        return {"date": text, "timezone_type": 3, "timezone": zone}


@lru_cache(maxsize=1 << 16)
def key_of(*parts: str) -> str:
    """A key that is always the same for the same thing, in the form that the vendor's have."""
    number = int.from_bytes(hashlib.blake2b("/".join(parts).encode(), digest_size=8).digest())
    return f"A{number % 10**10:010}"


def school_key(school: Population) -> str:
    """The School ID."""
    return key_of("school", str(school.seed), school.la, school.school)


def school_row(school: Population, domain: str) -> Row:
    """A school in one of the lists of schools."""
    return {
        "id": school_key(school),
        "name": school.name,
        "la_code": school.la,
        "establishment_number": school.school,
        "mis": "Example MIS",
        "region": {"code": "GBR", "domain": domain},
    }


def students(telling: Telling, name: str) -> Iterator[Entry]:
    """`students`, `students-leaver` and `students-pre-admission`: who is which is in one of them only."""
    for pupil in telling.pupils():
        if pupil.state == _STATES[name]:
            groups = pupil.changed if telling.switches.details_move_pupils else (Group.PUPIL, Group.ENROLMENT)
            updated = max(pupil.changed[group] for group in groups)
            yield Entry(updated, pupil.guid, partial(_student, telling, pupil, updated))


def _student(telling: Telling, pupil: SimPupil, updated: datetime) -> Row:
    record, details = pupil.record, pupil.record["BasicDetails"]
    forename = details.get("PreferredForename", record["Forename"])
    surname = details.get("PreferredSurname", record["Surname"])
    year = pupil.year_group
    return {
        # The vendor's own are no GUIDs; a pupil is known by it everywhere, as by a GUID elsewhere.
        "id": pupil.guid,
        "upi": hashlib.blake2b(pupil.guid.encode(), digest_size=16).hexdigest(),
        "mis_id": pupil.admission_number,
        "initials": f"{forename[:1]}{surname[:1]}",
        "title": None,
        "forename": forename,
        "surname": surname,
        "middle_names": details.get("MiddleNames"),
        "legal_forename": record["Forename"],
        "legal_surname": record["Surname"],
        "gender": _GENDERS[record["Sex"]],
        "gender_identity": None,
        "date_of_birth": telling.day(record["DOB"]),
        "created_at": telling.moment(datetime.combine(telling.school.begins, time(), UTC)),
        "updated_at": telling.moment(updated),
        "education_details": {"data": _education(telling, pupil)},
        "extended_details": {"data": _extended(telling, record)},
        "contact_details": {"data": _reached_by(record)},
        "contacts": {"data": [_contact(telling, contact) for contact in record["Contacts"]]},
        "classes": {"data": [{"id": key_of(telling.school.school, "class", year), "name": f"Class {year}"}]},
        "groups": {"data": []},
        "year": {"data": {"id": key_of(telling.school.school, "year", year), "code": year, "name": f"Year {year}"}},
    }


def _education(telling: Telling, pupil: SimPupil) -> Row:
    record, details = pupil.record, pupil.record["BasicDetails"]
    stay = record["SchoolHistory"][-1]
    return {
        "admission_number": pupil.admission_number,
        "upn": record["UPN"],
        "former_upn": details.get("FormerUPN"),
        "learner_number": record.get("UniqueLearnerNumber"),
        "enrolment_status": telling.coded("enrolment_status", details["EnrolStatus"]),
        "admission_date": telling.day(stay["EntryDate"]),
        "leaving_date": telling.day(stay.get("LeavingDate", "")),
        "leaving_reason": telling.coded("leaving_reason", stay.get("LeavingReason", "")),
        "current_nc_year": details["NCyearActual"],
        "is_part_time": False,
    }


def _extended(telling: Telling, record: Record) -> Row:
    details = record["BasicDetails"]
    needs = record.get("SENhistory", {}).get("SEN", [])
    meals = record.get("FSMhistory", {}).get("FSMinstance", [])
    language = next((one["Language"] for one in details.get("Languages", [])), "")
    in_care = record.get("LookedAfter", {}).get("InCare") == "true"
    has_meals = bool(meals) and "FSMendDate" not in meals[-1]
    service = details.get("ServiceChild", "")
    return {
        "ethnicity": telling.coded("ethnicity", details.get("Ethnicity", "")),
        "first_language": telling.coded("language", language),
        "english_as_additional_language": bool(language) and language != "ENG",
        "sen_status": telling.coded("sen_provision", needs[-1]["SENprovision"] if needs else "N"),
        "in_lea_care": in_care,
        "ever_in_care": in_care,
        "free_school_meals": has_meals,
        "free_school_meals_6": bool(meals),
        "premium_pupil_indicator": bool(meals) or in_care,
        "service_children_indicator": {"Y": True, "N": False}.get(service, service or None),
    }


def _reached_by(part: Record) -> Row:
    numbers = {_PHONES[one["TelephoneType"]]: one["PhoneNo"] for one in part.get("Phones", [])}
    first = next(iter(numbers.values()), None)
    mail = part.get("Email")
    return {
        "phones": {"phone": first, "primary": first, **dict.fromkeys(_PHONES.values()), **numbers},
        "emails": {"email": mail, "primary": mail, "home": mail, "work": None},
        "addresses": {"home": _place(part["Address"]), "postal": None, "work": None},
    }


def _place(made: Record) -> Row:
    parts = made["BS7666Address"]
    house = parts.get("PAON", "")
    return {
        "house_number": house if house[:1].isdecimal() else None,
        "house_name": None if house[:1].isdecimal() else house or None,
        "apartment": parts.get("SAON"),
        "street": parts.get("Street"),
        "district": parts.get("Locality"),
        "town": parts.get("Town"),
        "county": None,
        "country": None,
        "postcode": made["PostCode"],
    }


def _contact(telling: Telling, part: Record) -> Row:
    return _person(part) | {
        "relationship": {
            "data": {
                "relationship": telling.coded("relationship", part["Relationship"]),
                "priority": int(part["Order"]),
                "parental_responsibility": part["Responsibility"] == "true",
            }
        },
        "contact_details": {"data": _reached_by(part)},
    }


def _person(part: Record) -> Row:
    names = {name.lower(): part.get(name) for name in ("Title", "Forename", "Surname")}
    return {"id": part["GUID"], "mis_id": part["GUID"], **names}


def contacts(telling: Telling) -> Iterator[Entry]:
    """`contacts`: each person once, whoever's contact."""
    parts: dict[str, list[tuple[SimPupil, Record]]] = {}
    for pupil in telling.pupils():
        for key, part in parts_of(pupil.record, Group.CONTACT).items():
            parts.setdefault(key, []).append((pupil, part))
    for key, bonds in parts.items():
        updated = max(pupil.part_changed[Group.CONTACT, key] for pupil, _ in bonds)
        yield Entry(updated, key, partial(_contact_itself, telling, bonds, updated))


def _contact_itself(telling: Telling, bonds: list[tuple[SimPupil, Record]], updated: datetime) -> Row:
    part = bonds[-1][1]
    return _person(part) | {
        "updated_at": telling.moment(updated),
        "contact_details": {"data": _reached_by(part)},
        "students": {"data": [{"id": pupil.guid} for pupil, _ in bonds]},
    }


def exclusions(telling: Telling) -> Iterator[Entry]:
    """`exclusions`: one by one, of whomever."""
    for pupil in telling.pupils():
        for place, part in parts_of(pupil.record, Group.EXCLUSION).items():
            updated = pupil.part_changed[Group.EXCLUSION, place]
            key = key_of(pupil.guid, "exclusion", place)
            yield Entry(updated, key, partial(_exclusion, telling, pupil.guid, key, part, updated))


def _exclusion(telling: Telling, guid: str, key: str, part: Record, updated: datetime) -> Row:
    return {
        "id": key,
        "student": guid,
        "type": telling.coded("exclusion_category", part["Category"]),
        "reasons": [telling.coded("exclusion_reason", reason) for reason in part["Reasons"]],
        "start_date": telling.day(part["StartDate"]),
        "start_session": part["StartTime"],
        "end_date": telling.day(part["EndDate"]),
        "sessions": round(2 * float(part["SchoolDays"])),
        "updated_at": telling.moment(updated),
    }


def marks(telling: Telling, *, leavers: bool) -> Iterator[Entry]:
    """`attendance/session`, or `attendance-leavers/session`: the marks of who is in the list of the same kind."""
    wanted = {pupil.guid for pupil in telling.pupils() if (pupil.state == "leaver") is leavers}
    for place, mark in telling.school.marks.items():
        guid, day, session = place
        if guid in wanted and (mark.code or telling.switches.empty_sessions != "none"):
            key = key_of(guid, str(day), session)
            yield Entry(mark.changed, key, partial(_mark, telling, place, key), day)


def _mark(telling: Telling, place: MarkKey, key: str) -> Row:
    guid, day, session = place
    mark = telling.school.marks[place]
    nothing = _DASH if telling.switches.empty_sessions == "dash" else None
    return {
        "id": key,
        "mis_id": None,
        "date": telling.day(day.isoformat()),
        "session": session,
        "student": guid,
        "attendance_code": _code_key(telling.school, mark.code) if mark.code else nothing,
        "comment": mark.comment or None,
        "minutes_late": mark.minutes_late,
        "updated_at": telling.moment(mark.changed),
    }


def attendance_codes(telling: Telling) -> Iterator[Entry]:
    """`attendance-codes`: the school's own beside the statutory ones."""
    known = list(codes(telling.school.academic_year))
    if telling.switches.empty_sessions == "dash":
        known.append(SimCode(NO_MARK, "No mark", ""))
    since = datetime.combine(telling.school.begins, time(), UTC)
    for code in known:
        key = _code_key(telling.school, code.code)
        yield Entry(since, key, partial(_code, telling, code, key))


def _code(telling: Telling, code: SimCode, key: str) -> Row:
    row: Row = {"id": key, "code": code.code, "name": code.description, "description": code.description}
    return row | ({"statutory_code": code.statutory or None} if telling.switches.statutory_codes else {})


def _code_key(school: Population, code: str) -> str:
    return _DASH if code == NO_MARK else key_of(school.la, school.school, "attendance-code", code)


def deletions(telling: Telling) -> Iterator[Entry]:
    """`deletions`: what the school's system does not know any more; of whom a contact or an exclusion was is not
    said."""
    for guid, moment in telling.deleted.items():
        yield _deletion(telling, "student", guid, moment)
    for pupil in telling.pupils():
        for (group, place), moment in pupil.part_gone.items():
            if group is Group.EXCLUSION and place not in parts_of(pupil.record, group):
                yield _deletion(telling, "exclusion", key_of(pupil.guid, "exclusion", place), moment)
            if group is Group.CONTACT and place not in parts_of(pupil.record, group):
                yield _deletion(telling, "contact", place, moment)


def _deletion(telling: Telling, kind: str, key: str, moment: datetime) -> Entry:
    row = {"id": key, "type": kind, "deleted_at": telling.moment(moment)}
    return Entry(moment, f"{kind} {key}", lambda: row)
