"""Where a pupil lives (reference 4.6). An address is one value: parts of two would make a house that isn't there."""

from schoolgate.authority.records.groups.data_group import DataGroup, Item
from schoolgate.authority.records.groups.forms import DATE, NAME, NUMBER, POSTCODE, TEXT, YES_NO, Fields, Form

# Numbers of houses stand in the first three and in the lines: a hyphen counts there.
PLACE: dict[str, Form] = {
    "BS7666Address": Fields(
        {
            "SAON": TEXT,
            "PAON": TEXT,
            "Street": TEXT,
            "Locality": NAME,
            "Town": NAME,
            "AdministrativeArea": NAME,
            "PostTown": NAME,
            "UniquePropertyReferenceNumber": TEXT,
        }
    ),
    "AddressLines": Fields({f"AddressLine{number}": TEXT for number in range(1, 6)}),
    "County": NAME,
    "PostCode": POSTCODE,
    "Zip": TEXT,
    "Country": NAME,
    "Easting": NUMBER,
    "Northing": NUMBER,
}

CONTACT_ADDRESS = Fields({"AddressAsPupil": YES_NO, **PLACE})
"""Of a contact: the pupil's, or one of its own."""

ADDRESSES = DataGroup(
    number=3,
    name="addresses",
    label="Addresses",
    of="pupil",
    items=(Item("Address", Fields({**PLACE, "AddressStartDate": DATE, "AddressEndDate": DATE})),),
)
