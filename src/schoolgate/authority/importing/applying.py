"""What was decided of many pupils is written: each pupil whole, and of it what differs (DESIGN 7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from django.db import connection, models

from schoolgate.authority.importing.absence import histories, told_by_itself
from schoolgate.authority.importing.bulk import insert
from schoolgate.authority.importing.counting import Fates, fate_of, tally_of
from schoolgate.authority.importing.deciding import Decisions, Incoming, Invalid, Rules, Write, decide, held_after
from schoolgate.authority.importing.held import keys_of_held, match_rows
from schoolgate.authority.importing.holding import Holding, hold, standing
from schoolgate.authority.importing.matching.keys import normal_guid
from schoolgate.authority.importing.models import Import, RemovalCandidate
from schoolgate.authority.importing.recognising import Recognised
from schoolgate.authority.importing.settling import for_this_job
from schoolgate.authority.records.columns import enrolment_columns, pupil_columns
from schoolgate.authority.records.groups.attendance import ATTENDANCE
from schoolgate.authority.records.groups.canonical import canonical, digest_of
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.groups.enrolment import ENROLMENT
from schoolgate.authority.records.groups.identifiers import IDENTIFIERS
from schoolgate.authority.records.keys import search_keys
from schoolgate.authority.records.models import (
    Attendance,
    Change,
    Enrolment,
    EnrolmentGroup,
    Pupil,
    PupilGroup,
    PupilKey,
    Refusal,
    Replaced,
    Settled,
    row_key,
)
from schoolgate.authority.records.roll import is_on_roll

AT_ONCE = 500
"""Pupils written in one transaction (DESIGN 7)."""

UPN_OF_ANOTHER = "upn-of-another-pupil"
"""Code of a refusal: another held pupil has this UPN."""

_PASSES_WITH_TIME = frozenset({"birth-in-future", UPN_OF_ANOTHER})
"""Codes of refusals that another day, or another pupil, may end: who has one is looked at each time."""

_ADDING_LOCK = 0x5C_4001
"""Number of PostgreSQL's lock under which pupils are added one transaction after another."""


class ChangedMeanwhile(Exception):
    """Another import added a pupil, or one is gone, since the document's pupils were recognised: do that again."""


class Work(NamedTuple):
    """A pupil to decide on."""

    whose: Recognised
    incoming: Incoming


@dataclass(slots=True)
class _Case:
    """A pupil on its way through ``Applying``."""

    whose: Recognised
    incoming: Incoming
    holding: Holding
    decisions: Decisions
    after: dict[DataGroup, Payload]
    is_new: bool
    is_changed: bool = False

    @property
    def pupil(self) -> Pupil:
        assert self.holding.pupil is not None
        return self.holding.pupil

    @property
    def enrolment(self) -> Enrolment:
        assert self.holding.enrolment is not None
        return self.holding.enrolment


