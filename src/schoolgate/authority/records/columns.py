"""What rows copy from data groups, so that a list need not open them. The groups are the truth; these follow them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.groups.enrolment import ENROLMENT
from schoolgate.authority.records.groups.identifiers import IDENTIFIERS
from schoolgate.authority.records.groups.school_history import SCHOOL_HISTORY, stay_at
from schoolgate.authority.records.keys import key_of
from schoolgate.authority.records.models.pupil import NAME_LENGTH

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
_OF_ENROLMENT = {"status": (ENROLMENT, "EnrolStatus", 1), "year_group": (ENROLMENT, "NCyearActual", 2)}

PUPIL_COLUMNS = (*_OF_PUPIL, "born", "surname_key", "forename_key")
ENROLMENT_COLUMNS = (*_OF_ENROLMENT, "entered", "left")


def pupil_columns(payloads: Mapping[DataGroup, Payload]) -> dict[str, Any]:
    """``PUPIL_COLUMNS``, in their order, as the groups decide.

    A text longer than its column is cut there, not in the group.
    """
    columns = _copied(_OF_PUPIL, payloads)
    columns["born"] = _date(payloads.get(BASIC_DETAILS, {}).get("DOB", ""))
    columns["surname_key"], columns["forename_key"] = key_of(columns["surname"]), key_of(columns["forename"])
    return columns


def enrolment_columns(payloads: Mapping[DataGroup, Payload], base: Base) -> dict[str, Any]:
    """``ENROLMENT_COLUMNS`` at ``base``, in their order, as the groups decide."""
    stay = stay_at(payloads.get(SCHOOL_HISTORY), base.la, base.number)
    return {**_copied(_OF_ENROLMENT, payloads), "entered": _date(stay.entered), "left": _date(stay.left)}


def _copied(columns: Mapping[str, tuple[DataGroup, str, int]], payloads: Mapping[DataGroup, Payload]) -> dict[str, Any]:
    return {
        column: payloads.get(group, {}).get(item, "")[:longest] for column, (group, item, longest) in columns.items()
    }


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
