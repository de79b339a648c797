"""Rows of Wonde's lists in the words of a student file (reference mis-apis.md 7.1).

Documented are the lists, the names of what can be included, a pupil's core fields and `extended_details`. INFERRED are
all fields of `education_details`, `contact_details`, a contact's relationship, exclusions, marks, codes, schools and
deletions, and what their values look like. They stand in this file and nowhere else, so that a later fact is a
renaming. A coded value may be the code or its words; one that no list knows is passed on as it is: who imports judges.

Wonde says whether a pupil has special needs or free meals, and not since when. A student file knows both by their first
day, which nobody may guess: neither is taken.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from schoolgate.documents.codes.code_sets import NO_MARK, code_set
from schoolgate.documents.students.entries import Record
from schoolgate.wire.mis.connector import BadValue, Group, Mark, Raw, VendorCode

LONDON = ZoneInfo("Europe/London")
SYSTEM = "Wonde"
"""`SuppID` of the pupils' keys."""

CODE = "_code"
"""Beside a mark's reference to its code: the code itself, so that a kept mark can be read without the list."""
SCHOOL = "_school"
"""Beside a pupil: the school as Wonde has it, which says its numbers."""
LEFT = "_left"
"""Beside a pupil: whether the row stood among the leavers."""

Shape: TypeAlias = Callable[[Sequence[Raw]], Record]
"""Makes a record's part of all rows of one pupil."""

_SEXES = {"male": "M", "female": "F"}
_PHONES = {"home": "H", "work": "W", "mobile": "M"}
_ANY_PHONE = ("primary", "phone")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")


@dataclass(frozen=True, slots=True)
class Told:
    """How a group is told: by what has to be included with each pupil."""

    includes: tuple[str, ...]
    shape: Shape


def key_of(row: Raw) -> str:
    """A pupil's own key. Raises BadValue `no-key`."""
    said = row.get("id")
    if not isinstance(said, str) or not said:
        raise BadValue("no-key", "The row does not say of which pupil it is.")
    return said


def pupil_of(row: Raw) -> str:
    """The pupil that an exclusion or a mark is about. Raises BadValue `no-key`."""
    said = row.get("student")
    return key_of(_data(said)) if isinstance(said, dict) else key_of({"id": said})


def pupils_of_contact(row: Raw) -> list[str]:
    """The pupils whose contact it is."""
    return [one["id"] for one in _members(row.get("students")) if isinstance(one.get("id"), str)]


def year_group(row: Raw) -> str:
    """The National Curriculum year of a pupil; empty for none."""
    return _code("nc_year", _data(row.get("education_details")).get("current_nc_year"))


def is_looked_after(row: Raw) -> bool:
    """Whether a pupil is in an authority's care."""
    return _yes(_data(row.get("extended_details")).get("in_lea_care"))


def left_on(row: Raw) -> str:
    """The last day (ISO) of a pupil's stay; empty for one that lasts."""
    return _day(_data(row.get("education_details")).get("leaving_date"))


def missing_include(row: Raw, includes: Sequence[str]) -> str:
    """The first of what was to be included that the row has no place for; empty when all is there."""
    return next((name for name in includes if "." not in name and name not in row), "")


def deleted_pupil(row: Raw) -> str:
    """The pupil that a row of the deletions tells of; empty when it is about something else."""
    kind = _text(row.get("type")).casefold() or "student"
    return _text(row.get("id")) if kind in {"student", "students"} else ""


def code_of(row: Raw) -> VendorCode:
    """An attendance code of the school's."""
    described = _text(row.get("description")) or _text(row.get("name"))
    return VendorCode(_text(row.get("code")), described, _text(row.get("statutory_code")))


def code_key(row: Raw) -> str:
    """What a mark refers to its code by; empty for a session without a mark."""
    said = row.get("attendance_code")
    return _text(_data(said).get("id")) if isinstance(said, dict) else _text(said)


def mark_of(row: Raw) -> Mark:
    """A mark of `attendance/session`, its code beside the reference (`CODE`). Raises BadValue."""
    key, day, session = pupil_of(row), _day(row.get("date")), _text(row.get("session")).upper()
    minutes = row.get("minutes_late")
    if session not in {"AM", "PM"} or not day:
        raise BadValue("no-session", "The mark does not say of which session it is.")
    code = _text(row.get(CODE))
    return Mark(
        key,
        date.fromisoformat(day),
        "AM" if session == "AM" else "PM",
        "" if code == NO_MARK else code,
        _text(row.get("comment")),
        minutes if isinstance(minutes, int) and not isinstance(minutes, bool) else None,
        row,
    )


