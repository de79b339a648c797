"""The stages of special educational needs (reference 4.5), each known by the day it began."""

from schoolgate.authority.records.groups.data_group import DataGroup, Item
from schoolgate.authority.records.groups.forms import DATE, Events, Fields, code

_STAGE = Fields({"SENprovision": code("sen_provision"), "StartDate": DATE, "EndDate": DATE})

SEN_HISTORY = DataGroup(
    number=11,
    name="sen-history",
    label="SEN history",
    of="pupil",
    items=(Item("SENhistory/SEN", Events(_STAGE, keys=(("StartDate",),))),),
)
