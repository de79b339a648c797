"""What a first load leaves alone: whatever somebody has told here, a school by its files or a person by hand."""

from collections.abc import Collection, Iterator

from schoolgate.authority.importing.changes import FIRST_LOAD
from schoolgate.authority.importing.holding import Holding
from schoolgate.authority.records.groups.attendance import ATTENDANCE
from schoolgate.authority.records.groups.data_group import DataGroup
from schoolgate.authority.records.groups.registry import group_numbered
from schoolgate.authority.records.models import Change


def told_already(held: Collection[Holding]) -> dict[int, set[DataGroup]]:
    """The groups of each pupil that stand here by anything but a first load, or wait for a person. One query."""
    written = [
        (holding.pupil_id, group, change) for holding in held if holding.pupil for group, change in _changes(holding)
    ]
    changes = {change for _, _, change in written}
    loaded = set(Change.objects.filter(pk__in=changes, rule__endswith=f"/{FIRST_LOAD}").values_list("pk", flat=True))
    told: dict[int, set[DataGroup]] = {}
    for pupil, group, change in written:
        if change not in loaded:
            told.setdefault(pupil, set()).add(group)
    for holding in held:
        if holding.pupil and holding.conflicts:
            told.setdefault(holding.pupil_id, set()).update(group_numbered(group) for group, _ in holding.conflicts)
    return told


def _changes(holding: Holding) -> Iterator[tuple[DataGroup, int]]:
    """Each group that is held, with the number of the change that wrote it."""
    yield from ((group, row.change_id) for group, row in holding.rows.items())
    yield from ((ATTENDANCE, register.change_id) for register in holding.registers.values())