def permissions_of(said: Any) -> set[str]:
    """What of a school may be read; empty where nothing is told."""
    rows = said.get("data") if isinstance(said, dict) else None
    listed = rows if isinstance(rows, list) else []
    return {_text(row.get("permission")) for row in listed if isinstance(row, dict) and _yes(row.get("approved"))}


def _pupil(rows: Sequence[Raw]) -> Record:
    row = rows[-1]
    education, extended = _data(row.get("education_details")), _data(row.get("extended_details"))
    legal = {
        "Surname": _text(row.get("legal_surname")) or _text(row.get("surname")),
        "Forename": _text(row.get("legal_forename")) or _text(row.get("forename")),
    }
    if not any(legal.values()):
        raise BadValue("no-name", "The row does not say who the pupil is.")
    language = _code("language", extended.get("first_language"))
    service = extended.get("service_children_indicator")
    details = {
        "PreferredSurname": _text(row.get("surname")),
        "PreferredForename": _text(row.get("forename")),
        "MiddleNames": _text(row.get("middle_names")),
        "FormerUPN": _text(education.get("former_upn")),
        "Ethnicity": _code("ethnicity", extended.get("ethnicity")),
        "ServiceChild": ("N", "Y")[service] if isinstance(service, bool) else _code("service_child", service),
        "Languages": [{"LanguageType": "F", "Language": language}] if language else "",
    }
    sex = _text(row.get("gender"))
    return _said(
        {
            "UPN": _text(education.get("upn")),
            "UniqueLearnerNumber": _text(education.get("learner_number")),
            **legal,
            "DOB": _day(row.get("date_of_birth")),
            "Sex": _SEXES.get(sex.casefold(), sex),
            "BasicDetails": _said(details),
            "LookedAfter": {"InCare": "true"} if is_looked_after(row) else "",
            "SuppInfo": {"SuppID": SYSTEM, "GUID": row["id"]},
        }
    )


def _enrolment(rows: Sequence[Raw]) -> Record:
    """Wonde tells of the newest stay only."""
    row = rows[-1]
    education, school = _data(row.get("education_details")), _of(row.get(SCHOOL))
    status = "P" if row.get(LEFT) is True else _code("enrolment_status", education.get("enrolment_status"))
    stay = _said(
        {
            "LEA": _text(school.get("la_code")),
            "Estab": _text(school.get("establishment_number")),
            "EntryDate": _day(education.get("admission_date")),
            "LeavingDate": left_on(row),
            "LeavingReason": _code("leaving_reason", education.get("leaving_reason")),
        }
    )
    return _said(
        {
            "BasicDetails": _said({"EnrolStatus": status, "NCyearActual": year_group(row)}),
            "SchoolHistory": [stay] if "EntryDate" in stay else "",
        }
    )


def _address(rows: Sequence[Raw]) -> Record:
    return _reached_by(_data(rows[-1].get("contact_details")))


def _contacts(rows: Sequence[Raw]) -> Record:
    people = _members(rows[-1].get("contacts"))
    return {"Contacts": [_contact(one) for one in sorted(people, key=_priority)]}


def _priority(person: Raw) -> int:
    said = _data(person.get("relationship")).get("priority")
    return said if isinstance(said, int) else 99


def _contact(person: Raw) -> Record:
    bond = _data(person.get("relationship"))
    responsible = bond.get("parental_responsibility")
    return _said(
        {
            "Order": _text(bond.get("priority")),
            "Title": _text(person.get("title")),
            "Surname": _text(person.get("surname")),
            "Forename": _text(person.get("forename")),
            "Relationship": _code("relationship", bond.get("relationship")),
            "Responsibility": str(responsible).lower() if isinstance(responsible, bool) else "",
            **_reached_by(_data(person.get("contact_details"))),
            "GUID": _text(person.get("id")),
        }
    )


