"""Deciding on results that wait for their pupil: match by hand, look again, discard."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.attainment.taking import hand_over_known, look_again
from schoolgate.authority.collection.models import CollectionRun, Data, RunState, SuspendedResult
from schoolgate.authority.importing.held import restricted_held
from schoolgate.authority.importing.matching.keys import keys_of
from schoolgate.authority.importing.matching.nearness import may_be_any
from schoolgate.authority.records.looking import about
from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.models.visible import may_see_restricted
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record

BY_HAND = "Suspended attainment"
"""The name of such a run in the Task Log."""


class NotThatPupil(Exception):
    """There is no such pupil at the school, as far as the person may know."""


class Gone(Exception):
    """Somebody else has decided on it, or its pupil was found."""


def waiting_for(user: Any) -> "list[SuspendedResult]":
    """The results that wait, the oldest first; none that may be a restricted pupil's, unless the user may see those.

    None is the command line.
    """
    shown = SuspendedResult.objects.all() if user is None else SuspendedResult.objects.visible_to(user)
    rows = list(shown.filter(state=SuspendedResult.State.HELD).select_related("base"))
    if may_see_restricted(user):
        return rows
    restricted = restricted_held()
    return [row for row in rows if not may_be_any(keys_of(row.who), restricted)]


@transaction.atomic
def match(row: SuspendedResult, upn: str, *, by: User | None, request: HttpRequest | None = None) -> Pupil:
    """Import what waits as results of the pupil with this UPN at its school. Raises NotThatPupil, Gone, NoSpace."""
    row = _held(row)
    pupils = Pupil.objects.visible_to(by) if by is not None else Pupil.objects.unrestricted()
    pupil = pupils.filter(upn=upn.strip().upper(), enrolments__base=row.base).first() if upn.strip() else None
    if pupil is None:
        raise NotThatPupil
    hand_over_known(_run(row.base, by), [(pupil, row.results)])
    target = f"suspended result {row.pk} of {row.base.dfe_number}"
    record("suspended result matched", by=by, target=target, about=about(pupil), request=request)
    row.delete()
    return pupil


@transaction.atomic
def discard(row: SuspendedResult, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Take these results of nobody, until the school says more of them. Raises Gone."""
    row = _held(row)
    row.state, row.decided_at, row.decided_by = SuspendedResult.State.DISCARDED, timezone.now(), by
    row.save(update_fields=["state", "decided_at", "decided_by"])
    target = f"suspended result {row.pk} of {row.base.dfe_number}"
    record("suspended result discarded", by=by, target=target, request=request)


def look_again_at(bases: Collection[Base], *, by: User | None, request: HttpRequest | None = None) -> int:
    """Take results whose pupil is held by now; of how many schools there are some. Raises NoSpace."""
    taken = 0
    for base in bases:
        with transaction.atomic():
            run = _run(base, by)
            if look_again(run):
                taken += 1
                record("suspended results looked at again", by=by, target=base.dfe_number, request=request)
            else:
                run.delete()
    return taken


def _held(row: SuspendedResult) -> SuspendedResult:
    held = SuspendedResult.objects.select_for_update(of=("self",)).select_related("base")
    found = held.filter(pk=row.pk, state=SuspendedResult.State.HELD).first()
    if found is None:
        raise Gone
    return found


def _run(base: Base, by: User | None) -> CollectionRun:
    """A run that asks nobody."""
    return CollectionRun.objects.create(
        task_name=BY_HAND,
        base=base,
        data=Data.ATTAINMENT,
        state=RunState.COLLECTING,
        started_at=timezone.now(),
        asked_by=by,
    )
