"""A pupil's contacts, each with its relationship to the pupil (reference 4.7).

A contact is known again by the school system's key, else by name and relationship, else by name (reference 9.4). The
key is taken once: a pupil's two schools have two systems, each with its own.
"""

from schoolgate.authority.records.groups.addresses import CONTACT_ADDRESS
from schoolgate.authority.records.groups.data_group import DataGroup, Item
from schoolgate.authority.records.groups.forms import NAME, NUMBER, TEXT, YES_NO, Events, Fields, Once, code
from schoolgate.authority.records.groups.telephones import PHONES

_CONTACT = Fields(
    {
        "Order": NUMBER,
        "Title": NAME,
        "Forename": NAME,
        "MiddleNames": NAME,
        "Surname": NAME,
        "Sex": code("sex"),
        "Relationship": code("relationship"),
        "Responsibility": YES_NO,
        "Address": CONTACT_ADDRESS,
        "Phones": PHONES,
        "Email": TEXT,
        "GUID": Once(TEXT),
    }
)

CONTACTS = DataGroup(
    number=5,
    name="contacts",
    label="Contacts",
    of="pupil",
    items=(
        Item(
            "Contacts",
            Events(_CONTACT, keys=(("GUID",), ("Surname", "Forename", "Relationship"), ("Surname", "Forename"))),
        ),
    ),
)
