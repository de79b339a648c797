"""A pupil's conflicts as a page shows them: ours and theirs, each with where it is from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from schoolgate.authority.importing.conflicts.side_by_side import Pair, side_by_side
from schoolgate.authority.importing.leading import leader
from schoolgate.authority.importing.models import Conflict
from schoolgate.authority.records.groups.data_group import DataGroup
from schoolgate.authority.records.models import Change, Enrolment, Pupil, Replaced
from schoolgate.authority.records.origin import Origin, histories, origins_among
from schoolgate.authority.records.rooms_above import Link, Whence, trace
from schoolgate.authority.records.showing import Shown, label_of, show_item


@dataclass(frozen=True, slots=True)
class ShownConflict:
    """One conflict. `ours_before` is what was held before, told where it changed since the person looked."""

    pair: Pair
    ours: Shown
    ours_since: Change | None
    ours_before: Shown | None
    theirs: Shown
    links: Sequence[Link]
    """Pages of the file that it came with."""
    leads: str
    """The school that leads in this group, where the pupil is on several rolls and it is another one."""

    @property
    def conflict(self) -> Conflict:
        return self.pair.conflict

    @property
    def label(self) -> str:
        """What people call the item."""
        return label_of(self.pair.group, self.pair.conflict.item)


@dataclass(slots=True)
class Tab:
    """A data group, and its conflicts."""

    group: DataGroup
    conflicts: list[ShownConflict]


def tabs_of(pupil: Pupil, conflicts: Collection[Conflict]) -> list[Tab]:
    """The groups that have conflicts, in their order. A constant number of queries."""
    pairs = side_by_side(conflicts)
    origins = _origins([pair for pair in pairs if pair.row is not None])
    pages = trace({_whence(pair.conflict) for pair in pairs})
    first = leader(Enrolment.objects.filter(pupil=pupil).select_related("base"))
    tabs: dict[DataGroup, Tab] = {}
    for pair in pairs:
        conflict, group = pair.conflict, pair.group
        own = origins.get(conflict.pk, [])
        before = own[1].value if len(own) > 1 else None
        leads = first is not None and group.of == "pupil" and first.base_id != conflict.base_id
        shown = ShownConflict(
            pair,
            show_item(group, conflict.item, pair.payload),
            own[0].since if own else None,
            None if before is None else show_item(group, conflict.item, {conflict.item: before}),
            show_item(group, conflict.item, {conflict.item: conflict.incoming}),
            pages.get(_whence(conflict), ()),
            first.base.name if leads and first is not None else "",
        )
        tabs.setdefault(group, Tab(group, [])).conflicts.append(shown)
    return sorted(tabs.values(), key=lambda tab: tab.group.number)


def _origins(pairs: Sequence[Pair]) -> Mapping[int, list[Origin]]:
    """The values that each conflict's item had, newest first, by the conflict's number; where there is a row."""
    rows = {pair.row.key: pair.row for pair in pairs if pair.row is not None}
    versions = histories(list(rows.values()))
    found = {}
    for pair in pairs:
        if pair.row is not None:
            of_row = versions[Replaced.table_of(pair.row), pair.row.pk]
            found[pair.conflict.pk] = origins_among(of_row, pair.group, pair.conflict.item)
    return found


def _whence(conflict: Conflict) -> Whence:
    return Whence(conflict.seen_in, conflict.origin.source_key)
