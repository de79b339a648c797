"""The schools a pupil was at, as one school tells it (reference 4.10). One of them is that school itself."""

from typing import NamedTuple

from schoolgate.authority.records.groups.data_group import DataGroup, Item, Payload
from schoolgate.authority.records.groups.forms import DATE, NAME, TEXT, YES_NO, Events, Fields, code

_SCHOOL = Fields(
    {
        "SchoolName": NAME,
        "LEA": TEXT,
        "Estab": TEXT,
        "URN": TEXT,
        "EntryDate": DATE,
        "LeavingDate": DATE,
        "LeavingReason": code("leaving_reason"),
        "RemovalGrounds": code("removal_grounds"),
        "LastSchool": YES_NO,
    }
)

SCHOOL_HISTORY = DataGroup(
    number=36,
    name="school-history",
    label="School history",
    of="enrolment",
    items=(Item("SchoolHistory", Events(_SCHOOL, keys=(("LEA", "Estab", "EntryDate"),))),),
)


class Stay(NamedTuple):
    """A time at a school: dates as the document has them, empty where it says none."""

    entered: str
    left: str


def stay_at(payload: Payload | None, la: str, school: str) -> Stay:
    """The newest stay at one school that a school history tells of; empty when it tells of none."""
    stays = [
        Stay(member.get("EntryDate", ""), member.get("LeavingDate", ""))
        for member in (payload or {}).get("SchoolHistory", [])
        if (member.get("LEA"), member.get("Estab")) == (la, school)
    ]
    return max(stays, default=Stay("", ""))
