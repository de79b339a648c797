"""The keys that one school has for a member of its staff: its system's, and its payroll's (INFERRED: reference 7.7)."""

from schoolgate.authority.records.groups.data_group import DataGroup, Item
from schoolgate.authority.records.groups.forms import TEXT
from schoolgate.authority.records.subjects import STAFF

ENGAGEMENT = DataGroup(
    number=48,
    name="engagement",
    label="Engagement",
    of="enrolment",
    subject=STAFF,
    items=(
        Item("StaffDetails/EmployeeNumber", TEXT),
        Item("StaffDetails/GUID", TEXT, label="The system's key (GUID)"),
    ),
)
