"""Every group at once: filled from a file, shown, compared, exported; and nothing of a record is without a place."""

import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.authority.records.groups.files import made_up_records, made_up_staff, written_and_read
from tests.documents.students.strategies import records

from schoolgate.authority.records.groups.canonical import canonical
from schoolgate.authority.records.groups.data_group import DataGroup, Payload, together
from schoolgate.authority.records.groups.registry import (
    GROUPS,
    LEFT_OUT,
    group_named,
    group_numbered,
    item_at,
    read_groups,
    write_groups,
)
from schoolgate.authority.records.subjects import STAFF
from schoolgate.documents.students.entries import WRAPPERS, Record
from schoolgate.documents.students.findings import Finding
from schoolgate.documents.students.schema import StudentSchema
from schoolgate.documents.students.shape import Shape, pupil_shape
from schoolgate.documents.students.versions import default_shelf, our_schema

SCHEMAS = list(default_shelf())
NUMBERS = {
    "identifiers": 1,
    "basic-details": 2,
    "addresses": 3,
    "telephones": 4,
    "contacts": 5,
    "ethnicity-and-language": 6,
    "free-school-meals": 7,
    "looked-after": 8,
    "service-child": 9,
    "disabilities": 10,
    "sen-history": 11,
    "sen-needs": 12,
    "enrolment": 32,
    "attendance": 33,
    "exclusions": 34,
    "attainment": 35,
    "school-history": 36,
    "staff-identifiers": 16,
    "staff-details": 17,
    "staff-contact": 18,
    "qualifications": 19,
    "engagement": 48,
    "contracts": 49,
    "staff-absences": 50,
    "curriculum": 51,
}

DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")

each_group = pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)


def payloads(group: DataGroup) -> list[Payload]:
    people = made_up_staff() if group.subject == STAFF else made_up_records()
    return [payload for record in people if (payload := group.read(record))]


@each_group
def test_a_group_is_filled_shown_compared_and_exported(group: DataGroup) -> None:
    filled = payloads(group)
    assert filled, "no made-up pupil has anything of this group"
    for payload in filled[:25]:
        rows = group.show(payload)
        assert {row.item for row in rows} == payload.keys()
        assert all(row.label and row.text for row in rows)
        assert group.differing(payload, deepcopy(payload)) == ()
        assert group.differing(None, payload) == tuple(item.name for item in group.items if item.name in payload)
        assert group.read(group.write(payload)) == payload


@each_group
def test_every_change_of_a_text_is_a_difference(group: DataGroup) -> None:
    for payload in payloads(group)[:12]:
        for item in group.items:
            for changed in changes(payload.get(item.name)) if item.name != "SuppID" else ():
                assert group.differing(payload, {**payload, item.name: changed}) == (item.name,), changed


@each_group
def test_a_text_less_is_no_difference_but_missing_or_another_value(group: DataGroup) -> None:
    """What is one value is another without one of its parts; of the rest what is not said stays and is told."""
    for payload in payloads(group)[:12]:
        for name in payload:
            less = {other: value for other, value in payload.items() if other != name}
            assert group.differing(payload, less) == ()
            assert group.missing(payload, less) == (name,)
            assert group.joined(payload, less) == payload


def changes(value: Any) -> Iterator[Any]:
    """The value with one of its texts changed, each in turn; those that are taken once are left as they are."""
    if isinstance(value, str):
        yield f"18{value[2:]}" if DATE.fullmatch(value) else f"{value}9x"
    elif isinstance(value, dict):
        for name, part in value.items():
            if not ("Relationship" in value and name == "GUID"):
                yield from ({**value, name: changed} for changed in changes(part))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from ([*value[:place], changed, *value[place + 1 :]] for changed in changes(part))


@each_group
def test_a_record_that_is_silent_on_a_group_gives_none(group: DataGroup) -> None:
    assert group.read({"BasicDetails": {}, "Address": {}, "FSMhistory": {}, "Unknown": "x"}) is None


def test_a_whole_record_comes_back_from_its_groups() -> None:
    there = made_up_records()
    back = [write_groups(dict(read_groups(record))) for record in there]
    assert back == list(there)
    assert written_and_read(back) == there
    staff = made_up_staff()
    assert [write_groups(dict(read_groups(record))) for record in staff] == list(staff)


@pytest.mark.parametrize("schema", SCHEMAS, ids=repr)
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_whatever_a_version_holds_is_written_back_valid(schema: StudentSchema, data: st.DataObject) -> None:
    record = data.draw(records(schema))
    held = dict(read_groups(record))
    back = write_groups(held)
    if schema.layout.kind == "CES":
        written_and_read([back], schema.version)
    assert dict(read_groups(back)) == held


@pytest.mark.parametrize("schema", SCHEMAS[:3], ids=repr)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_one_walk_reads_what_each_group_reads(schema: StudentSchema, data: st.DataObject) -> None:
    record = data.draw(records(schema))
    assert dict(read_groups(record)) == {group: payload for group in GROUPS if (payload := group.read(record))}


