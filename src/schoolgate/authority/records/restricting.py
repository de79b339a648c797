"""Restricting a pupil whose whereabouts must not leak, changing why and until when, and lifting it.

From the same moment on nothing of the pupil is written by rule, so what was settled of it is looked at again by the
next import. Each step stands in the audit by the pupil's number, without the words, which may tell the whereabouts.
"""

from collections.abc import Collection
from datetime import date

from django.db import connection, transaction
from django.db.models import F, Q
from django.http import HttpRequest

from schoolgate.authority.records.groups.registry import GROUPS
from schoolgate.authority.records.looking import about
from schoolgate.authority.records.models import (
    Attendance,
    Decision,
    EnrolmentGroup,
    Pupil,
    PupilGroup,
    Replaced,
    Restriction,
    Settled,
    row_key,
)
from schoolgate.authority.records.rooms_above import restriction_changed
from schoolgate.authority.records.touching import touched
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record

_LOCK = 0x5C_4002
"""Number of PostgreSQL's lock on who is restricted."""


class ChangedMeanwhile(Exception):
    """Somebody else restricted the pupil, changed why, or lifted it, since it was shown."""


def let_nobody_be_restricted() -> None:
    """Have who is restricted stay so until the caller's transaction ends, which goes by it and writes who waits.

    To be called before the transaction holds a pupil: whoever restricts one waits here first, and then holds it.
    SQLite has one writer at a time anyway.
    """
    _hold_who_is_restricted("pg_advisory_xact_lock_shared")


def let_nobody_else_restrict() -> None:
    """The same for a transaction that changes who is restricted: nobody else then goes by it either."""
    _hold_who_is_restricted("pg_advisory_xact_lock")


def _hold_who_is_restricted(how: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {how}(%s)", [_LOCK])


def restrict(
    pupil: Pupil, why: str, until: date | None, *, seen: int, by: User | None, request: HttpRequest | None = None
) -> Restriction:
    """Restrict a pupil, or say anew why and until when it is looked at again.

    ``seen`` is the version that was shown (`Restriction.version`), 0 where the pupil was not restricted. Raises
    ChangedMeanwhile.
    """
    with transaction.atomic():
        before = _held(pupil, seen)
        restriction = before or Restriction(pupil=pupil, version=0)
        restriction.why, restriction.until, restriction.by = why, until, by
        restriction.version += 1
        restriction.save()
        if before is None:
            # What people decided on the pupil before is hidden too: their reasons may tell where it is.
            Decision.objects.filter(changes__in=changes_of(pupil)).update(on_restricted=True)
            _changed(pupil)
        else:
            touched(pupil, "changed the restriction on", by=by)
        did = "pupil restricted" if before is None else "restriction changed"
        record(did, by=by, target=about(pupil), request=request, about=about(pupil))
    return restriction


def lift(pupil: Pupil, reason: str, *, seen: int, by: User | None, request: HttpRequest | None = None) -> None:
    """End a restriction; ``reason`` stands in the audit. ``seen`` as for `restrict`. Raises ChangedMeanwhile."""
    with transaction.atomic():
        restriction = _held(pupil, seen)
        if restriction is None:
            raise ChangedMeanwhile("This pupil is not restricted any more.")
        restriction.delete()
        _changed(pupil)
        touched(pupil, "lifted the restriction on", by=by)
        record("restriction lifted", by=by, target=about(pupil), details=reason, request=request, about=about(pupil))


def _held(pupil: Pupil, seen: int) -> Restriction | None:
    """The restriction as it was shown, while nobody else can change it: the pupil's row is locked."""
    let_nobody_else_restrict()
    Pupil.objects.select_for_update().get(pk=pupil.pk)
    restriction = Restriction.objects.filter(pupil=pupil).first()
    if seen != (restriction.version if restriction else 0):
        raise ChangedMeanwhile("Somebody changed this restriction a moment ago. Look at it, and decide again.")
    return restriction


def _changed(pupil: Pupil) -> None:
    Settled.objects.filter(pupil=pupil).delete()
    restriction_changed(pupil)


def changes_of(pupil: Pupil) -> set[int]:
    """The numbers of all changes that ever wrote to the pupil's groups and registers."""
    enrolments = list(pupil.enrolments.values_list("pk", flat=True))
    rows = {
        Replaced.Table.PUPIL_GROUP: PupilGroup.objects.of(pupil.pk),
        Replaced.Table.ENROLMENT_GROUP: EnrolmentGroup.objects.filter(
            key__in=[row_key(enrolment, group) for enrolment in enrolments for group in GROUPS]
        ),
        Replaced.Table.ATTENDANCE: Attendance.objects.filter(enrolment__in=enrolments),
    }
    changes: set[int] = set()
    before = Q(pk__in=[])
    for table, of_table in rows.items():
        keys = []
        for key, change in of_table.values_list("pk", "change"):
            keys.append(key)
            changes.add(change)
        before |= Q(table=table, key__in=keys)
    for written_by, replaced_by in Replaced.objects.filter(before).values_list("written_by", "replaced_by"):
        changes |= {written_by, replaced_by}
    return changes


def carry_over(gone: Pupil, keep: Pupil, *, by: User | None) -> bool:
    """Have ``keep`` restricted where it or ``gone``, who was merged into it, is; in the caller's transaction.

    Of two restrictions both reasons stand, and the earlier day. To be called once ``keep`` has the rows of both, whose
    decisions are hidden. Says whether it is restricted.
    """
    ours, theirs = (Restriction.objects.filter(pupil=one).first() for one in (keep, gone))
    if theirs is None and ours is None:
        return False
    if theirs is not None and ours is not None:
        ours.why = "\n".join(dict.fromkeys((ours.why, theirs.why)))
        ours.until = min((day for day in (ours.until, theirs.until) if day), default=None)
        ours.version += 1
        ours.save()
    elif theirs is not None:
        Restriction.objects.filter(pk=theirs.pk).update(pupil=keep, version=F("version") + 1)
    Decision.objects.filter(changes__in=changes_of(keep)).update(on_restricted=True)
    _changed(keep)
    touched(keep, "merged", by=by)
    return True


def hide_if_restricted(decision: Decision, pupils: Collection[int]) -> None:
    """Hide a decision that is about a restricted pupil, in the caller's transaction, from whoever lacks the right.

    Whoever makes a decision calls it, unless `importing.writing.write_groups` writes what was decided.
    """
    if Restriction.objects.filter(pupil__in=list(pupils)).exists():
        Decision.objects.filter(pk=decision.pk).update(on_restricted=True)
