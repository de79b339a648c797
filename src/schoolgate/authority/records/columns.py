"""What rows copy from data groups, so that a list need not open them. The groups are the truth; these follow them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS
from schoolgate.authority.records.groups.contracts import CONTRACTS, engaged_at
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.groups.enrolment import ENROLMENT
from schoolgate.authority.records.groups.identifiers import IDENTIFIERS
from schoolgate.authority.records.groups.school_history import SCHOOL_HISTORY, stay_at
from schoolgate.authority.records.groups.staff_details import STAFF_DETAILS, given_names
from schoolgate.authority.records.groups.staff_identifiers import STAFF_IDENTIFIERS
from schoolgate.authority.records.keys import key_of
from schoolgate.authority.records.models.pupil import NAME_LENGTH
from schoolgate.authority.records.subjects import PUPIL, STAFF, Subject

_OF_PUPIL = {
    "surname": (BASIC_DETAILS, "Surname", NAME_LENGTH),
    "forename": (BASIC_DETAILS, "Forename", NAME_LENGTH),
    "middle_names": (BASIC_DETAILS, "MiddleNames", NAME_LENGTH),
    "preferred_surname": (BASIC_DETAILS, "PreferredSurname", NAME_LENGTH),
    "preferred_forename": (BASIC_DETAILS, "PreferredForename", NAME_LENGTH),
    "former_surname": (BASIC_DETAILS, "FormerSurname", NAME_LENGTH),
    "sex": (BASIC_DETAILS, "Sex", 1),
    "upn": (IDENTIFIERS, "UPN", 13),
    "former_upn": (IDENTIFIERS, "FormerUPN", 13),
}
_OF_STAFF = {
    "surname": (STAFF_DETAILS, "PersonFamilyName", NAME_LENGTH),
    "preferred_surname": (STAFF_DETAILS, "PreferredFamilyName", NAME_LENGTH),
    "preferred_forename": (STAFF_DETAILS, "PreferredGivenName", NAME_LENGTH),
    "sex": (STAFF_DETAILS, "Sex", 1),
}
_OF_ENROLMENT = {"status": (ENROLMENT, "EnrolStatus", 1), "year_group": (ENROLMENT, "NCyearActual", 2)}

PUPIL_COLUMNS = (*_OF_PUPIL, "born", "surname_key", "forename_key")
ENROLMENT_COLUMNS = (*_OF_ENROLMENT, "entered", "left")


def pupil_columns(payloads: Mapping[DataGroup, Payload]) -> dict[str, Any]:
    """``PUPIL_COLUMNS``, in their order, as the groups of a pupil or a member of staff decide.

    A text longer than its column is cut there, not in the group.
    """
    columns = _copied(_OF_PUPIL, payloads)
    columns["born"] = _date(payloads.get(BASIC_DETAILS, {}).get("DOB", ""))
    if tells_of(payloads) == STAFF:
        columns |= _staff_columns(payloads)
    columns["surname_key"], columns["forename_key"] = key_of(columns["surname"]), key_of(columns["forename"])
    return columns


def enrolment_columns(payloads: Mapping[DataGroup, Payload], base: Base) -> dict[str, Any]:
    """``ENROLMENT_COLUMNS`` at ``base``, in their order, as the groups decide.

    A contract that ends in the future goes on: of a member of staff ``left`` is said from the day after on, once the
    school says anything.
    """
    if tells_of(payloads) == STAFF:
        engaged = engaged_at(payloads.get(CONTRACTS))
        left = _date(engaged.left)
        goes_on = left is not None and left >= timezone.localdate()
        entered = _date(engaged.entered)
        return {**dict.fromkeys(_OF_ENROLMENT, ""), "entered": entered, "left": None if goes_on else left}
    stay = stay_at(payloads.get(SCHOOL_HISTORY), base.la, base.number)
    return {**_copied(_OF_ENROLMENT, payloads), "entered": _date(stay.entered), "left": _date(stay.left)}


def tells_of(payloads: Mapping[DataGroup, Payload]) -> Subject:
    """Of whom groups tell: a person's are all of pupils, or all of staff."""
    return next((group.subject for group in payloads), PUPIL)


def _staff_columns(payloads: Mapping[DataGroup, Payload]) -> dict[str, Any]:
    details, numbers = payloads.get(STAFF_DETAILS, {}), payloads.get(STAFF_IDENTIFIERS, {})
    givens, former = given_names(details), details.get("FormerFamilyNames", [])
    teacher, insurance = numbers.get("TeacherNumber", ""), numbers.get("NINumber", "")
    return {
        **_copied(_OF_STAFF, payloads),
        "forename": (givens[0] if givens else "")[:NAME_LENGTH],
        "middle_names": " ".join(givens[1:])[:NAME_LENGTH],
        "former_surname": (former[-1] if former else "")[:NAME_LENGTH],
        "born": _date(details.get("PersonBirthDate", "")),
        "upn": (teacher or insurance)[:13],
        "former_upn": (insurance if teacher else "")[:13],
    }


def _copied(columns: Mapping[str, tuple[DataGroup, str, int]], payloads: Mapping[DataGroup, Payload]) -> dict[str, Any]:
    return {
        column: payloads.get(group, {}).get(item, "")[:longest] for column, (group, item, longest) in columns.items()
    }


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
