"""People decide on conflicts: the value is taken, dropped, or dropped and not asked about again (reference 9.6).

Of one pupil all that a person chose is done, or nothing: where a value changed since the person saw it, or cannot be
taken any more, the pupil stays as it is, and the person is shown both values again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.db import transaction
from django.http import HttpRequest

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.conflicts.faults import faults
from schoolgate.authority.importing.conflicts.side_by_side import Pair, side_by_side
from schoolgate.authority.importing.deciding import DISCARDED, Effect, refusal_digest
from schoolgate.authority.importing.models import Conflict
from schoolgate.authority.importing.telling import refusals_changed
from schoolgate.authority.importing.writing import look_again, write_groups
from schoolgate.authority.records.groups.canonical import canonical
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.looking import about
from schoolgate.authority.records.models import Change, Decision, Pupil, Refusal, Restriction
from schoolgate.authority.records.showing import label_of
from schoolgate.authority.records.subjects import STAFF
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record

TWO_VALUES = "two-values"
"""Code: a person accepted two schools' values for one item."""


class Choice(StrEnum):
    """What a person does with an incoming value."""

    ACCEPT = "accept"
    DISCARD = "discard"
    NEVER_AGAIN = "never-again"


OUTCOMES = {
    Choice.ACCEPT: Conflict.Outcome.ACCEPTED,
    Choice.DISCARD: Conflict.Outcome.DISCARDED,
    Choice.NEVER_AGAIN: Conflict.Outcome.NEVER_AGAIN,
}
_DID = {Choice.ACCEPT: "accepted", Choice.DISCARD: "discarded", Choice.NEVER_AGAIN: "discarded for good"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person chose for one conflict, having seen its two values (`Pair.seen`)."""

    pupil: int
    conflict: int
    choice: Choice
    seen: str


@dataclass(slots=True)
class Done:
    """What came of wishes."""

    decision: Decision | None = None
    """None where nothing was done."""
    decided: dict[Choice, int] = field(default_factory=dict)
    """How many conflicts."""
    changed: list[Wish] = field(default_factory=list)
    """The wishes that kept a pupil from being written: the conflict is gone or decided, or a value is another one."""
    refused: dict[int, str] = field(default_factory=dict)
    """Why values cannot be taken, as codes by the conflict's number; nothing of their pupils was written either."""
    passed_over: set[int] = field(default_factory=set)
    """The pupils who stay as they are."""

    @property
    def number(self) -> int:
        """How many conflicts were decided."""
        return sum(self.decided.values())


def decide_now(
    wishes: Sequence[Wish], *, by: User | None, reason: str = "", request: HttpRequest | None = None
) -> Done:
    """Do what one person wishes, some hundreds at most, in one step and one transaction."""
    with transaction.atomic():
        decision = Decision.objects.create(kind=Decision.Kind.CONFLICTS, by=by, reason=reason)
        done = decide_in(decision, wishes, request=request)
        if done.number:
            done.decision = decision
        else:
            decision.delete()
    return done


def decide_in(decision: Decision, wishes: Sequence[Wish], *, request: HttpRequest | None = None) -> Done:
    """Do wishes as part of a step, in the caller's transaction; the pupils are locked in the order of their numbers.

    A pupil whom the decision's person may not see is passed over as one whose conflict is gone.
    """
    done = Done()
    pupils = _locked({wish.pupil for wish in wishes}, decision.by)
    conflicts = Conflict.objects.open().filter(pk__in=[wish.conflict for wish in wishes], pupil__in=pupils)
    pairs = {pair.conflict.pk: pair for pair in side_by_side(list(conflicts.select_related("base", "origin__base")))}
    for wish in wishes:
        pair = pairs.get(wish.conflict)
        if pair is None or not pair.at_base or pair.seen != wish.seen or pair.conflict.pupil_id != wish.pupil:
            done.changed.append(wish)
    accepted = [pairs[wish.conflict] for wish in wishes if wish.choice is Choice.ACCEPT and wish.conflict in pairs]
    done.refused = faults([pair.conflict for pair in accepted]) | _of_two_schools(accepted)
    done.passed_over = {wish.pupil for wish in done.changed} | {
        wish.pupil for wish in wishes if wish.conflict in done.refused
    }
    to_do = [wish for wish in wishes if wish.pupil not in done.passed_over]
    if to_do:
        _carry_out(decision, [(wish.choice, pairs[wish.conflict]) for wish in to_do])
        _note(decision, to_do, pairs, pupils, request)
    for wish in to_do:
        done.decided[wish.choice] = done.decided.get(wish.choice, 0) + 1
    return done


def _locked(pupils: Collection[int], by: User | None) -> dict[int, Pupil]:
    """Held before the conflicts are read: whoever writes a pupil or its conflicts holds it."""
    shown = Pupil.people.select_for_update(of=("self",)).filter(pk__in=pupils).order_by("pk")
    return {pupil.pk: pupil for pupil in shown.shown_to(by)}


def _of_two_schools(accepted: Iterable[Pair]) -> dict[int, str]:
    """Values of which one would write over the other."""
    places = defaultdict(list)
    for pair in accepted:
        at = pair.conflict.base_id if pair.group.of == "enrolment" else 0
        places[pair.conflict.pupil_id, pair.conflict.group, pair.conflict.item, at].append(pair.conflict.pk)
    return {number: TWO_VALUES for several in places.values() if len(several) > 1 for number in several}


def _carry_out(decision: Decision, chosen: Sequence[tuple[Choice, Pair]]) -> None:
    pupils = {pair.conflict.pupil_id for _, pair in chosen}
    for choice, outcome in OUTCOMES.items():
        numbers = [pair.conflict.pk for one, pair in chosen if one is choice]
        # Closed first: what is written clears conflicts that are open and equal.
        Conflict.objects.filter(pk__in=numbers).update(outcome=outcome, decision=decision)
    _write(decision, [pair for choice, pair in chosen if choice is Choice.ACCEPT])
    _refuse([pair for choice, pair in chosen if choice is Choice.NEVER_AGAIN])
    look_again(pupils)
    decision.on_restricted |= Restriction.objects.filter(pupil__in=pupils).exists()
    decision.on_staff |= any(pair.group.subject == STAFF for _, pair in chosen)
    decision.save(update_fields=["on_restricted", "on_staff"])


def _write(decision: Decision, accepted: Iterable[Pair]) -> None:
    """Write each value by the change of the file that it came with."""
    changes = {_key(change): change for change in Change.objects.filter(decision=decision)}
    by_change: dict[Change, list[Pair]] = defaultdict(list)
    for pair in accepted:
        change = _accepting(decision, pair.conflict)
        if (known := changes.get(_key(change))) is None:
            change.save()
            known = changes[_key(change)] = change
        by_change[known].append(pair)
    held: dict[tuple[int, DataGroup, int], Payload] = {}
    for change, pairs in by_change.items():
        wanted: dict[int, dict[DataGroup, Payload]] = defaultdict(dict)
        for pair in pairs:
            conflict, group = pair.conflict, pair.group
            place = (conflict.pupil_id, group, conflict.base_id if group.of == "enrolment" else 0)
            held[place] = group.joined(held.get(place, pair.payload), {conflict.item: conflict.incoming})
            wanted[conflict.pupil_id][group] = held[place]
        write_groups(pairs[0].conflict.base, wanted, change)


def _accepting(decision: Decision, conflict: Conflict) -> Change:
    """The change by which an accepted value is written: its file is the source, the person stands beside."""
    origin = conflict.origin
    found_by = origin.rule.partition("/")[0]
    return Change(
        source=origin.source,
        source_name=origin.source_name,
        source_key=origin.source_key,
        base=conflict.base,
        rule=f"{found_by}/{Effect.ALWAYS_CONFLICT}",
        by=decision.by,
        decision=decision,
    )


def _key(change: Change) -> tuple[object, ...]:
    return change.source, change.source_name, change.source_key, change.base_id, change.rule


def _refuse(pairs: Iterable[Pair]) -> None:
    """Dropped for good: it stands as refused until the school says something else, and the school is told so."""
    refusals = []
    bases: dict[int, Base] = {}
    for pair in pairs:
        one, group = pair.conflict, pair.group
        bases[one.base_id] = one.base
        # Each part that would change something by itself: another contact may change, and be taken, beside it.
        refusals += [
            Refusal(
                pupil_id=one.pupil_id,
                base=one.base,
                group=one.group,
                item=one.item,
                value_text=canonical(part),
                value_digest=refusal_digest(group, one.item, part),
                code=DISCARDED,
                first_seen_in=one.seen_in,
            )
            for part in group.form_of(one.item).parts(one.incoming)
            if group.differing(pair.payload, {one.item: part})
        ]
    Refusal.objects.bulk_create(
        refusals,
        update_conflicts=True,
        unique_fields=["pupil", "base", "group", "item", "value_digest"],
        update_fields=["code", "since"],
    )
    # In one order, so that two people who decide at once do not wait for each other.
    for _, base in sorted(bases.items()):
        refusals_changed(base)


def _note(
    decision: Decision,
    wishes: Iterable[Wish],
    pairs: Mapping[int, Pair],
    pupils: Mapping[int, Pupil],
    request: HttpRequest | None,
) -> None:
    """Say in the audit what was done, pupil by pupil; no value."""
    did: dict[int, list[str]] = defaultdict(list)
    for wish in wishes:
        pair = pairs[wish.conflict]
        did[wish.pupil].append(f"{label_of(pair.group, pair.conflict.item)} {_DID[wish.choice]}")
    for pupil, details in did.items():
        target = about(pupils[pupil])
        record(
            "conflicts decided",
            by=decision.by,
            target=target,
            details="; ".join(details),
            about=target,
            request=request,
        )
