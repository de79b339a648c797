"""Names, date of birth and sex (reference 4.3 and 4.4)."""

from schoolgate.authority.records.groups.data_group import DataGroup, Item
from schoolgate.authority.records.groups.forms import DATE, NAME, YES_NO, code

BASIC_DETAILS = DataGroup(
    number=2,
    name="basic-details",
    label="Basic details",
    of="pupil",
    items=(
        Item("Surname", NAME),
        Item("Forename", NAME),
        Item("BasicDetails/MiddleNames", NAME),
        Item("BasicDetails/PreferredSurname", NAME),
        Item("BasicDetails/PreferredForename", NAME),
        Item("BasicDetails/FormerSurname", NAME),
        Item("DOB", DATE),
        Item("Sex", code("sex")),
        Item("BasicDetails/MedicalFlag", YES_NO),
    ),
)
