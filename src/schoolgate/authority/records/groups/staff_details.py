"""Names, date of birth, sex and status of a member of staff (reference 7.2)."""

from schoolgate.authority.records.groups.data_group import DataGroup, Item, Payload
from schoolgate.authority.records.groups.forms import DATE, NAME, YES_NO, Fields, Ranked, Set, code
from schoolgate.authority.records.subjects import STAFF

STAFF_DETAILS = DataGroup(
    number=17,
    name="staff-details",
    label="Staff details",
    of="pupil",
    subject=STAFF,
    items=(
        Item("StaffDetails/Title", NAME, label="Title"),
        Item("StaffDetails/StaffMemberName/PersonFamilyName", NAME),
        Item("StaffDetails/StaffMemberName/GivenNames", Ranked(Fields({"PersonGivenName": NAME}, on_one_line=True))),
        Item("StaffDetails/PreferredFamilyName", NAME),
        Item("StaffDetails/PreferredGivenName", NAME),
        Item("StaffDetails/FormerFamilyNames", Set(NAME)),
        Item("StaffDetails/PersonBirthDate", DATE),
        Item("StaffDetails/Sex", code("sex")),
        Item("StaffDetails/Ethnicity", code("ethnicity")),
        Item("StaffDetails/Disability", code("staff_disability")),
        Item("StaffDetails/QTS", YES_NO),
        Item("StaffDetails/QTLS", YES_NO),
        Item("StaffDetails/EYTS", YES_NO),
        Item("StaffDetails/HLTAStatus", YES_NO),
        Item("StaffDetails/QTSRoute", code("qts_route")),
        Item("StaffDetails/SLT", YES_NO),
    ),
)


def given_names(payload: Payload) -> list[str]:
    """The given names that are held, the first one being what the person is called."""
    return [name["PersonGivenName"] for name in payload.get("GivenNames", []) if "PersonGivenName" in name]
