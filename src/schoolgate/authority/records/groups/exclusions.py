"""Exclusions and suspensions (reference 3.3), each known by the session it began with: the category may be raised."""

from schoolgate.authority.records.groups.data_group import DataGroup, Item
from schoolgate.authority.records.groups.forms import DATE, NUMBER, TEXT, Events, Fields, Ranked, code

_EXCLUSION = Fields(
    {
        "Category": code("exclusion_category", same={"FIXD": "SUSP"}),
        "Reasons": Ranked(code("exclusion_reason")),
        "StartDate": DATE,
        "StartTime": TEXT,
        "EndDate": DATE,
        "SchoolDays": NUMBER,
    }
)

EXCLUSIONS = DataGroup(
    number=34,
    name="exclusions",
    label="Exclusions",
    of="enrolment",
    items=(Item("Exclusions", Events(_EXCLUSION, keys=(("StartDate", "StartTime"),))),),
)
