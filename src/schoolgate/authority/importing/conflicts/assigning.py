"""Who looks after what waits of a pupil, and what colleagues let each other know of it."""

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.authority.importing.models import Assignment, Note
from schoolgate.authority.records import subjects
from schoolgate.authority.records.looking import about
from schoolgate.authority.records.models import Pupil, Restriction
from schoolgate.authority.records.models.visible import STAFF, may_see_restricted, may_see_staff_records
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record


class ChangedMeanwhile(Exception):
    """A colleague assigned the pupil to somebody else since the person looked."""


def colleagues(pupil: Pupil) -> list[User]:
    """Those who may look after a pupil; a restricted one, or a member of staff, only whoever may see it."""
    officers: QuerySet[User] = User.objects.filter(role__in=STAFF, is_active=True).order_by("name", "username")
    if pupil.kind == subjects.STAFF:
        return list(filter(may_see_staff_records, officers))
    restricted = Restriction.objects.filter(pupil=pupil).exists()
    return [user for user in officers if not restricted or may_see_restricted(user)]


def assign(pupil: Pupil, to: User | None, *, seen: int, by: User, request: HttpRequest | None = None) -> None:
    """Have somebody look after a pupil; None: nobody. ``seen`` is whose it was as the person saw it, 0: nobody's.

    Raises ChangedMeanwhile.
    """
    with transaction.atomic():
        Pupil.people.select_for_update().get(pk=pupil.pk)
        held = Assignment.objects.filter(pupil=pupil).first()
        if (held.to_id if held else 0) != seen:
            raise ChangedMeanwhile
        if to is None:
            Assignment.objects.filter(pupil=pupil).delete()
        else:
            Assignment.objects.update_or_create(pupil=pupil, defaults={"to": to, "since": timezone.now()})
        target = about(pupil)
        details = f"to {to}" if to else "to nobody"
        record("conflicts assigned", by=by, target=target, details=details, about=target, request=request)


def write_note(pupil: Pupil, text: str, *, by: User, request: HttpRequest | None = None) -> Note:
    """Let colleagues know something of a pupil."""
    with transaction.atomic():
        target = about(pupil)
        record("note written", by=by, target=target, about=target, request=request)
        return Note.objects.create(pupil=pupil, by=by, text=text)