def _reached_by(details: Raw) -> Record:
    """Address, telephones and e-mail, of a pupil and of a contact alike."""
    numbers, mails = _of(details.get("phones")), _of(details.get("emails"))
    phones = {number: kind for name, kind in _PHONES.items() if (number := _text(numbers.get(name)))}
    # Which of them is rung first is said by repeating it; a number that has no kind of its own is taken for the home's.
    phones = {number: "H" for name in _ANY_PHONE if (number := _text(numbers.get(name)))} | phones
    mail = next((text for name in ("primary", "email", "home", "work") if (text := _text(mails.get(name)))), "")
    return _said(
        {
            "Address": _place(_of(_of(details.get("addresses")).get("home"))),
            "Phones": [{"TelephoneType": kind, "PhoneNo": number} for number, kind in sorted(phones.items())],
            "Email": mail,
        }
    )


def _place(row: Raw) -> Record:
    house = [text for name in ("house_name", "house_number") if (text := _text(row.get(name)))]
    parts = _said(
        {
            "SAON": _text(row.get("apartment")),
            "PAON": ", ".join(house),
            "Street": _text(row.get("street")),
            "Locality": _text(row.get("district")),
            "Town": _text(row.get("town")),
        }
    )
    return _said({"BS7666Address": parts, "County": _text(row.get("county")), "PostCode": _text(row.get("postcode"))})


def _exclusions(rows: Sequence[Raw]) -> Record:
    told = map(_exclusion, rows)
    return {"Exclusions": sorted(told, key=lambda one: (one["StartDate"], one.get("StartTime", "")))}


def _exclusion(row: Raw) -> Record:
    reasons = row.get("reasons")
    sessions = row.get("sessions")
    begins = _day(row.get("start_date"))
    if not begins:
        raise BadValue("no-day", "The exclusion does not say on which day it begins.")
    return _said(
        {
            "Category": _code("exclusion_category", row.get("type")),
            "Reasons": [_code("exclusion_reason", one) for one in (reasons if isinstance(reasons, list) else [])],
            "StartDate": begins,
            "EndDate": _day(row.get("end_date")),
            "SchoolDays": f"{sessions / 2:.1f}" if isinstance(sessions, int) else "",
            "StartTime": _text(row.get("start_session")).upper(),
        }
    )


OF_PUPILS = {
    Group.PUPIL: Told(("education_details", "extended_details"), _pupil),
    Group.ENROLMENT: Told(("education_details",), _enrolment),
    Group.ADDRESS: Told(("contact_details",), _address),
    Group.CONTACT: Told(("contacts", "contacts.contact_details"), _contacts),
}
"""The groups that stand with the pupils themselves."""

SHAPES = {group: told.shape for group, told in OF_PUPILS.items()} | {Group.EXCLUSION: _exclusions}
"""How all rows of a pupil in a group are read."""


@cache
def _by_words(name: str) -> dict[str, str]:
    return {line.label.casefold(): line.code for line in code_set(name)}


def _code(name: str, value: Any) -> str:
    """The code of a list that a value is, or is in words; the value itself when it is neither."""
    text = _text(value)
    return text if code_set(name).is_known(text) else _by_words(name).get(text.casefold(), text)


def _of(value: Any) -> Raw:
    return value if isinstance(value, dict) else {}


def _data(value: Any) -> Raw:
    """What is nested as `{data: {…}}`; a field may also hold it without that."""
    inner = _of(value).get("data", value)
    return _of(inner)


def _members(value: Any) -> list[Raw]:
    """What is nested as `{data: […]}`."""
    rows = _of(value).get("data")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list) else " ".join(str(value).split())


def _yes(value: Any) -> bool:
    return value is True or _text(value).casefold() in {"true", "yes", "y", "1"}


def _day(value: Any) -> str:
    """The day (ISO) in London of `{date, timezone_type, timezone}`; empty for none, and for what is none.

    The three types of a time zone are those of the language that Wonde is written in: an offset, an abbreviation, a
    name. What has no zone is London's.
    """
    said = _of(value)
    text = _text(said.get("date")) if said else _text(value)
    try:
        moment = datetime.fromisoformat(text)
        zone = moment.tzinfo or _zone(_text(said.get("timezone")))
        return moment.replace(tzinfo=zone).astimezone(LONDON).date().isoformat()
    except (OverflowError, ValueError):
        return ""


@cache
def _zone(name: str) -> tzinfo:
    offset = _OFFSET.fullmatch(name)
    if offset:
        span = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-span if offset[1] == "-" else span)
    if name in {"Z", "UTC", "GMT"}:
        return timezone(timedelta())
    try:
        return ZoneInfo(name) if "/" in name else LONDON
    except (KeyError, ValueError):
        return LONDON


def _said(record: Record) -> Record:
    return {name: value for name, value in record.items() if value not in ("", [], {})}
