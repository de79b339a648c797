"""Two held pupils become one, in one step and one transaction: it is short, since it is about one child.

It cannot be undone. What one school brings may still be parted from the pupil (``unmatched.unmatching``).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from django.db import transaction
from django.http import HttpRequest

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.deciding import DISCARDED, refusal_digest
from schoolgate.authority.importing.entered import incoming_as_held
from schoolgate.authority.importing.equal import clear_equal
from schoolgate.authority.importing.held import keys_of_columns, match_rows
from schoolgate.authority.importing.holding import hold
from schoolgate.authority.importing.merging.moving import move
from schoolgate.authority.importing.merging.plan import Fault, Joined, Plan, payload_of, plan
from schoolgate.authority.importing.merging.sides import Side
from schoolgate.authority.importing.models import KnownAs, Unmatched
from schoolgate.authority.importing.people import sign_of
from schoolgate.authority.importing.telling import refusals_changed
from schoolgate.authority.importing.undoing import keep_refused, parts_gone
from schoolgate.authority.importing.unmatched.acting import Outcome, let_follow
from schoolgate.authority.importing.waiting import entry_text, keys_of_incoming, known_as
from schoolgate.authority.importing.writing import Gone, look_again
from schoolgate.authority.records.columns import ENROLMENT_COLUMNS, pupil_columns
from schoolgate.authority.records.groups.canonical import canonical
from schoolgate.authority.records.keys import search_keys
from schoolgate.authority.records.looking import about
from schoolgate.authority.records.models import (
    Attendance,
    Change,
    Decision,
    EnrolmentGroup,
    MergedInto,
    Pupil,
    PupilGroup,
    PupilKey,
    Refusal,
    Replaced,
    Restriction,
    row_key,
)
from schoolgate.authority.records.models.replaced import Row
from schoolgate.authority.records.origin import origins_among
from schoolgate.authority.records.removing import remove, remove_enrolment
from schoolgate.authority.records.restricting import carry_over, let_nobody_be_restricted, let_nobody_else_restrict
from schoolgate.authority.records.roll import is_on_roll
from schoolgate.authority.records.rooms_above import pupils_merged
from schoolgate.authority.records.subjects import STAFF
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record

MERGE = "merge"
"""The rule of the change that merging writes."""
LONGEST_REASON = 500
"""Characters."""


class Stale(Exception):
    """One of the two was changed since the person saw them."""


class CannotMerge(Exception):
    """The two cannot be merged as they are."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("; ".join(fault.code for fault in self.faults))


@dataclass(frozen=True, slots=True)
class Merged:
    """What merging did."""

    decision: Decision
    pupil: int
    """The number of the one who stays."""
    followed: list[Unmatched] = field(default_factory=list)
    """Records that waited as unmatched, and are this child by now."""


def merge(
    keep: int, gone: int, *, seen: str, reason: str = "", by: User | None, request: HttpRequest | None = None
) -> Merged:
    """Merge the pupil with the number ``gone`` into ``keep``; ``seen`` is `Plan.seen` as the person saw it.

    Raises Gone where either is not held, or may not be seen by who asks; Stale; CannotMerge: nothing is written then.
    """
    with transaction.atomic():
        # Who comes to be restricted after this was asked is another than who was seen.
        restricts = Restriction.objects.filter(pupil__in=[keep, gone]).exists()
        hold = let_nobody_else_restrict if restricts else let_nobody_be_restricted
        hold()
        shown = Pupil.people.select_for_update(of=("self",)).filter(pk__in=[keep, gone]).order_by("pk")
        pupils = {one.pk: one for one in shown.shown_to(by)}
        if keep not in pupils or gone not in pupils or keep == gone or pupils[keep].kind != pupils[gone].kind:
            raise Gone
        what = plan(pupils[keep], pupils[gone])
        if what.seen != seen:
            raise Stale
        if what.faults:
            raise CannotMerge(what.faults)
        decision = Decision.objects.create(
            kind=Decision.Kind.MERGE,
            by=by,
            reason=reason[:LONGEST_REASON],
            on_staff=pupils[keep].subject == STAFF,
        )
        change = Change.objects.create(
            source=Change.Source.PERSON,
            source_name=str(by or "the command line")[:200],
            rule=MERGE,
            by=by,
            decision=decision,
        )
        _note(what, decision, request)
        _carry_out(what, decision, change)
        outcome = Outcome(decision, keep)
        let_follow(outcome, by, request)
    return Merged(decision, keep, outcome.followed)


def _carry_out(what: Plan, decision: Decision, change: Change) -> None:
    keep, gone = what.keep.pupil, what.gone.pupil
    known = [one for side in (what.keep, what.gone) for one in _known(side, keep, decision)]
    refused = list(_refusals(what))
    for one in (*what.of_pupil, *what.of_enrolments):
        _join(one, change)
    _bring_along(what)
    move(what.keep, what.gone)
    pupils_merged(gone, keep)
    KnownAs.objects.bulk_create(known, ignore_conflicts=True)
    keep_refused(refused)
    _describe(what)
    is_restricted = carry_over(gone, keep, by=change.by)
    if is_restricted:
        Decision.objects.filter(pk=decision.pk).update(on_restricted=True)
    MergedInto.objects.create(number=gone.pk, pupil=keep, decision=decision)
    remove(gone)
    look_again([keep.pk])
    # In one order, so that two people who decide at once do not wait for each other.
    for base in sorted((one.base for one in what.enrolments), key=lambda base: base.pk):
        clear_equal(base, {keep.pk: hold(base, [keep.pk])[keep.pk].payloads})
        refusals_changed(base)


