"""A match is taken back: what one base brought to a pupil goes where nobody wrote since, and its entry waits again.

Until a person decides again, no rule matches that base's entries to the pupil.
"""

from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest

from schoolgate.authority.importing.entered import incoming_as_held
from schoolgate.authority.importing.models import Import, KnownAs, Met, Unmatched
from schoolgate.authority.importing.people import sign_of
from schoolgate.authority.importing.recognising import ADDED_BY_HAND, BY_HAND, WhyNot
from schoolgate.authority.importing.restricted import mark_waiting
from schoolgate.authority.importing.telling import refusals_changed
from schoolgate.authority.importing.undoing import UNDO, Left, undo
from schoolgate.authority.importing.waiting import Waits, incoming_of_text, keep_waiting, keys_of_incoming
from schoolgate.authority.importing.writing import Gone, locked, look_again
from schoolgate.authority.records.looking import about
from schoolgate.authority.records.models import Change, Decision, Enrolment, Restriction
from schoolgate.authority.records.restricting import let_nobody_be_restricted
from schoolgate.authority.records.subjects import STAFF
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record


class CannotUnmatch(Exception):
    """The match cannot be taken back; the text says why, for a person."""


@dataclass(frozen=True, slots=True)
class Unmatching:
    """What taking a match back did."""

    decision: Decision
    record: Unmatched
    """The entry that waits again."""
    put_back: int
    """Values."""
    left: list[Left]
    """Values that stay, since something wrote there since."""


def why_not(enrolment: Enrolment) -> str:
    """Why a match cannot be taken back, as far as it is known beforehand; empty: it may be."""
    others = Enrolment.objects.filter(pupil=enrolment.pupil_id).exclude(pk=enrolment.pk)
    if not (others.exists() or _was_here_before(enrolment)):
        return "No other school tells of this pupil, so there is nothing to take the match back from."
    if _newest(enrolment) is None:
        return "No import of this school is known, so that nobody could wait again."
    return ""


def unmatch(enrolment_pk: int, *, reason: str = "", by: User | None, request: HttpRequest | None = None) -> Unmatching:
    """Take back that a base's entry is this pupil. Raises Gone, and CannotUnmatch, after which nothing is written."""
    with transaction.atomic():
        let_nobody_be_restricted()
        found = Enrolment.objects.filter(pk=enrolment_pk).values_list("pupil_id", flat=True).first()
        if found is None:
            raise Gone
        pupil = locked(found)
        enrolment = Enrolment.objects.select_related("base", "pupil").filter(pk=enrolment_pk).first()
        if enrolment is None:
            raise Gone
        if why := why_not(enrolment):
            raise CannotUnmatch(why)
        stays = _was_here_before(enrolment)
        is_restricted = Restriction.objects.filter(pupil=pupil).exists()
        step = Decision.objects.create(
            kind=Decision.Kind.UNMATCH,
            by=by,
            reason=reason,
            on_restricted=is_restricted,
            on_staff=pupil.subject == STAFF,
        )
        into = Change.objects.create(
            source=Change.Source.PERSON,
            source_name=str(by or "the command line")[:200],
            rule=UNDO,
            by=by,
            decision=step,
        )
        known = KnownAs.objects.filter(pupil=pupil, base=enrolment.base).order_by("-pk").first()
        said = known.entry_text if known else ""
        entry = incoming_of_text(said) if said else incoming_as_held(pupil, enrolment)
        sign = bytes(known.sign) if known else _sign(enrolment)
        changes = _changes(enrolment, only_by_hand=stays)
        KnownAs.objects.filter(pupil=pupil, base=enrolment.base).delete()
        done = undo(changes, [pupil.pk], into, refuse=False)
        if not stays and not done.taken_back:
            raise CannotUnmatch(
                "Others wrote to the pupil's time at this school. Undo what they changed, then try again."
            )
        this = _newest(enrolment)
        assert this is not None
        sign = sign or sign_of(keys_of_incoming(entry))
        keep_waiting(this, [Waits(0, sign, WhyNot.HELD_BACK, entry)])
        row = Unmatched.objects.get(base=enrolment.base, sign=sign)
        row.not_of, row.held_back = pupil, Unmatched.HeldBack.NO
        row.save(update_fields=["not_of", "held_back"])
        look_again([pupil.pk])
        refusals_changed(enrolment.base)
        if is_restricted:
            mark_waiting()
        details = "; ".join(part for part in (f"at {enrolment.base.dfe_number}", reason) if part)
        target = about(pupil)
        record("match taken back", by=by, target=target, details=details, request=request, about=target)
    return Unmatching(step, row, done.put_back, done.left)


def _newest(enrolment: Enrolment) -> Import | None:
    told = Import.objects.filter(base=enrolment.base_id, subject=enrolment.pupil.kind)
    return told.order_by("-pk").first()


def _was_here_before(enrolment: Enrolment) -> bool:
    """Whether the base told of the pupil before a person matched another entry of it: then only that one goes.

    That two records were merged says nothing of it.
    """
    is_known = KnownAs.objects.filter(pupil=enrolment.pupil_id, base=enrolment.base_id, decision__isnull=False)
    is_known = is_known.exclude(decision__kind=Decision.Kind.MERGE)
    by_hand = enrolment.created_by.rule.startswith((f"{BY_HAND}/", f"{ADDED_BY_HAND}/"))
    return not by_hand and is_known.exists()


def _changes(enrolment: Enrolment, *, only_by_hand: bool) -> list[int]:
    made = Change.objects.filter(base=enrolment.base_id)
    if only_by_hand:
        made = made.filter(rule__startswith=f"{BY_HAND}/")
    return list(made.values_list("pk", flat=True))


def _sign(enrolment: Enrolment) -> bytes:
    """The sign of the entry as its base sent it, where that is known."""
    job = enrolment.created_by.job
    this = Import.objects.filter(base=enrolment.base_id, job=job).first() if job else None
    return Met.signs_of(this).get(enrolment.pupil_id, b"") if this else b""
