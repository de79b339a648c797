"""The numbers a pupil is known by (reference 5). A school system's own key (GUID) belongs to the enrolment."""

from schoolgate.authority.records.groups.data_group import DataGroup, Item
from schoolgate.authority.records.groups.forms import TEXT

IDENTIFIERS = DataGroup(
    number=1,
    name="identifiers",
    label="Identifiers",
    of="pupil",
    items=(
        Item("UPN", TEXT),
        Item("BasicDetails/FormerUPN", TEXT),
        Item("UniqueLearnerNumber", TEXT),
        Item("UCI", TEXT),
    ),
)
