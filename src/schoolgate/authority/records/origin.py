"""From where a value is, since when, and by whom: one walk from the row that holds it back through what it replaced."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Q

from schoolgate.authority.records.groups.attendance import ATTENDANCE
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.groups.forms import Value
from schoolgate.authority.records.models import Attendance, Change, Replaced
from schoolgate.authority.records.models.replaced import Row

_PEOPLE_AND_BASES = (
    *("written_by__base", "written_by__by", "written_by__decision"),
    *("replaced_by__base", "replaced_by__by", "replaced_by__decision"),
)


@dataclass(frozen=True, slots=True)
class Version:
    """What stood in a row, and for how long."""

    payload: Payload
    written_by: Change
    replaced_by: Change | None
    """None for what stands there today."""


@dataclass(frozen=True, slots=True)
class Origin:
    """One value of an item: where it is from, and what ended it."""

    value: Value | None
    """None for a time in which nothing was held of the item."""
    since: Change
    """The change that brought it: its file, run or person, time and rule."""
    until: Change | None
    """None for the value of today."""


def versions(row: Row) -> list[Version]:
    """All that ever stood in a row, newest first. One query, and one more where the row's own change is not at hand."""
    return histories([row])[_place(row)]


def histories(rows: Collection[Row]) -> dict[tuple[int, int], list[Version]]:
    """`versions` of several rows, by table (`Replaced.table_of`) and key, in one query however many they are."""
    found = {_place(row): [Version(_payload(row), row.change, None)] for row in rows}
    wanted = Q(pk__in=[])
    for table in Replaced.Table:
        wanted |= Q(table=table, key__in=[key for of, key in found if of == table])
    for one in Replaced.objects.filter(wanted).select_related(*_PEOPLE_AND_BASES).order_by("-id"):
        found[one.table, one.key].append(Version(one.payload, one.written_by, one.replaced_by))
    return found


def origins(row: Row, item: str) -> list[Origin]:
    """The values that one item of a row had, newest first: the first one says where today's value is from.

    Raises KeyError for an item that the group does not have.
    """
    return origins_among(versions(row), _group(row), item)


def origins_among(versions: Sequence[Version], group: DataGroup, item: str) -> list[Origin]:
    """The values that one item of ``group`` had in these versions of a row, newest first.

    Neighbours that differ only in what does not count are one value, as old as the oldest of them.
    """
    form = group.form_of(item)
    found: list[Origin] = []
    for version in reversed(versions):
        value = version.payload.get(item)
        if not found and value is None:
            continue
        normal = None if value is None else form.normal(value)
        if found and normal == (None if found[-1].value is None else form.normal(found[-1].value)):
            found[-1] = Origin(value, found[-1].since, version.replaced_by)
        else:
            found.append(Origin(value, version.written_by, version.replaced_by))
    return found[::-1]


def _place(row: Row) -> tuple[int, int]:
    return Replaced.table_of(row), row.pk


def _group(row: Row) -> DataGroup:
    return ATTENDANCE if isinstance(row, Attendance) else row.group


def _payload(row: Row) -> Payload:
    if isinstance(row, Attendance):
        return {"Attendance": [row.register(row.enrolment.base)]}
    return row.payload
