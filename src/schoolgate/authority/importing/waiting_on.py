"""What waits for a person once a document has spoken: its own conflicts, and parts that waited before it."""

from collections.abc import Iterator, Mapping
from typing import Any

from schoolgate.authority.importing.case import Case
from schoolgate.authority.records.groups.data_group import DataGroup


def waiting_values(case: Case) -> Mapping[tuple[DataGroup, str], Any]:
    """The values of a case that wait, by group and item."""
    values = {(one.group, one.item): one.incoming for one in case.decisions.conflicts}
    return {**values, **dict(_with_parts_from_before(case, values))}


def _with_parts_from_before(
    case: Case, values: Mapping[tuple[DataGroup, str], Any]
) -> Iterator[tuple[tuple[DataGroup, str], Any]]:
    """A partial document that tells of one contact says nothing of another, whose change waits on."""
    left_out = {(one.group, one.item) for one in case.decisions.left_out}
    for stored in case.holding.conflicts.values():
        group, item = place = stored.data_group, stored.item
        form = group.form_of(item)
        said = case.incoming.payloads.get(group, {}).get(item)
        if case.incoming.says_all_of(group, item):
            continue
        if said is None or not form.is_in_parts or group in case.decisions.yielded:
            continue
        value = stored.incoming
        if place in values:
            value = form.join(value, values[place])
        elif place not in left_out:
            value = form.join(value, said)
        if group.differing(case.after.get(group), {item: value}):
            yield place, value
