"""Two pupils side by side as a page shows them: who they are, what differs, and what stands once they are one."""

from collections.abc import Iterator
from dataclasses import dataclass

from schoolgate.authority.importing.matching.agreement import Item
from schoolgate.authority.importing.matching.nearness import near_miss
from schoolgate.authority.importing.matching.rules import Held
from schoolgate.authority.importing.merging.plan import Joined, Plan, payload_of
from schoolgate.authority.importing.merging.sides import Side
from schoolgate.authority.importing.unmatched.side_by_side import Cell, cell_of
from schoolgate.authority.records.groups.attendance import ATTENDANCE
from schoolgate.authority.records.groups.data_group import DataGroup
from schoolgate.authority.records.listing import status_words
from schoolgate.authority.records.models import Change, Enrolment, Pupil
from schoolgate.authority.records.models.replaced import Row
from schoolgate.authority.records.origin import origins_among
from schoolgate.authority.records.showing import Shown, label_of, show_item


@dataclass(frozen=True, slots=True)
class Told:
    """A value that one of the two holds, and where it is from."""

    value: Shown
    since: Change | None


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An item in which the two differ."""

    label: str
    ours: Told
    theirs: Told
    stands: Shown


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A group that both have: of the pupil, or of both at one school."""

    group: DataGroup
    enrolment: Enrolment | None
    items: list[ShownItem]
    same: int
    """So many items are the same."""
    is_led: bool
    """The leading school's word stands before a newer one."""


@dataclass(frozen=True, slots=True)
class ShownSide:
    """Who one of the two is."""

    pupil: Pupil
    cells: list[Cell]
    schools: list[str]
    """`Oak Lane Academy, current`."""
    since: Change


def shown_sides(plan: Plan) -> tuple[ShownSide, ShownSide]:
    """Both, each with how its items stand to the other's."""
    return _side(plan.keep, plan.gone), _side(plan.gone, plan.keep)


def shown_groups(plan: Plan) -> list[ShownGroup]:
    """The groups that both have and in which they differ, in their order; registers are told by `registers`."""
    shown = [_group(plan, one) for one in (*plan.of_pupil, *plan.of_enrolments) if one.group is not ATTENDANCE]
    return sorted((one for one in shown if one.items), key=lambda one: one.group.number)


def registers(plan: Plan) -> list[str]:
    """The registers that are joined day by day: `2026/27 at Oak Lane Academy`."""
    return [
        f"{register.school_year} at {ours.base.name}"
        for ours, theirs in plan.both_at()
        for place, register in plan.keep.registers[ours.pk].items()
        if place in plan.gone.registers[theirs.pk]
    ]


def come_along(plan: Plan) -> tuple[list[str], list[str]]:
    """What only the one who goes has, and comes along as it is: labels of groups, and names of schools."""
    groups = [group.label for group, row in plan.gone.groups.items() if group not in plan.keep.groups and row.payload]
    schools = [one.base.name for base, one in plan.gone.enrolments.items() if base not in plan.keep.enrolments]
    return groups, schools


def _side(side: Side, other: Side) -> ShownSide:
    miss = near_miss(other.keys, Held(side.pupil.pk, side.keys, side.pupil.active))
    schools = [f"{one.base.name}, {status_words(one).lower()}" for one in side.enrolments.values()]
    return ShownSide(side.pupil, [cell_of(item, side.pupil, miss) for item in Item], schools, side.pupil.created_by)


def _group(plan: Plan, one: Joined) -> ShownGroup:
    items = list(_items(plan, one))
    both = {**payload_of(one.ours), **payload_of(one.theirs)}
    return ShownGroup(one.group, one.enrolment, items, len(both) - len(items), one.is_led)


def _items(plan: Plan, one: Joined) -> Iterator[ShownItem]:
    ours, theirs = one.group.normal(payload_of(one.ours)), one.group.normal(payload_of(one.theirs))
    for item in one.group.items:
        if ours.get(item.name) != theirs.get(item.name):
            yield ShownItem(
                label_of(one.group, item.name),
                _told(plan, one.group, one.ours, item.name),
                _told(plan, one.group, one.theirs, item.name),
                show_item(one.group, item.name, one.payload),
            )


def _told(plan: Plan, group: DataGroup, row: Row, item: str) -> Told:
    payload = payload_of(row)
    origins = origins_among(plan.versions_of(row), group, item) if item in payload else []
    return Told(show_item(group, item, payload), origins[0].since if origins else None)
