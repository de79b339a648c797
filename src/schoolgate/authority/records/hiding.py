"""What the audit hides of restricted pupils and of staff, and what a search says of a pupil that it does not show."""

from typing import Any

from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest

from schoolgate.authority.records.looking import about
from schoolgate.authority.records.models import MergedInto, Pupil, PupilKey
from schoolgate.authority.records.models.masking import restricted_pupils
from schoolgate.authority.records.models.visible import may_see_restricted, may_see_staff_records
from schoolgate.authority.records.searching import understand
from schoolgate.authority.records.subjects import STAFF
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import hider
from schoolgate.commons.audit.recording import record

ABOUT_RESTRICTED = "restricted pupils"
"""What `AuditEntry.about` has where an entry may name restricted pupils, of whom no one is meant alone."""

ABOUT_STAFF = f"{STAFF} records"
"""The same where it may name members of staff; who lacks either right does not read what is about both."""

_ABOUT_BOTH = f"{ABOUT_STAFF} and {ABOUT_RESTRICTED}"

UPN_LENGTH = 13
NAMES_NEEDED = 2


@hider
def entries_on_restricted(user: Any) -> Q | None:
    """Entries about restricted pupils, from before they were restricted too, for whoever lacks the right."""
    if user is not None and may_see_restricted(user):
        return None
    merged = MergedInto.objects.filter(pupil__in=restricted_pupils()).order_by()
    return (
        Q(about__in=[ABOUT_RESTRICTED, _ABOUT_BOTH])
        | Q(about__in=restricted_pupils().annotate(named=_named("pupil")).values("named"))
        | Q(about__in=merged.annotate(named=_named("number")).values("named"))
    )


@hider
def entries_on_staff(user: Any) -> Q | None:
    """Entries about members of staff, for whoever lacks the right to their records."""
    may = user is not None and may_see_staff_records(user)
    return None if may else Q(about__startswith=f"{STAFF} ")


def about_what_is_shown(user: Any) -> str:
    """What `AuditEntry.about` has of a list that tells of whomever this user may see; empty where all may read it."""
    if may_see_staff_records(user):
        return _ABOUT_BOTH if may_see_restricted(user) else ABOUT_STAFF
    return ABOUT_RESTRICTED if may_see_restricted(user) else ""


def _named(number: str) -> Concat:
    """What `AuditEntry.about` has for the pupil whose number stands in this column (`looking.about`)."""
    return Concat(Value("pupil "), Cast(F(number), CharField()))


def meant_but_hidden(user: Any, text: str) -> list[Pupil]:
    """The restricted pupils that this user may not see, and of whom ``text`` names each for sure.

    It names one for sure by a whole UPN, or by two whole names and the date of birth: who knows that much learns that
    the pupil is restricted, and to ask somebody with the right. A beginning of a name, a post code, a school or a year
    group gets no such answer, or the answers would tell, one guess after another, who is restricted and where.
    """
    wanted = understand(text)
    sure = any(len(upn) == UPN_LENGTH for upn in wanted.upns) or (len(wanted.names) >= NAMES_NEEDED and wanted.born)
    if may_see_restricted(user) or not sure or wanted.postcodes:
        return []
    found = Pupil.objects.filter(pk__in=restricted_pupils())
    for kind, keys in ((PupilKey.Kind.NAME, wanted.names), (PupilKey.Kind.UPN, wanted.upns)):
        for key in sorted(keys):
            found = found.filter(pk__in=PupilKey.objects.filter(kind=kind, text=key).values("pupil"))
    for day in wanted.born:
        found = found.filter(born=day)
    return list(found)


def asked_for(pupils: list[Pupil], *, by: User, request: HttpRequest) -> None:
    """Note of each that somebody without the right asked for it by all that it takes to be told of it."""
    for pupil in pupils:
        record("restricted pupil asked for", by=by, target=about(pupil), request=request, about=about(pupil))
