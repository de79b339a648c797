"""The kinds of special educational need, ranked (reference 4.5). Their ranks make sense together only: a set."""

from schoolgate.authority.records.groups.data_group import DataGroup, Item
from schoolgate.authority.records.groups.forms import DATE, NUMBER, Fields, Set, code

_NEED = Fields({"SENtypeRank": NUMBER, "SENtype": code("sen_type"), "NeedStartDate": DATE, "NeedEndDate": DATE})

SEN_NEEDS = DataGroup(
    number=12,
    name="sen-needs",
    label="SEN needs",
    of="pupil",
    items=(Item("SENhistory/SENneeds", Set(_NEED)),),
)
