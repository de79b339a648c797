"""What points to a pupil comes along to the one into whom it is merged; where both have the same, it stands once."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Model, QuerySet

from schoolgate.authority.importing.merging.sides import Side
from schoolgate.authority.importing.models import (
    Assignment,
    Conflict,
    KnownAs,
    Note,
    RemovalCandidate,
    TwoChildren,
    Unmatched,
)
from schoolgate.authority.records.models import MergedInto, Pupil, Refusal


def move(ours: Side, theirs: Side) -> None:
    """Let the one who stays have what waits, was refused, noted and said of the other, in the caller's transaction.

    Groups, enrolments and the restriction are none of it. The sides are as both were before.
    """
    keep, gone = ours.pupil, theirs.pupil
    _move_conflicts(keep, gone)
    _move_new(Refusal.objects, keep, gone, "base_id", "group", "item", "value_digest")
    _move_candidates(keep, gone, ours.enrolments.keys() & theirs.enrolments.keys())
    _move_new(Assignment.objects, keep, gone)
    Note.objects.filter(pupil=gone).update(pupil=keep)
    KnownAs.objects.filter(pupil=gone).update(pupil=keep)
    MergedInto.objects.filter(pupil=gone).update(pupil=keep)
    _move_taken_back(ours, theirs)
    _move_two_children(keep, gone)


def _move_new(rows: Any, keep: Pupil, gone: Pupil, *names: str) -> None:
    """Move rows of which the other has none with the same values; the rest goes with the pupil."""
    theirs: QuerySet[Model] = rows.filter(pupil=gone)
    held = {_values(row, names) for row in rows.filter(pupil=keep)}
    rows.filter(pk__in=[row.pk for row in theirs if _values(row, names) not in held]).update(pupil=keep)


def _values(row: Model, names: Iterable[str]) -> tuple[Any, ...]:
    values = (getattr(row, name) for name in names)
    return tuple(bytes(value) if isinstance(value, memoryview) else value for value in values)


def _move_conflicts(keep: Pupil, gone: Pupil) -> None:
    """Of two open ones about the same item of one base the newer stays, as an import has it."""
    place = ("base_id", "group", "item")
    waiting: dict[tuple[Any, ...], Conflict] = {}
    for conflict in Conflict.objects.open().filter(pupil__in=[keep, gone]).order_by("since", "pk"):
        before = waiting.get(_values(conflict, place))
        if before is not None:
            before.delete()
        waiting[_values(conflict, place)] = conflict
    Conflict.objects.filter(pupil=gone).update(pupil=keep)


def _move_candidates(keep: Pupil, gone: Pupil, both_at: Collection[int]) -> None:
    """A school that has told of either lately does not lack the child."""
    missing = RemovalCandidate.objects.filter(group__isnull=True, base__in=list(both_at), pupil__in=[keep, gone])
    lacking = [pupil_at.base_id for pupil_at in missing]
    missing.filter(base__in=[base for base in lacking if lacking.count(base) == 1]).delete()
    _move_new(RemovalCandidate.objects, keep, gone, "base_id", "group", "item")


def _move_taken_back(ours: Side, theirs: Side) -> None:
    """Who was taken back from the one is not the other either, but where that one's school tells of this child."""
    for side, other in ((ours, theirs), (theirs, ours)):
        of_other = other.enrolments.keys() - side.enrolments.keys()
        Unmatched.objects.filter(not_of=side.pupil, base__in=list(of_other)).update(not_of=None)
    Unmatched.objects.filter(not_of=theirs.pupil).update(not_of=ours.pupil)


def _move_two_children(keep: Pupil, gone: Pupil) -> None:
    """Who is another child than the one is so than the other too; of the two themselves nothing stays."""
    told = list(TwoChildren.objects.filter(one=gone)) + list(TwoChildren.objects.filter(other=gone))
    others = {(row.other_id if row.one_id == gone.pk else row.one_id): row for row in told}
    others.pop(keep.pk, None)
    TwoChildren.objects.bulk_create(
        [
            TwoChildren(one_id=min(keep.pk, pupil), other_id=max(keep.pk, pupil), by=row.by, at=row.at)
            for pupil, row in sorted(others.items())
        ],
        ignore_conflicts=True,
    )
