"""What was decided of many pupils is written: each pupil whole, and of it what differs (DESIGN 7)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from django.db import connection
from django.utils import timezone

from schoolgate.authority.importing.absence import histories, told_by_itself
from schoolgate.authority.importing.adding import add_pupils
from schoolgate.authority.importing.addresses.asking import unlisted, without_address
from schoolgate.authority.importing.addresses.listed import AS_SENT, AddressRule
from schoolgate.authority.importing.case import UPN_OF_ANOTHER, Case, Work, fates_of, without_upn
from schoolgate.authority.importing.changes import Changes, GivesChange
from schoolgate.authority.importing.changing import change_pupils
from schoolgate.authority.importing.counting import Fates
from schoolgate.authority.importing.deciding import (
    NOTHING_BY_RULE,
    Decisions,
    Effect,
    Incoming,
    Rules,
    decide,
    held_after,
    refusal_digest,
)
from schoolgate.authority.importing.equal import clear_equal
from schoolgate.authority.importing.first_load.leaving import told_already
from schoolgate.authority.importing.holding import Holding, hold, standing
from schoolgate.authority.importing.leading import leader_beside, told_by
from schoolgate.authority.importing.models import Conflict, Import, RemovalCandidate
from schoolgate.authority.importing.settling import for_this_job
from schoolgate.authority.importing.waiting_on import waiting_values
from schoolgate.authority.records.groups.canonical import canonical
from schoolgate.authority.records.groups.data_group import DataGroup
from schoolgate.authority.records.groups.registry import group_numbered
from schoolgate.authority.records.models import Change, Pupil, PupilGroup, Refusal, Settled
from schoolgate.commons.bulk import insert

AT_ONCE = 200
"""Pupils written in one transaction. DESIGN 7 has 500, which took 10 MiB more and gained no time (`bench import`)."""

_PASSES_WITH_TIME = frozenset({"birth-in-future", UPN_OF_ANOTHER})
"""Codes of refusals that another day, or another pupil, may end: who has one is looked at each time."""

_ADDING_LOCK = 0x5C_4001
"""Number of PostgreSQL's lock under which pupils are added one transaction after another."""


class ChangedMeanwhile(Exception):
    """Another import added a pupil, or one is gone, since the document's pupils were recognised: do that again."""


