"""Who and what stands behind an import's numbers.

Who was met is kept for good (`Met`). What was left out and what is missing is told by what stands today, so that a
later file may have ended some of it: `Behind.number` is what was counted, to be held against what is found.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from schoolgate.authority.importing.counting import read_fate
from schoolgate.authority.importing.deciding import BY_A_PERSON
from schoolgate.authority.importing.models import Conflict, Import, RemovalCandidate
from schoolgate.authority.records.groups.data_group import DataGroup
from schoolgate.authority.records.leading_on import led_on
from schoolgate.authority.records.models import Refusal
from schoolgate.authority.records.models.masking import OfPupil


@dataclass(slots=True)
class Behind:
    """The pupils behind one of an import's numbers, and what the number is: it counts values where it is of those."""

    pupils: list[int] = field(default_factory=list)
    number: int = 0


def pupils_behind(this: Import, what: str, group: DataGroup | None = None) -> Behind:
    """The pupils who were added, changed or the same (`counting.PUPILS`), or of whom ``group`` was (`GROUPS`).

    Without a group, `left_out`, `missing` and `conflict` are of any.
    """
    of_groups = group is not None or what in {"left_out", "missing", "conflict"}
    found = Behind()
    for fate, pupils in _fates(this):
        of_pupil, groups = read_fate(fate)
        if of_groups:
            times = sum(
                n for (number, one), n in groups.items() if one == what and (not group or number == group.number)
            )
        else:
            times = int(of_pupil == what)
        if times:
            found.pupils += pupils
            found.number += times * len(pupils)
    return found


def groups_of(this: Import, what: str) -> dict[int, list[int]]:
    """The numbers of the groups that became ``what`` (`counting.GROUPS`), by pupil."""
    found: dict[int, list[int]] = {}
    for fate, pupils in _fates(this):
        numbers = [number for number, one in read_fate(fate)[1] if one == what]
        if numbers:
            found.update(dict.fromkeys(pupils, numbers))
    return found


def left_out(this: Import, behind: Behind, group: DataGroup | None = None) -> OfPupil[Refusal]:
    """Values of these pupils that were left out and still stand as refused."""
    found = Refusal.objects.filter(base=this.base_id, pupil__in=behind.pupils, first_seen_in__lte=this.job_id or 0)
    return found.filter(group=group.number) if group else found


def in_conflict(this: Import, behind: Behind, group: DataGroup | None = None) -> OfPupil[Conflict]:
    """Values of these pupils that wait for a person, those of the base's later files included."""
    found = Conflict.objects.open().filter(base=this.base_id, pupil__in=behind.pupils)
    return found.filter(group=group.number) if group else found


def missing(this: Import, behind: Behind, group: DataGroup | None = None) -> OfPupil[RemovalCandidate]:
    """Items of these pupils that a full file did not say, and that still wait for a person."""
    found = RemovalCandidate.objects.filter(
        base=this.base_id, pupil__in=behind.pupils, group__isnull=False, confirmed=True
    )
    return found.filter(group=group.number) if group else found


def missing_pupils(this: Import) -> OfPupil[RemovalCandidate]:
    """Pupils on the roll, or staff, who were not in a full file, as it stands since the newest one."""
    return RemovalCandidate.objects.filter(
        base=this.base_id, pupil__kind=this.subject, group__isnull=True, confirmed=True
    )


def newly_left_out(this: Import) -> int:
    """How many values this import was the first to leave out, and still stand; no number tells of restricted pupils.

    What people discarded, changed by hand or undid since is refused by them, and was not left out by it.
    """
    own = Refusal.objects.unrestricted().filter(base=this.base_id, first_seen_in=this.job_id or 0)
    return own.exclude(code__in=BY_A_PERSON).count()


def _fates(this: Import) -> Iterator[tuple[str, list[int]]]:
    told = [one for met in this.met.all() for one in met.fates.items()]
    merged = led_on({pupil for _, pupils in told for pupil in pupils})
    for fate, pupils in told:
        yield fate, [merged.get(pupil, pupil) for pupil in pupils]
