"""What a school says of a pupil's place there: status, year group, and the key its own system has for the pupil.

The dates of entry and leaving stand in the school history (``school_history.stay_at``).
"""

from schoolgate.authority.records.groups.data_group import DataGroup, Item
from schoolgate.authority.records.groups.forms import TEXT, Once, code

ENROLMENT = DataGroup(
    number=32,
    name="enrolment",
    label="Enrolment",
    of="enrolment",
    items=(
        Item("BasicDetails/EnrolStatus", code("enrolment_status")),
        Item("BasicDetails/NCyearActual", code("nc_year")),
        Item("SuppInfo/GUID", TEXT),
        # It names the system that the key is from, release and all: a new release is no news of a pupil.
        Item("SuppInfo/SuppID", Once(TEXT), label="The MIS that the key is of"),
    ),
)
