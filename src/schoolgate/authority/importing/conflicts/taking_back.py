"""A decision on conflicts is undone: its values are put back, its conflicts wait again, its refusals end."""

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.authority.importing.conflicts.side_by_side import Pair, side_by_side
from schoolgate.authority.importing.deciding import DISCARDED, refusal_digest
from schoolgate.authority.importing.models import Conflict, Import
from schoolgate.authority.importing.telling import refusals_changed
from schoolgate.authority.importing.undoing import UNDO, Left, left_of, pupils_written_by, undo
from schoolgate.authority.importing.writing import look_again
from schoolgate.authority.records.groups.canonical import canonical
from schoolgate.authority.records.hiding import ABOUT_RESTRICTED
from schoolgate.authority.records.looking import about
from schoolgate.authority.records.models import Change, Decision, Pupil, Refusal
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.faults import fault_point
from schoolgate.commons.jobs.kinds import LeaseLost

_UNDONE_HERE = frozenset({Decision.Kind.CONFLICTS, Decision.Kind.BY_HAND})

AT_ONCE = 200
"""Pupils in one transaction."""


@dataclass(slots=True)
class TakenBack:
    """What undoing a decision on conflicts did: `Decision.so_far`."""

    put_back: int = 0
    """Values."""
    left: int = 0
    """Values that stay, since something wrote since."""
    waits_again: int = 0
    """Conflicts."""
    upto: int = 0
    """The number of the last pupil dealt with."""

    @property
    def told(self) -> dict[str, int]:
        """The numbers for a person."""
        return {"put_back": self.put_back, "left": self.left, "waits_again": self.waits_again}


def may_be_undone(decision: Decision) -> bool:
    """Whether it is a decision on conflicts, or a change by hand, that nobody has begun to undo."""
    is_begun = Decision.objects.filter(undoes=decision).exists()
    return decision.kind in _UNDONE_HERE and decision.undone_at is None and not is_begun


def begin_undo(
    decision: Decision, reason: str, *, by: User | None, request: HttpRequest | None = None
) -> Decision | None:
    """The step that undoes another, in the caller's transaction. None: somebody has undone it, or it cannot be."""
    held = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    if not may_be_undone(held):
        return None
    step = Decision.objects.create(
        kind=Decision.Kind.UNDO,
        by=by,
        reason=reason,
        undoes=held,
        on_restricted=held.on_restricted,
        on_staff=held.on_staff,
    )
    # The words may tell where a restricted pupil is.
    hidden = ABOUT_RESTRICTED if held.on_restricted else ""
    record("decision undone", by=by, target=f"decision {held.pk}", details=reason, request=request, about=hidden)
    return step


def carry_out_undo(step: Decision, progress: Callable[[int, int], None] = lambda *_: None) -> dict[str, int]:
    """Undo what ``step`` undoes, from where it broke off; each portion of pupils in a transaction of its own.

    Raises LeaseLost when another does the same.
    """
    undone = step.undoes
    assert undone is not None
    done = TakenBack(**step.so_far)
    pupils = pupils_of(undone)
    to_do = [pupil for pupil in pupils if pupil > done.upto]
    for start in range(0, len(to_do), AT_ONCE):
        portion = to_do[start : start + AT_ONCE]
        with transaction.atomic():
            _hold_alone(step)
            _take_back(step, undone, portion, done)
            done.upto = portion[-1]
            step.so_far = asdict(done)
            step.save(update_fields=["so_far"])
            fault_point("take-back.before-commit")
        fault_point("take-back.portion")
        progress(len(pupils) - len(to_do) + start + len(portion), len(pupils))
    with transaction.atomic():
        _hold_alone(step)
        Decision.objects.filter(pk=undone.pk, undone_at=None).update(undone_at=timezone.now())
        fault_point("take-back.before-end")
    return done.told


def _hold_alone(step: Decision) -> None:
    """Lock the step. Whoever lost the job stops, once another attempt wrote: what waits again may be decided anew."""
    held = Decision.objects.select_for_update(of=("self",)).filter(pk=step.pk).values_list("so_far", flat=True)
    if list(held) != [step.so_far]:
        raise LeaseLost


def pupils_of(decision: Decision) -> list[int]:
    """The numbers of the pupils whom a decision was about, ascending."""
    closed = Conflict.objects.filter(decision=decision).order_by()
    changes = list(Change.objects.filter(decision=decision).values_list("pk", flat=True))
    return sorted(set(closed.values_list("pupil_id", flat=True)) | pupils_written_by(changes))


def left_by(decision: Decision) -> list[Left]:
    """What of a decision cannot be undone, or could not: something wrote there since."""
    changes = list(Change.objects.filter(decision=decision).values_list("pk", flat=True))
    pupils = pupils_of(decision)
    return [
        left for start in range(0, len(pupils), AT_ONCE) for left in left_of(changes, pupils[start : start + AT_ONCE])
    ]


