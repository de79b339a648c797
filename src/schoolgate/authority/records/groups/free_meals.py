"""Free school meals (reference 4.3)."""

from schoolgate.authority.records.groups.data_group import DataGroup, Item
from schoolgate.authority.records.groups.forms import DATE, Events, Fields, code

_INSTANCE = Fields({"FSMstartDate": DATE, "FSMendDate": DATE, "UKcountry": code("uk_country")})

FREE_MEALS = DataGroup(
    number=7,
    name="free-school-meals",
    label="Free school meals",
    of="pupil",
    items=(
        Item("FSMhistory/FSMinstance", Events(_INSTANCE, keys=(("FSMstartDate", "UKcountry"),))),
        Item("FSMhistory/FSMreviewDate", DATE),
    ),
)