class Applying:
    """Writes the pupils of one import, portion by portion, each within the caller's transaction."""

    def __init__(self, this: Import, rules: Rules, *, job: int, newest_pupil: int) -> None:
        """``newest_pupil`` is the highest number of a pupil when recognising began."""
        self.this = this
        self.base = this.base
        self.rules = rules
        self.job = job
        self.newest_pupil = newest_pupil
        self._changes = {change.rule: change for change in Change.objects.filter(job=job)}

    def apply(self, portion: Sequence[Work]) -> Fates:
        """Decide and write; say what became of whom. Raises ChangedMeanwhile before anything is written."""
        if any(work.whose.pupil is None for work in portion):
            self._add_alone()
        held = hold(self.base, [work.whose.pupil for work in portion if work.whose.pupil is not None])
        cases = [self._decided(work, held) for work in portion]
        self._pass_over_what_others_told(cases)
        self._write_pupils(cases)
        self._write_enrolments(cases)
        self._write_groups(cases)
        self._write_registers(cases)
        self._update_pupils(cases)
        self._write_keys(cases)
        self._write_refusals(cases)
        self._write_candidates(cases)
        self._settle(cases)
        return _fates(cases)

    def _add_alone(self) -> None:
        """SQLite has one writer at a time anyway."""
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ADDING_LOCK])
        if Pupil.objects.filter(pk__gt=self.newest_pupil).exclude(created_by__job=self.job).exists():
            raise ChangedMeanwhile

    def _decided(self, work: Work, held: dict[int, Holding]) -> _Case:
        whose, incoming = work
        is_new = whose.pupil is None
        if whose.pupil is not None and whose.pupil not in held:
            raise ChangedMeanwhile
        holding = Holding() if whose.pupil is None else held[whose.pupil]
        if whose.upn_is_anothers:
            incoming = _without_upn(incoming)
        payloads = None if is_new else holding.payloads
        decisions = decide(payloads, incoming, self.rules, standing(holding.refusals))
        return _Case(whose, incoming, holding, decisions, held_after(payloads, decisions), is_new)

    def _pass_over_what_others_told(self, cases: Iterable[_Case]) -> None:
        """Of what a full document lacks, only what this base once told is a candidate for removal."""
        lacking = [case for case in cases if case.decisions.removals]
        groups = [(case.holding.rows, one.group) for case in lacking for one in case.decisions.removals]
        stood = histories(self.base, {rows[group] for rows, group in groups if group in rows})
        for case in lacking:
            own = {group: stood[row] for group, row in case.holding.rows.items() if row in stood}
            removals = told_by_itself(case.decisions.removals, case.incoming.payloads, own)
            case.decisions = replace(case.decisions, removals=removals)

    def _change(self, rule: str) -> Change:
        if rule not in self._changes:
            self._changes[rule] = Change.objects.create(
                source=self.this.source,
                source_name=self.this.source_name,
                source_key=self.this.source_key,
                base=self.base,
                job=self.job,
                rule=rule,
            )
        return self._changes[rule]

    def _change_of(self, case: _Case, write: Write | None = None) -> Change:
        """By which rule the pupil was found, and by which its values were taken."""
        effects = sorted(set(write.taken.values())) if write else [self.rules.otherwise]
        return self._change(f"{case.whose.rule}/{'+'.join(effects)}")

    def _write_pupils(self, cases: Iterable[_Case]) -> None:
        new = [case for case in cases if case.is_new]
        for case in new:
            active = is_on_roll(Enrolment(**enrolment_columns(case.after, self.base)))
            case.holding.pupil = Pupil(created_by=self._change_of(case), active=active, **pupil_columns(case.after))
            case.is_changed = True
        Pupil.objects.bulk_create([case.pupil for case in new])

    def _write_enrolments(self, cases: Iterable[_Case]) -> None:
        new: list[Enrolment] = []
        changed: list[Enrolment] = []
        for case in cases:
            columns = enrolment_columns(case.after, self.base)
            if case.holding.enrolment is None:
                change = self._change_of(case)
                enrolment = Enrolment(pupil=case.pupil, base=self.base, created_by=change, **columns)
                case.holding.enrolment = enrolment
                new.append(enrolment)
                case.is_changed = True
            elif _take(case.holding.enrolment, columns):
                changed.append(case.holding.enrolment)
                case.is_changed = True
        Enrolment.objects.bulk_create(new)
        if changed:
            Enrolment.objects.bulk_update(changed, ["status", "year_group", "entered", "left"])

    def _write_groups(self, cases: Iterable[_Case]) -> None:
        replaced: list[Replaced] = []
        new: dict[str, list[tuple[int, str, bytes, int]]] = {"pupil": [], "enrolment": []}
        of_pupils: list[PupilGroup] = []
        of_enrolments: list[EnrolmentGroup] = []
        for case in cases:
            for write in case.decisions.writes:
                if write.group is ATTENDANCE:
                    continue
                case.is_changed = True
                change = self._change_of(case, write)
                row = case.holding.rows.get(write.group)
                if row is None:
                    owner = case.pupil.pk if write.group.of == "pupil" else case.enrolment.pk
                    text = canonical(write.payload)
                    new[write.group.of].append((row_key(owner, write.group), text, digest_of(text), change.pk))
                    continue
                replaced.append(Replaced.keep(row, change))
                row.change = change
                row.take(write.payload)
                if isinstance(row, PupilGroup):
                    of_pupils.append(row)
                else:
                    of_enrolments.append(row)
        Replaced.objects.bulk_create(replaced)
        columns = ["key", "payload_text", "digest", "change"]
        insert(PupilGroup, columns, new["pupil"])
        insert(EnrolmentGroup, columns, new["enrolment"])
        if of_pupils:
            PupilGroup.objects.bulk_update(of_pupils, columns[1:])
        if of_enrolments:
            EnrolmentGroup.objects.bulk_update(of_enrolments, columns[1:])

    def _write_registers(self, cases: Iterable[_Case]) -> None:
        replaced: list[Replaced] = []
        new: list[Attendance] = []
        changed: list[Attendance] = []
        for case in cases:
            for write in case.decisions.writes:
                if write.group is not ATTENDANCE:
                    continue
                change = self._change_of(case, write)
                for register in write.payload["Attendance"]:
                    said = Attendance(enrolment=case.enrolment, change=change).take(register, self.base)
                    row = case.holding.registers.get((said.year, said.place))
                    if row is None:
                        new.append(said)
                    elif row.register(self.base) != said.register(self.base):
                        replaced.append(Replaced.keep(row, change))
                        said.pk = row.pk
                        changed.append(said)
                    else:
                        continue
                    case.is_changed = True
        Replaced.objects.bulk_create(replaced)
        Attendance.objects.bulk_create(new)
        if changed:
            columns = [field.name for field in Attendance._meta.fields if field.name not in {"id", "enrolment"}]  # noqa: SLF001  Django's own way to ask a model
            Attendance.objects.bulk_create(changed, update_conflicts=True, unique_fields=["id"], update_fields=columns)

    def _update_pupils(self, cases: Iterable[_Case]) -> None:
        changed: list[Pupil] = []
        names: set[str] = set()
        for case in cases:
            if case.is_changed:
                columns = pupil_columns(case.after)
                columns["active"] = is_on_roll(case.enrolment) or case.holding.on_another_roll
                if taken := _take(case.pupil, columns):
                    names |= taken
                    changed.append(case.pupil)
        if changed:
            Pupil.objects.bulk_update(changed, sorted(names))

    def _write_keys(self, cases: Iterable[_Case]) -> None:
        new: list[tuple[int, int, str]] = []
        gone: list[int] = []
        for case in cases:
            if not case.is_changed:
                continue
            held = case.holding.keys
            # A key of a school's system stays, when another has come: the pupil may come back with it.
            guids = {text for kind, text in held if kind is PupilKey.Kind.GUID}
            guids.add(normal_guid(case.after.get(ENROLMENT, {}).get("GUID", "")))
            wanted = search_keys(case.after) | match_rows(keys_of_held(case.pupil, guids))
            new += [(case.pupil.pk, kind, text) for kind, text in sorted(wanted - held.keys())]
            gone += [held[key] for key in held.keys() - wanted]
        insert(PupilKey, ["pupil", "kind", "text"], new)
        if gone:
            PupilKey.objects.filter(pk__in=gone).delete()

    def _write_refusals(self, cases: Iterable[_Case]) -> None:
        new: dict[tuple[int, int, str, bytes], Refusal] = {}
        ended: list[int] = []
        for case in cases:
            stored = {(one.group, one.item, bytes(one.value_digest)): one for one in case.holding.refusals}
            for left_out in case.decisions.left_out:
                place = (left_out.group.number, left_out.item, left_out.digest)
                before = stored.pop(place, None)
                if left_out.stands or (case.pupil.pk, *place) in new:
                    continue
                if before is not None:
                    ended.append(before.pk)
                new[case.pupil.pk, *place] = Refusal(
                    pupil=case.pupil,
                    base=self.base,
                    group=left_out.group.number,
                    item=left_out.item,
                    value_text=canonical(left_out.value),
                    value_digest=left_out.digest,
                    code=left_out.code,
                    first_seen_in=self.job,
                )
            over = (stored.get((one.group.number, one.item, one.digest)) for one in case.decisions.ended)
            ended += [refusal.pk for refusal in over if refusal is not None]
        if ended:
            Refusal.objects.filter(pk__in=ended).delete()
        Refusal.objects.bulk_create(new.values())

    def _write_candidates(self, cases: Iterable[_Case]) -> None:
        """What a full document lacks; a partial one ends what it says again."""
        new: list[RemovalCandidate] = []
        gone: list[int] = []
        for case in cases:
            held = case.holding.missing
            missing = {(one.group.number, one.item) for one in case.decisions.removals}
            if case.incoming.full:
                gone += [held[place].pk for place in held.keys() - missing]
            else:
                said = {(group.number, item) for group, payload in case.incoming.payloads.items() for item in payload}
                gone += [held[place].pk for place in held.keys() & said]
            new += [
                RemovalCandidate(pupil=case.pupil, base=self.base, group=group, item=item, seen_in=self.job)
                for group, item in sorted(missing - held.keys())
            ]
        RemovalCandidate.objects.bulk_create(new)
        if gone:
            RemovalCandidate.objects.filter(pk__in=gone).delete()

    def _settle(self, cases: Sequence[_Case]) -> None:
        """Who was written loses all settled entries, of this base and others; then this one is settled anew."""
        changed = [case.pupil.pk for case in cases if case.is_changed and not case.is_new]
        same = [case.pupil.pk for case in cases if not case.is_changed]
        if changed:
            Settled.objects.filter(pupil__in=changed).delete()
        if same:
            Settled.objects.filter(pupil__in=same, base=self.base, full=self.this.full).delete()
        rows = []
        for case in cases:
            codes = {one.code for one in case.incoming.invalid}
            digest = case.whose.digest
            if case.whose.upn_is_anothers or codes & _PASSES_WITH_TIME:
                digest = for_this_job(digest, self.job)
            rows.append((self.base.pk, self.this.full, digest, case.pupil.pk, _tally(case), self.job))
        insert(Settled, ["base", "full", "digest", "pupil", "tally", "job"], rows)


