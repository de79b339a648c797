"""What a member of staff teaches at a school: hours a week by subject and year group (reference 7.4)."""

from schoolgate.authority.records.groups.data_group import DataGroup, Item
from schoolgate.authority.records.groups.forms import NUMBER, TEXT, Fields, Set, code
from schoolgate.authority.records.subjects import STAFF

CURRICULUM = DataGroup(
    number=51,
    name="curriculum",
    label="Subjects taught",
    of="enrolment",
    subject=STAFF,
    items=(Item("Curriculums", Set(Fields({"Subject": TEXT, "YearGroup": code("nc_year"), "SubjectHours": NUMBER}))),),
)
