"""A pupil's own telephones and e-mail address (reference 4.7)."""

from schoolgate.authority.records.groups.data_group import DataGroup, Item
from schoolgate.authority.records.groups.forms import PHONE, TEXT, Fields, Set, code

PHONES = Set(Fields({"TelephoneType": code("telephone_type"), "PhoneNo": PHONE}, on_one_line=True))

TELEPHONES = DataGroup(
    number=4,
    name="telephones",
    label="Telephones and e-mail",
    of="pupil",
    items=(Item("Phones", PHONES), Item("Email", TEXT)),
)
