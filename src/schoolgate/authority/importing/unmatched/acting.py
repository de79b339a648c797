"""What a person does with an unmatched record: match, add, discard; each is one step, done whole or not at all.

The entry is taken by its base's rules as an import would take it, with its conflicts and refusals; the changes name the
file, and the person. From then on it is known who it is (`KnownAs`), and whoever else waits and is the same child by
that goes along in the same step (reference 9.4: public).
"""

from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest

from schoolgate.authority.importing.addresses.listed import address_rule
from schoolgate.authority.importing.applying import Applying, add_alone
from schoolgate.authority.importing.base_rules import base_rules
from schoolgate.authority.importing.case import Work
from schoolgate.authority.importing.changes import ByPerson
from schoolgate.authority.importing.matching.keys import MatchKeys, is_temporary
from schoolgate.authority.importing.models import KnownAs, Met, Unmatched
from schoolgate.authority.importing.recognising import ADDED_BY_HAND, BY_HAND, Recognised
from schoolgate.authority.importing.restricted import mark_waiting
from schoolgate.authority.importing.telling import refusals_changed
from schoolgate.authority.importing.unmatched.following import who_follow
from schoolgate.authority.importing.waiting import incoming_of_text, keys_of_incoming, known_as
from schoolgate.authority.importing.writing import Gone, locked
from schoolgate.authority.records.looking import about_number
from schoolgate.authority.records.models import Decision, Enrolment, Pupil, Restriction
from schoolgate.authority.records.subjects import STAFF
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record


class Stale(Exception):
    """What the person saw stands no more: a colleague or a newer file was quicker."""


class TwoAtOneSchool(Exception):
    """The base's newest document tells of the pupil by another entry already, so these are two children to it."""


@dataclass(slots=True)
class Outcome:
    """What a step did."""

    decision: Decision
    pupil: int = 0
    """The number of the pupil that was matched or added."""
    followed: list[Unmatched] = field(default_factory=list)
    """Other records of the same child, which were matched by themselves."""


def match(
    record_pk: int, pupil: int, *, seen: str, reason: str = "", by: User | None, request: HttpRequest | None = None
) -> Outcome:
    """Take a record for a held pupil, from now on; ``seen`` is `Unmatched.seen` of the record as the person saw it.

    Raises Stale, Gone where the pupil is not held any more, or is none for this record (a member of staff is no pupil),
    and TwoAtOneSchool.
    """
    with transaction.atomic():
        # Pupils before records, as an import holds them.
        held = locked(pupil)
        row = _held_as_seen(record_pk, seen, by)
        if _told_otherwise(row, pupil):
            raise TwoAtOneSchool
        is_restricted = row.is_of_restricted() or Restriction.objects.filter(pupil=pupil).exists()
        if held.subject != row.seen_in.subject:
            raise Gone
        decision = Decision.objects.create(
            kind=Decision.Kind.MATCH, by=by, reason=reason, on_restricted=is_restricted, on_staff=_is_of_staff(row)
        )
        keys = keys_of_incoming(incoming_of_text(row.entry_text))
        _note(row, "unmatched record matched", pupil, by, reason, request)
        _take(row, _as(row, pupil, BY_HAND, keys), decision)
        _know(row, pupil, keys, decision)
        row.delete()
        outcome = Outcome(decision, held.pk)
        let_follow(outcome, by, request)
        if is_restricted:
            mark_waiting()
    return outcome


def add(record_pk: int, *, seen: str, reason: str = "", by: User | None, request: HttpRequest | None = None) -> Outcome:
    """Add who the record tells of as a new pupil; a UPN that another pupil holds is left out. Raises Stale."""
    with transaction.atomic():
        add_alone()
        row = _held_as_seen(record_pk, seen, by)
        decision = Decision.objects.create(
            kind=Decision.Kind.ADD,
            by=by,
            reason=reason,
            on_restricted=row.is_of_restricted(),
            on_staff=_is_of_staff(row),
        )
        keys = keys_of_incoming(incoming_of_text(row.entry_text))
        pupil = _take(row, _as(row, None, ADDED_BY_HAND, keys), decision)
        _note(row, "unmatched record added", pupil, by, reason, request)
        _know(row, pupil, keys, decision)
        row.delete()
        outcome = Outcome(decision, pupil)
        let_follow(outcome, by, request)
    return outcome