@given(data=st.data())
@settings(max_examples=120, deadline=None)
def test_what_was_taken_once_is_no_difference_any_more(data: st.DataObject) -> None:
    schema = our_schema("CES", "3.73")
    held, incoming = (dict(read_groups(data.draw(records(schema)))) for _ in range(2))
    for group, said in incoming.items():
        joined = group.joined(held.get(group), said)
        assert group.differing(joined, said) == ()
        assert canonical(group.joined(joined, said)) == canonical(joined)
        differs = bool(group.differing(held.get(group), said))
        assert differs == (group.normal(joined) != group.normal(held.get(group, {})))
        if not differs and group in held:
            assert group.joined(held[group], said) == held[group]


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_nothing_is_missing_once_all_is_said_again(data: st.DataObject) -> None:
    record = data.draw(records(our_schema("CES", "3.73")))
    for group, payload in read_groups(record):
        assert group.missing(payload, payload) == ()
        assert group.missing(None, payload) == ()
        assert group.missing(payload, None) == tuple(item.name for item in group.items if item.name in payload)


def test_numbers_and_names_stay_what_they_are() -> None:
    """They are part of the keys of rows, and of addresses: a change would lose what is held."""
    assert {group.name: group.number for group in GROUPS} == NUMBERS
    assert list(GROUPS) == sorted(GROUPS, key=lambda group: group.number)
    assert all(0 <= group.number < 64 for group in GROUPS)
    assert all(group_named(group.name) is group_numbered(group.number) is group for group in GROUPS)


def test_a_name_means_one_item_in_a_group() -> None:
    for group in GROUPS:
        names = Counter(item.name for item in group.items)
        assert names.most_common(1)[0][1] == 1


def leaves(shape: Shape, path: str = "") -> Iterator[str]:
    """The paths of the texts of a record, as the schema's elements give them."""
    for child in shape.children:
        name = {"Gender": "Sex", "GenderCurrent": "Sex", "Reason": "Reasons"}.get(child.name, child.name)
        here = f"{path}/{name}" if path else name
        inner = child.children[0] if child.name in WRAPPERS else child
        additions = inner.name == "SuppInfo" and bool(path)
        if inner.children and not additions:
            yield from leaves(inner, here)
        else:
            yield here


@pytest.mark.parametrize("schema", SCHEMAS, ids=repr)
def test_all_that_may_stand_in_a_pupil_is_of_one_group_or_left_out_for_a_reason(schema: StudentSchema) -> None:
    held = Counter(leaf for group in GROUPS for leaf in group.leaves())
    assert set(held.values()) == {1}
    for leaf in leaves(pupil_shape(schema)):
        assert (leaf in held) != (leaf in LEFT_OUT), leaf


def test_nothing_is_held_that_no_version_has() -> None:
    known = {leaf for schema in SCHEMAS for leaf in leaves(pupil_shape(schema))} | {"SuppInfo/GUID"}
    assert {leaf for group in GROUPS for leaf in group.leaves()} <= known
    assert LEFT_OUT.keys() <= known
    assert all(LEFT_OUT.values())


@pytest.mark.parametrize(
    ("path", "group", "item"),
    [
        ("UPN", "identifiers", "UPN"),
        ("BasicDetails/FormerUPN", "identifiers", "FormerUPN"),
        ("Gender", "basic-details", "Sex"),
        ("Contacts/Contact[2]/Phones/Phone[1]/PhoneNo", "contacts", "Contacts"),
        ("SENhistory/SENneeds/SENneed[2]/SENtype", "sen-needs", "SENneeds"),
        ("SENhistory/SEN/EndDate", "sen-history", "SEN"),
        ("Exclusions/Exclusion[1]/Reasons/Reason[3]", "exclusions", "Exclusions"),
        ("Exclusions/Exclusion/Reason", "exclusions", "Exclusions"),
        ("Attendance/YearData[2]/AttendSessions/AttendanceMarks", "attendance", "Attendance"),
    ],
)
def test_a_finding_leads_to_its_group_and_item(path: str, group: str, item: str) -> None:
    finding = Finding("any", tuple(path.split("/")), "", "", "")
    found = item_at(finding.steps)
    assert found is not None
    assert (found[0].name, found[1].name) == (group, item)


def test_a_finding_in_what_is_left_out_leads_nowhere() -> None:
    assert item_at(("Address", "SuppInfo", "SuppID")) is None


def test_fragments_are_put_together_without_touching_them() -> None:
    one: Record = {"BasicDetails": {"FormerUPN": "A"}}
    other: Record = {"BasicDetails": {"Ethnicity": "B"}}
    assert together([one, other]) == {"BasicDetails": {"FormerUPN": "A", "Ethnicity": "B"}}
    assert (one, other) == ({"BasicDetails": {"FormerUPN": "A"}}, {"BasicDetails": {"Ethnicity": "B"}})
