"""Disabilities (reference 6.11): a set of codes."""

from schoolgate.authority.records.groups.data_group import DataGroup, Item
from schoolgate.authority.records.groups.forms import Set, code

DISABILITIES = DataGroup(
    number=10,
    name="disabilities",
    label="Disabilities",
    of="pupil",
    items=(Item("BasicDetails/Disabilities", Set(code("disability"))),),
)