def _take_back(step: Decision, undone: Decision, portion: list[int], done: TakenBack) -> None:
    shown = Pupil.people.select_for_update(of=("self",)).filter(pk__in=portion).order_by("pk")
    pupils = {one.pk: one for one in shown.shown_to(step.by)}
    changes = list(Change.objects.filter(decision=undone).values_list("pk", flat=True))
    result = undo(changes, list(pupils), _change_of(step), refuse=False) if changes else None
    stays = {(left.pupil, left.group.number, left.item) for left in result.left} if result else set()
    closed = list(Conflict.objects.filter(decision=undone, pupil__in=pupils).select_related("base", "origin"))
    still_said = _end_refusals([one for one in closed if one.outcome == Conflict.Outcome.NEVER_AGAIN])
    done.waits_again += _open_again(
        [
            one
            for one in closed
            if one.outcome != Conflict.Outcome.ACCEPTED or (one.pupil_id, one.group, one.item) not in stays
        ],
        still_said,
    )
    look_again(pupils)
    for pupil in pupils.values():
        target = about(pupil)
        record("decision on conflicts undone", by=step.by, target=target, about=target)
    if result:
        done.put_back += result.put_back
        done.left += len(result.left)


def _change_of(step: Decision) -> Change:
    found = Change.objects.filter(decision=step).first()
    return found or Change.objects.create(
        source=Change.Source.PERSON,
        source_name=str(step.by or "the command line")[:200],
        rule=UNDO,
        by=step.by,
        decision=step,
    )


def _end_refusals(conflicts: list[Conflict]) -> set[int]:
    """The numbers of those whose refusal stood until now: a school that says it no more would have ended it."""
    bases = {}
    still_said = set()
    for one in conflicts:
        parts = one.data_group.form_of(one.item).parts(one.incoming)
        ended, _ = Refusal.objects.filter(
            pupil=one.pupil_id,
            base=one.base_id,
            group=one.group,
            item=one.item,
            value_digest__in=[refusal_digest(one.data_group, one.item, part) for part in parts],
            code=DISCARDED,
        ).delete()
        if ended:
            bases[one.base_id] = one.base
            still_said.add(one.pk)
    for _, base in sorted(bases.items()):
        refusals_changed(base)
    return still_said


def _open_again(closed: list[Conflict], still_said: Collection[int]) -> int:
    """A conflict waits again, as old as it was, unless its school has said something newer or it is held by now.

    Of what is known part by part, contacts say, older parts wait on beside those of a newer value, unless that is of a
    full file, which would say them too; but those that are ``still_said``, and were only kept out.
    """
    pupils = {one.pupil_id for one in closed}
    newer = {
        (one.pupil_id, one.base_id, one.group, one.item): one
        for one in Conflict.objects.open().filter(pupil__in=pupils)
    }
    jobs = {one.seen_in for one in newer.values() if one.seen_in is not None}
    full = set(Import.objects.filter(job__in=jobs, full=True).values_list("job_id", flat=True)) if jobs else set()
    waits: list[Conflict] = []
    joined: list[Conflict] = []
    for pair in side_by_side(closed):
        one = pair.conflict
        stands = newer.get((one.pupil_id, one.base_id, one.group, one.item))
        if stands is not None:
            if (stands.seen_in not in full or one.pk in still_said) and _join(stands, pair):
                joined.append(stands)
        elif pair.differs:
            waits.append(
                Conflict(
                    pupil_id=one.pupil_id,
                    base=one.base,
                    group=one.group,
                    item=one.item,
                    incoming_text=one.incoming_text,
                    incoming_digest=bytes(one.incoming_digest),
                    origin=one.origin,
                    since=one.since,
                    seen_in=one.seen_in,
                )
            )
    Conflict.objects.bulk_create(waits)
    Conflict.objects.bulk_update(joined, ["incoming_text", "incoming_digest", "since"])
    return len(waits) + len(joined)


def _join(newer: Conflict, pair: Pair) -> bool:
    """Have the parts of an older value that would still change something wait beside a newer one; False: none did."""
    group, item = pair.group, pair.conflict.item
    form = group.form_of(item)
    parts = [part for part in form.parts(pair.conflict.incoming) if group.differing(pair.payload, {item: part})]
    if not form.is_in_parts or not parts:
        return False
    both = form.join(form.whole(parts), newer.incoming)
    digest = refusal_digest(group, item, both)
    if digest == bytes(newer.incoming_digest):
        return False
    newer.incoming_text, newer.incoming_digest = canonical(both), digest
    newer.since = min(newer.since, pair.conflict.since)
    return True
