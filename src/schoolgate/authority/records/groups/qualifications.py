"""Degrees and other qualifications of a member of staff (reference 7.4)."""

from schoolgate.authority.records.groups.data_group import DataGroup, Item
from schoolgate.authority.records.groups.forms import TEXT, Fields, Ranked, Set, code
from schoolgate.authority.records.subjects import STAFF

_QUALIFICATION = Fields(
    {
        "QualificationCode": code("staff_qualification"),
        "ClassOfDegree": code("class_of_degree"),
        "Subjects": Ranked(TEXT),
    }
)

QUALIFICATIONS = DataGroup(
    number=19,
    name="qualifications",
    label="Qualifications",
    of="pupil",
    subject=STAFF,
    items=(Item("Qualifications", Set(_QUALIFICATION)),),
)