def add_alone() -> None:
    """Let nobody else add a pupil until the caller's transaction ends; SQLite has one writer at a time anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ADDING_LOCK])


class Applying:
    """Writes the pupils of one import, portion by portion, each within the caller's transaction."""

    def __init__(
        self,
        this: Import,
        rules: Rules,
        *,
        job: int,
        newest_pupil: int,
        addresses: AddressRule = AS_SENT,
        by_person: GivesChange | None = None,
    ) -> None:
        """``newest_pupil`` is the highest number of a pupil when recognising began.

        ``by_person`` gives the changes where a person said whose each entry is: nothing settles then, for the bytes
        of the entries are not at hand.
        """
        self.this = this
        self.base = this.base
        self.rules = rules
        self.job = job
        self.newest_pupil = newest_pupil
        self.addresses = addresses
        self.entered: dict[int, bytes] = {}
        """Pupils of the last portion who came to this base by it, with the signs of their entries."""
        self.by_person = by_person is not None
        self.asks_twice = this.source == Change.Source.RUN
        self._changes: GivesChange = by_person or Changes(this, job)

    def apply(self, portion: Sequence[Work]) -> Fates:
        """Decide and write; say what became of whom. Raises ChangedMeanwhile before anything is written."""
        if any(work.whose.pupil is None for work in portion):
            add_alone()
            self._held_meanwhile()
        cases = self.decide(portion)
        came = [case for case in cases if case.holding.enrolment is None]
        add_pupils([case for case in cases if case.is_new], self.base, self._changes, self.rules)
        change_pupils([case for case in cases if not case.is_new], self.base, self._changes, self.rules)
        clear_equal(self.base, {case.pupil_id: case.after for case in cases if case.is_changed and not case.is_new})
        if not self.this.first_load_id:
            # What another system once held is no word of the school's: it is not told of it, nor asked about it.
            self._write_refusals(cases)
            self._write_candidates(cases)
            self._write_conflicts(cases)
        self._settle(cases)
        self.entered = {case.pupil_id: case.whose.sign for case in came}
        return fates_of(cases)

    def decide(self, portion: Sequence[Work]) -> list[Case]:
        """Decide only, in the caller's transaction. Raises ChangedMeanwhile."""
        held = hold(self.base, [work.whose.pupil for work in portion if work.whose.pupil is not None])
        led_by_others = self._led_by_others(portion, held)
        cases = [self._decided(work, held, led_by_others) for work in portion]
        by_rule = {place: case.decisions for place, case in enumerate(cases) if not case.holding.restricted}
        for place, code in unlisted(by_rule, self.addresses).items():
            whose, incoming = portion[place]
            cases[place] = self._decided(Work(whose, without_address(incoming, code)), held, led_by_others)
        self._pass_over_what_others_told(cases)
        return cases

    def _held_meanwhile(self) -> None:
        if Pupil.people.filter(pk__gt=self.newest_pupil).exclude(created_by__job=self.job).exists():
            raise ChangedMeanwhile

    def _led_by_others(self, portion: Sequence[Work], held: dict[int, Holding]) -> dict[int, set[DataGroup]]:
        """The groups of each pupil in which another base leads; in a first load, of which anybody has told."""
        leaders: dict[int, int] = {}
        for whose, incoming in portion:
            holding = held.get(whose.pupil or 0)
            if holding is not None and holding.others:
                # By what comes to be held: a new registration may wait for a person, and a part need not tell of it.
                after = held_after(holding.payloads, self._decide(holding, incoming))
                first = leader_beside(self.base, holding.enrolment, after, holding.others)
                if first is not None:
                    leaders[holding.pupil_id] = first.base_id
        rows = [
            row
            for pupil in leaders
            for group, row in held[pupil].rows.items()
            if isinstance(row, PupilGroup) and group in held[pupil].payloads
        ]
        led = told_by(leaders, rows)
        if self.this.first_load_id:
            for pupil, groups in told_already(held.values()).items():
                led.setdefault(pupil, set()).update(groups)
        return led

    def _decided(self, work: Work, held: dict[int, Holding], led_by_others: Mapping[int, set[DataGroup]]) -> Case:
        whose, incoming = work
        if whose.upn_is_anothers:
            incoming = without_upn(incoming)
        if whose.pupil is None:
            decisions = decide(None, incoming, self.rules)
            return Case(whose, incoming, decisions, held_after(None, decisions), Holding())
        if whose.pupil not in held:
            raise ChangedMeanwhile
        incoming = incoming.without_who_it_is()
        holding = held[whose.pupil]
        if holding.restricted and holding.enrolment is None and not self.by_person:
            # Restricted since it was recognised: a school it is not known at waits for a person.
            raise ChangedMeanwhile
        decisions = self._decide(holding, incoming, led_by_others.get(whose.pupil, ()))
        return Case(whose, incoming, decisions, held_after(holding.payloads, decisions), holding, whose.pupil)

    def _decide(self, holding: Holding, incoming: Incoming, led_by_others: Collection[DataGroup] = ()) -> Decisions:
        return decide(
            holding.payloads,
            incoming,
            NOTHING_BY_RULE if holding.restricted else self.rules,
            standing(holding.refusals),
            led_by_others=led_by_others,
            is_new_at_base=holding.enrolment is None,
        )

    def _pass_over_what_others_told(self, cases: Iterable[Case]) -> None:
        """Of what a full document lacks, only what this base once told is a candidate for removal."""
        lacking = [case for case in cases if case.decisions.removals]
        groups = [(case.holding.rows, one.group) for case in lacking for one in case.decisions.removals]
        stood = histories(self.base, {rows[group] for rows, group in groups if group in rows})
        for case in lacking:
            own = {group: stood[row] for group, row in case.holding.rows.items() if row in stood}
            removals = told_by_itself(case.decisions.removals, case.incoming.payloads, own)
            case.decisions = replace(case.decisions, removals=removals)

    def _write_refusals(self, cases: Iterable[Case]) -> None:
        new: dict[tuple[int, int, str, bytes], Refusal] = {}
        ended: list[int] = []
        said: list[int] = []
        for case in cases:
            stored = {(one.group, one.item, bytes(one.value_digest)): one for one in case.holding.refusals}
            for left_out in case.decisions.left_out:
                place = (left_out.group.number, left_out.item, left_out.digest)
                before = stored.pop(place, None)
                if left_out.stands and before is not None and before.first_seen_in is None:
                    # A person refused it before this base ever said it: from now on the base is told.
                    said.append(before.pk)
                if left_out.stands or (case.pupil_id, *place) in new:
                    continue
                case.is_told_otherwise = True
                if before is not None:
                    ended.append(before.pk)
                new[case.pupil_id, *place] = Refusal(
                    pupil_id=case.pupil_id,
                    base=self.base,
                    group=left_out.group.number,
                    item=left_out.item,
                    value_text=canonical(left_out.value),
                    value_digest=left_out.digest,
                    code=left_out.code,
                    first_seen_in=self.job,
                )
            over = (stored.get((one.group.number, one.item, one.digest)) for one in case.decisions.ended)
            ended += (gone := [refusal.pk for refusal in over if refusal is not None])
            case.is_told_otherwise |= bool(gone)
        if ended:
            Refusal.objects.filter(pk__in=ended).delete()
        if said:
            Refusal.objects.filter(pk__in=said).update(first_seen_in=self.job, since=timezone.now())
        Refusal.objects.bulk_create(new.values())

    def _write_candidates(self, cases: Iterable[Case]) -> None:
        """What a full document lacks; another one ends what it says again.

        What is collected must lack it twice in a row (reference mis-apis.md 8, rule 4).
        """
        new: list[RemovalCandidate] = []
        gone: list[int] = []
        confirmed: list[int] = []
        for case in cases:
            held = case.holding.missing
            missing = {(one.group.number, one.item) for one in case.decisions.removals}
            said = {(group.number, item) for group, payload in case.incoming.payloads.items() for item in payload}
            ended = {
                (group, item)
                for group, item in held.keys() - missing
                if (group, item) in said or case.incoming.says_all_of(group_numbered(group), item)
            }
            begun = missing - held.keys()
            case.lacks_once = self.asks_twice and any(
                place in begun or held[place].seen_in == self.job for place in missing
            )
            confirmed += [
                held[place].pk
                for place in missing & held.keys()
                if not held[place].confirmed and held[place].seen_in != self.job
            ]
            case.is_told_otherwise |= bool(ended or begun)
            gone += [held[place].pk for place in ended]
            new += [
                RemovalCandidate(
                    pupil_id=case.pupil_id,
                    base=self.base,
                    group=group,
                    item=item,
                    seen_in=self.job,
                    confirmed=not self.asks_twice,
                )
                for group, item in sorted(begun)
            ]
        RemovalCandidate.objects.bulk_create(new)
        if confirmed:
            RemovalCandidate.objects.filter(pk__in=confirmed).update(confirmed=True, seen_in=self.job)
        if gone:
            RemovalCandidate.objects.filter(pk__in=gone).delete()

    def _write_conflicts(self, cases: Iterable[Case]) -> None:
        """What waits for a person; a value that is not said any more, or is held by now, waits no longer."""
        new: list[Conflict] = []
        changed: list[Conflict] = []
        gone: list[int] = []
        for case in cases:
            left = dict(case.holding.conflicts)
            for (group, item), value in waiting_values(case).items():
                digest = refusal_digest(group, item, value)
                stored = left.pop((group.number, item), None)
                if stored is not None and bytes(stored.incoming_digest) == digest:
                    continue
                case.is_told_otherwise = True
                conflict = stored or Conflict(pupil_id=case.pupil_id, base=self.base, group=group.number, item=item)
                conflict.incoming_text, conflict.incoming_digest = canonical(value), digest
                conflict.origin = self._changes.of(case.whose.rule, [Effect.ALWAYS_CONFLICT])
                conflict.since, conflict.seen_in = timezone.now(), self.job
                (new if stored is None else changed).append(conflict)
            said = {(group.number, item) for group, payload in case.incoming.payloads.items() for item in payload}
            said |= {(one.group.number, one.item) for one in case.incoming.invalid}
            ended = [
                one.pk
                for place, one in left.items()
                if place in said or case.incoming.says_all_of(one.data_group, one.item)
            ]
            case.is_told_otherwise |= bool(ended)
            gone += ended
        if gone:
            Conflict.objects.filter(pk__in=gone).delete()
        Conflict.objects.bulk_create(new)
        Conflict.objects.bulk_update(changed, ["incoming_text", "incoming_digest", "origin", "since", "seen_in"])

    def _settle(self, cases: Sequence[Case]) -> None:
        """Who was written loses all settled entries, of this base and others; then this one is settled anew."""
        changed = [case.pupil_id for case in cases if case.is_changed and not case.is_new]
        same = [case.pupil_id for case in cases if not case.is_changed]
        told_otherwise = [case.pupil_id for case in cases if case.is_told_otherwise and not case.is_new]
        if changed:
            Settled.objects.filter(pupil__in=changed).delete()
        if same:
            Settled.objects.filter(pupil__in=same, base=self.base, full=self.this.full).delete()
        if told_otherwise:
            Settled.objects.filter(pupil__in=told_otherwise, base=self.base).delete()
        if self.by_person:
            return
        rows = []
        for case in cases:
            codes = {one.code for one in case.incoming.invalid}
            digest = case.whose.digest
            if case.whose.upn_is_anothers or case.lacks_once or codes & _PASSES_WITH_TIME:
                digest = for_this_job(digest, self.job)
            rows.append((self.base.pk, self.this.full, digest, case.pupil_id, case.tally, self.job))
        insert(Settled, ["base", "full", "digest", "pupil", "tally", "job"], rows)
