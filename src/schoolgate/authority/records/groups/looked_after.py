"""Whether a pupil is looked after, and by which authority (reference 4.3): one value, for either alone misleads."""

from schoolgate.authority.records.groups.data_group import DataGroup, Item
from schoolgate.authority.records.groups.forms import TEXT, YES_NO, Fields

LOOKED_AFTER = DataGroup(
    number=8,
    name="looked-after",
    label="Looked after",
    of="pupil",
    items=(Item("LookedAfter", Fields({"InCare": YES_NO, "CareAuthority": TEXT})),),
)
