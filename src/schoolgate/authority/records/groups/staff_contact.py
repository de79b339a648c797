"""Where a member of staff lives, and how to reach the person (INFERRED: reference 7.7)."""

from schoolgate.authority.records.groups.addresses import PLACE
from schoolgate.authority.records.groups.data_group import DataGroup, Item
from schoolgate.authority.records.groups.forms import DATE, TEXT, Fields
from schoolgate.authority.records.groups.telephones import PHONES
from schoolgate.authority.records.subjects import STAFF

STAFF_CONTACT = DataGroup(
    number=18,
    name="staff-contact",
    label="Staff address and telephones",
    of="pupil",
    subject=STAFF,
    items=(
        Item("StaffContact/Address", Fields({**PLACE, "AddressStartDate": DATE, "AddressEndDate": DATE})),
        Item("StaffContact/Phones", PHONES),
        Item("StaffContact/Email", TEXT),
    ),
)