def discard(
    record_pk: int, *, seen: str, reason: str = "", by: User | None, request: HttpRequest | None = None
) -> Outcome:
    """Neither match nor add the record, as long as its base sends this child. Raises Stale."""
    with transaction.atomic():
        row = _held_as_seen(record_pk, seen, by)
        if row.held_back:
            raise Stale
        decision = Decision.objects.create(
            kind=Decision.Kind.DISCARD,
            by=by,
            reason=reason,
            on_restricted=row.is_of_restricted(),
            on_staff=_is_of_staff(row),
        )
        row.held_back = Unmatched.HeldBack.DISCARDED
        row.save(update_fields=["held_back"])
        _note(row, "unmatched record discarded", None, by, reason, request)
    return Outcome(decision)


def ask_again(record_pk: int, *, seen: str, by: User | None, request: HttpRequest | None = None) -> None:
    """Let a record that was held back wait again. Raises Stale."""
    with transaction.atomic():
        row = _held_as_seen(record_pk, seen, by)
        if not row.held_back:
            raise Stale
        row.held_back = Unmatched.HeldBack.NO
        row.save(update_fields=["held_back"])
        _note(row, "unmatched record waits again", None, by, "", request)


def _held_as_seen(record_pk: int, seen: str, by: User | None) -> Unmatched:
    """The record, held until the transaction ends, if it is what the person saw."""
    rows = Unmatched.objects.select_for_update(of=("self",)).select_related("base", "seen_in__base")
    rows = rows.shown_to(by)
    row = rows.filter(pk=record_pk).first()
    if row is None or row.seen != seen:
        raise Stale
    return row


def _is_of_staff(row: Unmatched) -> bool:
    return row.seen_in.subject == STAFF


def _told_otherwise(row: Unmatched, pupil: int) -> bool:
    is_here = Enrolment.objects.filter(pupil=pupil, base=row.base).exists()
    return is_here and pupil in Met.pupils_of(row.seen_in)


def _as(row: Unmatched, pupil: int | None, rule: str, keys: MatchKeys) -> Recognised:
    permanent = keys.upn and not is_temporary(keys.upn)
    is_anothers = bool(permanent) and Pupil.people.filter(upn=keys.upn).exclude(pk=pupil or 0).exists()
    return Recognised(b"", pupil, rule, is_anothers, bytes(row.sign))


def _take(row: Unmatched, whose: Recognised, decision: Decision) -> int:
    """Apply the record's entry by its base's rules; the number of the pupil."""
    this = row.seen_in
    applying = Applying(
        this,
        base_rules(row.base).rule_set.rules,
        job=this.job_id or 0,
        newest_pupil=Pupil.people.aggregate(newest=Max("pk"))["newest"] or 0,
        addresses=address_rule(),
        by_person=ByPerson(this, decision),
    )
    fates = applying.apply([Work(whose, incoming_of_text(row.entry_text))])
    ((pupil,),) = fates.values()
    refusals_changed(row.base)
    return pupil


def _know(row: Unmatched, pupil: int, keys: MatchKeys, decision: Decision) -> None:
    known = {"pupil_id": pupil, "keys": known_as(keys), "entry_text": row.entry_text, "decision": decision}
    KnownAs.objects.update_or_create(base=row.base, sign=bytes(row.sign), defaults=known)


def let_follow(outcome: Outcome, by: User | None, request: HttpRequest | None) -> None:
    """Match who else waits and is this child by what is known now, by themselves, in the caller's transaction."""
    for row, whose in who_follow(outcome.pupil):
        if _told_otherwise(row, outcome.pupil):
            continue
        _take(row, whose, outcome.decision)
        _note(row, "unmatched record matched by itself", outcome.pupil, by, "", request)
        row.delete()
        outcome.followed.append(row)


def _note(
    row: Unmatched, did: str, pupil: int | None, by: User | None, reason: str, request: HttpRequest | None
) -> None:
    target = row.named
    on = about_number(pupil, row.seen_in.told_of) if pupil else ""
    details = "; ".join(part for part in (on, reason) if part)
    record(did, by=by, target=target, details=details, request=request, about=on or target)