def _take(row: models.Model, columns: dict[str, object]) -> set[str]:
    """Set the columns, and say which of them differed."""
    differing = {name for name, value in columns.items() if getattr(row, name) != value}
    for name in differing:
        setattr(row, name, columns[name])
    return differing


def _without_upn(incoming: Incoming) -> Incoming:
    numbers = dict(incoming.payloads.get(IDENTIFIERS, {}))
    upn = numbers.pop("UPN", None)
    if upn is None:
        return incoming
    payloads = {**incoming.payloads, IDENTIFIERS: numbers}
    if not numbers:
        del payloads[IDENTIFIERS]
    invalid = (*incoming.invalid, Invalid(IDENTIFIERS, "UPN", UPN_OF_ANOTHER, upn))
    return replace(incoming, payloads=payloads, invalid=invalid)


def _tally(case: _Case) -> str:
    left_out = [one.group for one in case.decisions.left_out]
    same = [group for group in case.incoming.payloads if group not in left_out]
    return tally_of(same, left_out, [one.group for one in case.decisions.removals])


def _fates(cases: Iterable[_Case]) -> Fates:
    fates: Fates = {}
    for case in cases:
        decisions = case.decisions
        tally = tally_of(
            decisions.same,
            [one.group for one in decisions.left_out],
            [one.group for one in decisions.removals],
            added=[write.group for write in decisions.writes if write.is_new],
            changed=[write.group for write in decisions.writes if not write.is_new],
        )
        what = "added" if case.is_new else "changed" if case.is_changed else "same"
        fates.setdefault(fate_of(what, tally), []).append(case.pupil.pk)
    return fates
