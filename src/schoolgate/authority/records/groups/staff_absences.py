"""Absences of a member of staff from a school (reference 7.4), each known by its first day."""

from schoolgate.authority.records.groups.data_group import DataGroup, Item
from schoolgate.authority.records.groups.forms import DATE, NUMBER, Events, Fields, code
from schoolgate.authority.records.subjects import STAFF

_ABSENCE = Fields(
    {
        "FirstDayOfAbsence": DATE,
        "LastDayOfAbsence": DATE,
        "WorkingDaysLost": NUMBER,
        "AbsenceCategory": code("absence_category"),
    }
)

STAFF_ABSENCES = DataGroup(
    number=50,
    name="staff-absences",
    label="Staff absences",
    of="enrolment",
    subject=STAFF,
    items=(Item("Absences", Events(_ABSENCE, keys=(("FirstDayOfAbsence",),))),),
)
