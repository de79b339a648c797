"""The numbers a member of staff is known by (reference 7.2). A school system's own keys belong to the engagement."""

from schoolgate.authority.records.groups.data_group import DataGroup, Item
from schoolgate.authority.records.groups.forms import TEXT
from schoolgate.authority.records.subjects import STAFF

STAFF_IDENTIFIERS = DataGroup(
    number=16,
    name="staff-identifiers",
    label="Staff identifiers",
    of="pupil",
    subject=STAFF,
    items=(Item("StaffDetails/TeacherNumber", TEXT), Item("StaffDetails/NINumber", TEXT)),
)
