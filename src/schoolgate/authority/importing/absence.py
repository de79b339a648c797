"""Whose silence counts: a full document may only lack what its own base told (DESIGN 7, absence).

Groups of a pupil are held once, whoever tells of them. What another school or an officer brought is nothing that this
base can cease to say; so each item is followed back to who last changed it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.deciding import Payloads, Removal
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.models import Change, EnrolmentGroup, PupilGroup, Replaced

GroupRow: TypeAlias = PupilGroup | EnrolmentGroup


class Stood(NamedTuple):
    """What stood in a row at some time, and whether the base in question had written it."""

    payload: Payload
    own: bool


History: TypeAlias = Sequence[Stood]
"""All that ever stood in a row, the oldest first."""


def histories(base: Base, rows: Iterable[GroupRow]) -> dict[GroupRow, History]:
    """What stood in each of these rows, in four queries at most."""
    by_table: dict[Replaced.Table, list[GroupRow]] = defaultdict(list)
    for row in rows:
        by_table[Replaced.table_of(row)].append(row)
    found: dict[GroupRow, History] = {}
    for table, those in by_table.items():
        former: dict[int, list[Stood]] = defaultdict(list)
        keys = [row.pk for row in those]
        replaced = Replaced.objects.filter(table=table, key__in=keys).select_related("written_by").order_by("pk")
        for one in replaced:
            former[one.key].append(Stood(one.payload, one.written_by.base_id == base.pk))
        changes = {row.change_id for row in those}
        own = set(Change.objects.filter(pk__in=changes, base=base).values_list("pk", flat=True))
        for row in those:
            found[row] = [*former[row.pk], Stood(row.payload, row.change_id in own)]
    return found


def told_by_itself(
    removals: Iterable[Removal], said: Payloads, history_of: Mapping[DataGroup, History]
) -> tuple[Removal, ...]:
    """Those of ``removals`` that the base has told, and doesn't any more. ``said`` is what its document says today.

    A group without a history here is the base's alone.
    """
    return tuple(
        removal
        for removal in removals
        if removal.group not in history_of
        or _ceased(removal.group, removal.item, said.get(removal.group, {}), history_of[removal.group])
    )


def _ceased(group: DataGroup, item: str, said: Payload, history: History) -> bool:
    form = group.form_of(item)
    held = history[-1].payload[item]
    others = _last_by_others(group, item, history)
    if others is None:
        return True
    if form.normal(others) == form.normal(held):
        return False
    # Of things known one by one, those that others brought are no more this base's for standing beside its own.
    return item not in said or form.lacks(held, form.join(others, said[item]))


def _last_by_others(group: DataGroup, item: str, history: History) -> object | None:
    """The item's value as somebody else last changed it; None when nobody else did."""
    form = group.form_of(item)
    before: object = None
    by_others: object = None
    for stood in history:
        value = stood.payload.get(item)
        now = None if value is None else form.normal(value)
        if now != before and not stood.own:
            by_others = value
        before = now
    return by_others
