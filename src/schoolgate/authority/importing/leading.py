"""Who leads where a pupil is on several rolls: the school of its main registration (reference 6.6).

What one school tells of the pupil would otherwise be written over by the other each week, back and forth. In a group
of the pupil the leading school's word stands, once it has told that group; an enrolment's groups are each school's own.
That the newest entry leads among equal registrations is inferred: a pupil who moved is there, and not where it was.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.models import Import
from schoolgate.authority.records.columns import enrolment_columns
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.models import Change, Decision, Enrolment, PupilGroup, Replaced
from schoolgate.authority.records.roll import is_on_roll, says_on_roll

_RANK = {"M": 3, "C": 2, "": 1, "S": 0}
"""By enrolment status; any other, a guest's say, ranks with the subsidiary."""


@dataclass(frozen=True, slots=True, order=True)
class Registration:
    """How strong a registration is: the greatest leads."""

    rank: int
    entered: date
    first_known: int
    """The enrolment's number, negative, so that of equals the one known first leads."""

    @classmethod
    def of(cls, enrolment: Enrolment) -> "Registration":
        """That of an enrolment that is held."""
        return cls(_RANK.get(enrolment.status, 0), enrolment.entered or date.min, -enrolment.pk)

    @classmethod
    def told(cls, columns: Mapping[str, Any], enrolment: Enrolment | None) -> "Registration":
        """That of an enrolment as it is once a document is taken; ``enrolment`` is the held one, if there is."""
        known = -enrolment.pk if enrolment else -(1 << 62)
        return cls(_RANK.get(columns["status"], 0), columns["entered"] or date.min, known)


def leader(enrolments: Iterable[Enrolment]) -> Enrolment | None:
    """The enrolment that leads: None where the pupil is on no roll, or on one only, where there is nobody to lead."""
    on_rolls = [enrolment for enrolment in enrolments if is_on_roll(enrolment)]
    return strongest(on_rolls) if len(on_rolls) > 1 else None


def strongest(enrolments: Iterable[Enrolment]) -> Enrolment | None:
    """Of those on a roll the one before whom no other leads, be it alone; None where the pupil is on no roll."""
    return max(filter(is_on_roll, enrolments), key=Registration.of, default=None)


def leader_beside(
    base: Base, own: Enrolment | None, after: Mapping[DataGroup, Payload], others: Collection[Enrolment]
) -> Enrolment | None:
    """The enrolment of another base that leads before ``base``, which tells of the pupil; None: it may write.

    ``after`` is what is held once its word of the registration is taken, as far as it is. A base that tells of a pupil
    who is not on its roll any more leads before nobody.
    """
    on_rolls = [enrolment for enrolment in others if is_on_roll(enrolment)]
    if not on_rolls:
        return None
    first = max(on_rolls, key=Registration.of)
    columns = enrolment_columns(after, base)
    if not says_on_roll(columns["status"], columns["left"]):
        return first
    return first if Registration.of(first) > Registration.told(columns, own) else None


def told_by(leaders: Mapping[int, int], rows: Iterable[PupilGroup]) -> dict[int, set[DataGroup]]:
    """The groups of each pupil, of their ``rows``, that its leading base has told; ``leaders`` are bases by pupil.

    What was undone there is told no more: who leads is asked for what stands, and the other school's word is better
    than none. Four queries at most.
    """
    by_key = {row.key: row for row in rows}
    if not by_key:
        return {}
    found: dict[int, set[DataGroup]] = {}
    wrote: dict[int, set[int]] = {row.key: {row.change_id} for row in by_key.values()}
    history = Replaced.objects.filter(table=Replaced.Table.PUPIL_GROUP, key__in=list(by_key))
    for key, change in history.values_list("key", "written_by_id"):
        wrote[key].add(change)
    changes = Change.objects.only("base_id", "job", "decision_id").in_bulk(set().union(*wrote.values()))
    undone_by = _undone_by(change for change in changes.values() if change.base_id in set(leaders.values()))
    for key, numbers in wrote.items():
        row = by_key[key]
        those = [changes[number] for number in numbers]
        steps = {change.decision_id for change in those}
        if any(one.base_id == leaders[row.owner] and undone_by.get(one.pk) not in steps - {None} for one in those):
            found.setdefault(row.owner, set()).add(row.group)
    return found


def _undone_by(changes: Iterable[Change]) -> dict[int, int]:
    """The step that undid what each of these changes wrote, by the change's number; who was never undone is not there.

    Such a step leaves what somebody wrote over: whether it wrote to a row tells that row's history.
    """
    by_job: dict[tuple[int, int], list[int]] = {}
    by_decision: dict[int, list[int]] = {}
    for change in changes:
        if change.decision_id is not None:
            by_decision.setdefault(change.decision_id, []).append(change.pk)
        elif change.job is not None and change.base_id is not None:
            by_job.setdefault((change.base_id, change.job), []).append(change.pk)
    undone: dict[int, int] = {}
    if by_job:
        imports = Import.objects.filter(job__in={job for _, job in by_job}, undo__isnull=False).order_by()
        for base, job, step in imports.values_list("base_id", "job_id", "undo_id"):
            undone |= dict.fromkeys(by_job.get((base, job), ()), step)
    if by_decision:
        steps = Decision.objects.filter(undoes__in=by_decision).order_by()
        for decision, step in steps.values_list("undoes_id", "pk"):
            undone |= dict.fromkeys(by_decision[decision], step)
    return undone
