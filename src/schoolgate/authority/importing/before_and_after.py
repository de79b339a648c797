"""What an import wrote to its pupils, value by value: what stood there before, and what it put there."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Q

from schoolgate.authority.importing.models import Import
from schoolgate.authority.records.groups.attendance import ATTENDANCE
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.groups.registry import GROUPS
from schoolgate.authority.records.models import (
    Attendance,
    Change,
    Enrolment,
    EnrolmentGroup,
    PupilGroup,
    Replaced,
    group_of,
    owner_of,
    row_key,
)

SHOWN = 90
"""So many characters of a long text are shown, from a little before the first difference on."""

_LEAD = 20


@dataclass(frozen=True, slots=True)
class Written:
    """A value that an import wrote. `before` is empty where nothing stood."""

    group: DataGroup
    label: str
    before: str
    after: str


@dataclass(slots=True)
class _Version:
    group: DataGroup
    pupil: int
    before: Payload | None = None
    after: Payload | None = None


def written_by(this: Import, pupils: Collection[int], group: DataGroup | None = None) -> dict[int, list[Written]]:
    """What ``this`` wrote to each of the pupils, of one group or of all, in the order of the groups.

    A handful of queries, however many pupils; some hundreds at a time are good. A pupil to whom nothing was written is
    left out; so is what nothing tells of any more, since history may be pruned.
    """
    # The parts of a first load have one job, each school its own changes.
    changes = list(Change.objects.filter(job=this.job_id or 0, base=this.base_id).values_list("pk", flat=True))
    groups = [group] if group else list(GROUPS)
    owners = dict(Enrolment.objects.filter(pupil__in=pupils, base=this.base_id).values_list("pk", "pupil_id"))
    found: list[_Version] = []
    of_pupil = [one for one in groups if one.of == "pupil"]
    of_enrolment = [one for one in groups if one.of == "enrolment" and one is not ATTENDANCE]
    found += _of_groups(PupilGroup, dict(zip(pupils, pupils, strict=True)), of_pupil, changes)
    found += _of_groups(EnrolmentGroup, owners, of_enrolment, changes)
    if ATTENDANCE in groups:
        found += _of_registers(owners, changes, this)
    written: dict[int, list[Written]] = {}
    for version in sorted(found, key=lambda one: one.group.number):
        values = list(_differences(version))
        if values:
            written.setdefault(version.pupil, []).extend(values)
    return written


def _of_groups(
    model: type[PupilGroup] | type[EnrolmentGroup],
    owners: Mapping[int, int],
    groups: Iterable[DataGroup],
    changes: Collection[int],
) -> Iterable[_Version]:
    keys = [row_key(owner, group) for owner in owners for group in groups]
    versions = {key: _Version(group_of(key), owners[owner_of(key)]) for key in keys}
    for row in model.objects.filter(key__in=keys, change__in=changes):
        versions[row.key].after = row.payload
    table = Replaced.Table.PUPIL_GROUP if model is PupilGroup else Replaced.Table.ENROLMENT_GROUP
    _take_history(table, versions, changes)
    return versions.values()


def _of_registers(owners: Mapping[int, int], changes: Collection[int], this: Import) -> Iterable[_Version]:
    versions: dict[int, _Version] = {}
    for row in Attendance.objects.filter(enrolment__in=owners):
        versions[row.pk] = _Version(ATTENDANCE, owners[row.enrolment_id])
        if row.change_id in changes:
            versions[row.pk].after = {"Attendance": [row.register(this.base)]}
    _take_history(Replaced.Table.ATTENDANCE, versions, changes)
    return versions.values()


def _take_history(table: Replaced.Table, versions: Mapping[int, _Version], changes: Collection[int]) -> None:
    ours = Q(written_by__in=changes) | Q(replaced_by__in=changes)
    for row in Replaced.objects.filter(ours, table=table, key__in=list(versions)):
        if row.replaced_by_id in changes:
            versions[row.key].before = row.payload
        else:
            versions[row.key].after = row.payload


def _differences(version: _Version) -> Iterator[Written]:
    if version.after is None:
        return
    before, after = _lines(version.group, version.before or {}), _lines(version.group, version.after)
    for label, text in after.items():
        if before.get(label) != text:
            yield Written(version.group, label, *around_the_difference(before.get(label, ""), text))
    for label, text in before.items():
        if label not in after:
            yield Written(version.group, label, _cut(text), "")


def _lines(group: DataGroup, payload: Payload) -> dict[str, str]:
    """The payload's lines by what they are called; several of one name in one text."""
    lines: dict[str, str] = {}
    for row in group.show(payload):
        label = f"{row.within}: {row.label}" if row.within else row.label
        lines[label] = f"{lines[label]}; {row.text}" if label in lines else row.text
    return lines


def around_the_difference(before: str, after: str) -> tuple[str, str]:
    """Both texts, the long ones from a little before the place where they part."""
    if max(len(before), len(after)) <= SHOWN:
        return before, after
    alike = next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), None)
    start = max(0, (min(len(before), len(after)) if alike is None else alike) - _LEAD)
    return _cut(before, start), _cut(after, start)


def _cut(text: str, start: int = 0) -> str:
    part = text[start : start + SHOWN]
    return f"{'…' if start and part else ''}{part}{'…' if len(text) > start + SHOWN else ''}"
