"""What an import wrote is put back, two hundred pupils a transaction (DESIGN 7, undo).

It goes on after a crash where it broke off. What cannot be put back is told by what stands then (``undoing.left_of``).
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.authority.importing.applying import AT_ONCE
from schoolgate.authority.importing.deciding import BY_A_PERSON
from schoolgate.authority.importing.models import Conflict, Import, ImportState, Met, RemovalCandidate, Unmatched
from schoolgate.authority.importing.people import sign_of
from schoolgate.authority.importing.recognising import WhyNot
from schoolgate.authority.importing.undoing import UNDO, Left, TakenBack, left_of, pupils_written_by, undo
from schoolgate.authority.importing.waiting import Waits, hold_back, keys_of_incoming
from schoolgate.authority.importing.writing import look_again
from schoolgate.authority.records.models import (
    Attendance,
    Change,
    Decision,
    Enrolment,
    Pupil,
    Refusal,
    Replaced,
    Restriction,
    owner_of,
)
from schoolgate.authority.records.models.visible import may_see_staff_records
from schoolgate.authority.records.restricting import let_nobody_be_restricted
from schoolgate.authority.records.subjects import STAFF
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.faults import fault_point
from schoolgate.commons.jobs.kinds import LeaseLost


@dataclass(slots=True)
class Progress:
    """How far the undo of an import is, and what it did: `Import.undone`."""

    upto: int = 0
    """The number of the last pupil dealt with."""
    put_back: int = 0
    """Values."""
    left: int = 0
    """Values that stay, since something wrote since."""
    removed: int = 0
    """Pupils who went whole."""
    taken_back: int = 0
    """Pupils whose time at the school went, those who went whole included."""
    not_shown: int = 0
    """Restricted pupils whom the person may not see: of them all stays."""


def changes_of(this: Import) -> QuerySet[Change]:
    """The changes that an import made itself; none that people made of it later."""
    return Change.objects.filter(job=this.job_id or 0, base=this.base_id, decision=None)


def can_be_undone(this: Import) -> bool:
    """Whether an import has ended, did something, and nobody has undone it."""
    ended = this.state in {ImportState.COMPLETED, ImportState.FAILED}
    return ended and this.undo_id is None and this.first_load_id is None and bool(this.counts)


def ask_to_undo(this: Import, reason: str, *, by: User | None, request: HttpRequest | None = None) -> bool:
    """Note that an import is to be undone, in the caller's transaction, who gives it a job. False: it cannot be.

    One of staff can be undone only by a person who may see their records: others would undo nothing of it.
    """
    held = Import.objects.select_for_update(of=("self",)).select_related("base", "job").get(pk=this.pk)
    if not can_be_undone(held) or (held.subject == STAFF and not may_see_staff_records(by)):
        return False
    held.undo = this.undo = Decision.objects.create(
        kind=Decision.Kind.UNDO, by=by, reason=reason, on_staff=held.subject == STAFF
    )
    held.undone = this.undone = asdict(Progress())
    note = {
        "did": "import undone",
        "by": str(by or "the command line"),
        "at": timezone.now().isoformat(),
        "why": reason,
    }
    held.decided = this.decided = [*held.decided, note]
    held.save(update_fields=["undo", "undone", "decided"])
    record("import undone", by=by, target=f"import {this.pk}, {this.source_name}", details=reason, request=request)
    return True


def carry_out_undo(this: Import, progress: Callable[[int, int], None], ended: Callable[[Import], None]) -> Progress:
    """Undo an import that was asked for, from where it is; done again after its end it changes nothing.

    ``progress`` is told how many pupils are done of how many, and may end it by raising. ``ended`` is called within
    the last transaction. Raises LeaseLost when another does the same.
    """
    assert this.undo is not None
    so_far = Progress(**this.undone)
    if this.undone_at:
        return so_far
    changes = list(changes_of(this).values_list("pk", flat=True))
    pupils = written_to(this)
    to_do = [pupil for pupil in pupils if pupil > so_far.upto]
    into: Change | None = None
    for start in range(0, len(to_do), AT_ONCE):
        portion = to_do[start : start + AT_ONCE]
        with transaction.atomic():
            _hold_alone(this, so_far)
            let_nobody_be_restricted()
            into = into or _change(this)
            _undo_portion(this, changes, portion, into, so_far)
            so_far.upto = portion[-1]
            this.undone = asdict(so_far)
            this.save(update_fields=["undone"])
            fault_point("undo.before-commit")
        fault_point("undo.portion")
        progress(len(pupils) - len(to_do) + start + len(portion), len(pupils))
    with transaction.atomic():
        _hold_alone(this, so_far)
        Unmatched.objects.filter(
            base=this.base, seen_in=this, held_back=Unmatched.HeldBack.NO, since__gte=this.arrived_at
        ).delete()
        this.undone_at = timezone.now()
        this.save(update_fields=["undone_at"])
        ended(this)
        fault_point("undo.before-end")
    return so_far


def written_to(this: Import) -> list[int]:
    """The numbers of the pupils whom an import wrote to, or of whom it left something for a person, ascending."""
    found = pupils_written_by(list(changes_of(this).values_list("pk", flat=True)))
    for opened in (_conflicts(this), _refusals(this), _candidates(this)):
        found |= set(opened.values_list("pupil_id", flat=True))
    return sorted(found)


def left_by(this: Import) -> Iterator[Left]:
    """What of an import could not be undone, or cannot be; pupil by pupil in the order of their numbers."""
    changes = list(changes_of(this).values_list("pk", flat=True))
    since = Replaced.objects.filter(written_by__in=changes).exclude(replaced_by__rule=UNDO)
    keys: dict[int, set[int]] = {table: set() for table in Replaced.Table.values}
    for table, key in since.values_list("table", "key"):
        keys[table].add(key)
    registers = Attendance.objects.filter(pk__in=keys[Replaced.Table.ATTENDANCE]).values_list("enrolment_id", flat=True)
    enrolments = set(map(owner_of, keys[Replaced.Table.ENROLMENT_GROUP])) | set(registers)
    made = Q(pk__in=enrolments) | Q(created_by__in=changes)
    found = set(Enrolment.objects.filter(made).values_list("pupil_id", flat=True))
    pupils = sorted(found | set(map(owner_of, keys[Replaced.Table.PUPIL_GROUP])))
    for start in range(0, len(pupils), AT_ONCE):
        yield from left_of(changes, pupils[start : start + AT_ONCE])


def _undo_portion(this: Import, changes: list[int], portion: list[int], into: Change, so_far: Progress) -> None:
    by = into.by
    shown = Pupil.people.filter(pk__in=portion)
    shown = shown.shown_to(by)
    pupils = list(shown.values_list("pk", flat=True))
    so_far.not_shown += Pupil.people.filter(pk__in=portion).count() - len(pupils)
    if this.undo is not None and Restriction.objects.filter(pupil__in=pupils).exists():
        Decision.objects.filter(pk=this.undo.pk).update(on_restricted=True)
    for opened in (_conflicts(this), _refusals(this), _candidates(this)):
        opened.filter(pupil__in=pupils).delete()
    look_again(pupils)
    done = undo(changes, pupils, into, refuse=True)
    signs = Met.signs_of(this) if done.taken_back else {}
    hold_back(this, [_waits(gone, signs) for gone in done.taken_back], Unmatched.HeldBack.UNDONE)
    so_far.put_back += done.put_back
    so_far.left += len(done.left)
    so_far.removed += done.removed
    so_far.taken_back += len(done.taken_back)


def _waits(gone: TakenBack, signs: dict[int, bytes]) -> Waits:
    sign = signs.get(gone.pupil) or sign_of(keys_of_incoming(gone.incoming))
    return Waits(0, sign, WhyNot.HELD_BACK, gone.incoming)


def _change(this: Import) -> Change:
    """The one change of an undo, made when something is put back first."""
    step = this.undo
    assert step is not None
    found = Change.objects.filter(decision=step, rule=UNDO).first()
    return found or Change.objects.create(
        source=Change.Source.PERSON,
        source_name=str(step.by or "the command line")[:200],
        base=None,
        rule=UNDO,
        by=step.by,
        decision=step,
    )


def _hold_alone(this: Import, so_far: Progress) -> None:
    """Lock the import's row. Whoever lost the job stops, once another attempt wrote."""
    held = Import.objects.select_for_update().filter(pk=this.pk, undone_at=None).values_list("undone", flat=True)
    if list(held) != [asdict(so_far)]:
        raise LeaseLost


def _conflicts(this: Import) -> QuerySet[Conflict]:
    """Those that this import opened."""
    return Conflict.objects.open().filter(base=this.base_id, seen_in=this.job_id or 0)


def _refusals(this: Import) -> QuerySet[Refusal]:
    mine = Refusal.objects.filter(base=this.base_id, first_seen_in=this.job_id or 0)
    return mine.exclude(code__in=BY_A_PERSON)


def _candidates(this: Import) -> QuerySet[RemovalCandidate]:
    return RemovalCandidate.objects.filter(base=this.base_id, seen_in=this.job_id or 0)