def _join(one: Joined, change: Change) -> None:
    """Write one row in the place of two. It names the merge where it is another than it was."""
    ours, theirs = one.ours, one.theirs
    stood = list(one.stood)
    if one.payload != payload_of(ours) or one.is_led:
        stood.append(stood[-1]._replace(payload=one.payload, change=change))
    table = Replaced.table_of(ours)
    Replaced.objects.filter(table=table, key__in=[ours.pk, theirs.pk]).delete()
    Replaced.objects.bulk_create(
        Replaced(
            table=table,
            key=ours.pk,
            payload_text=canonical(before.payload),
            written_by=before.change,
            replaced_by=after.change,
        )
        for before, after in pairwise(stood)
    )
    if isinstance(ours, Attendance):
        for register in one.payload.get("Attendance", []):
            ours.take(register, ours.enrolment.base)
    else:
        ours.take(one.payload)
    ours.change = stood[-1].change
    ours.save()
    theirs.delete()


def _bring_along(what: Plan) -> None:
    """Rows that only the one who goes has, with their history, and its times at schools."""
    keep, gone = what.keep, what.gone
    for group, row in gone.groups.items():
        if group not in keep.groups:
            _give_key(row, row_key(keep.pupil.pk, group))
    for ours, theirs in what.both_at():
        for group, told in gone.of_enrolments[theirs.pk].items():
            if group not in keep.of_enrolments[ours.pk]:
                _give_key(told, row_key(ours.pk, group))
        places = keep.registers[ours.pk].keys()
        new = [one.pk for place, one in gone.registers[theirs.pk].items() if place not in places]
        Attendance.objects.filter(pk__in=new).update(enrolment=ours)
        remove_enrolment(theirs)
    for enrolment in what.enrolments:
        if enrolment.base_id in keep.enrolments:
            enrolment.save(update_fields=ENROLMENT_COLUMNS)
    gone.pupil.enrolments.update(pupil=keep.pupil)


def _give_key(row: PupilGroup | EnrolmentGroup, key: int) -> None:
    Replaced.objects.filter(table=Replaced.table_of(row), key=row.pk).update(key=key)
    type(row)._default_manager.filter(pk=row.pk).update(key=key)  # noqa: SLF001  Django's own way to ask a model


def _describe(what: Plan) -> None:
    """The pupil's columns and keys follow from its groups, as an import has them."""
    pupil, columns = what.keep.pupil, pupil_columns(what.payloads)
    columns["active"] = any(map(is_on_roll, what.enrolments))
    for name, value in columns.items():
        setattr(pupil, name, value)
    pupil.save(update_fields=list(columns))
    guids = {*what.keep.guids, *what.gone.guids}
    wanted = search_keys(what.payloads) | match_rows(keys_of_columns(columns, guids, pupil.subject))
    PupilKey.objects.filter(pupil=pupil).delete()
    PupilKey.objects.bulk_create(PupilKey(pupil=pupil, kind=kind, text=text) for kind, text in sorted(wanted))


def _known(side: Side, keep: Pupil, decision: Decision) -> Iterator[KnownAs]:
    """Who either was to each school: by this its entries are taken for the one from then on, whatever stands now."""
    keys = known_as(side.keys)
    for enrolment in side.enrolments.values():
        said = incoming_as_held(side.pupil, enrolment)
        yield KnownAs(
            pupil=keep,
            base=enrolment.base,
            sign=sign_of(keys_of_incoming(said)),
            keys=keys,
            entry_text=entry_text(said),
            decision=decision,
        )


def _refusals(what: Plan) -> Iterator[Refusal]:
    """Values of the pupil's own groups that do not stand, and that their school would bring again.

    It would where no other school leads in the group; the leading school itself may always speak.
    """
    for one in what.of_pupil:
        if one.group in what.told_by_leader:
            continue
        for side, row in ((what.keep, one.ours), (what.gone, one.theirs)):
            schools = [at.base for at in side.enrolments.values() if not _leads(what, at.base)]
            for item in one.group.differing(one.payload, payload_of(row)):
                yield from _refused(what, one, row, item, schools)


def _leads(what: Plan, base: Base) -> bool:
    return what.leader is not None and what.leader.base_id == base.pk


def _refused(what: Plan, one: Joined, row: Row, item: str, schools: Iterable[Base]) -> Iterator[Refusal]:
    since = origins_among(what.versions_of(row), one.group, item)[0].since
    if since.source == Change.Source.PERSON:
        return
    for base in schools:
        for part in parts_gone(one.group, item, payload_of(row)[item], one.payload.get(item)):
            yield Refusal(
                pupil=what.keep.pupil,
                base=base,
                group=one.group.number,
                item=item,
                value_text=canonical(part),
                value_digest=refusal_digest(one.group, item, part),
                code=DISCARDED,
                first_seen_in=since.job if since.base_id == base.pk else None,
            )


def _note(what: Plan, decision: Decision, request: HttpRequest | None) -> None:
    """Said of both in the audit, by their numbers."""
    keep, gone = about(what.keep.pupil), about(what.gone.pupil)
    for did, of, with_whom in (
        ("pupil merged into another", gone, f"into {keep}"),
        ("another pupil merged into this", keep, f"{gone} came to it"),
    ):
        details = "; ".join(part for part in (with_whom, decision.reason) if part)
        record(did, by=decision.by, target=of, details=details, about=of, request=request)
