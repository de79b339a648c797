"""What some changes wrote is put back to what stood before, as far as nothing wrote since (DESIGN 7, undo).

Value by value: where the newest one is of these changes, the one before them is written again, by a new change, so that
the history tells both. Where something wrote since, the value stays, and is told. A pupil or an enrolment that the
changes made goes whole where they alone wrote to it, and else stays whole: a pupil without a name would be nobody's.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import QuerySet

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.deciding import CHANGED_BY_HAND, UNDONE, Incoming, refusal_digest
from schoolgate.authority.importing.entered import incoming_as_held
from schoolgate.authority.importing.matching.keys import normal_guid
from schoolgate.authority.importing.models import Conflict, KnownAs
from schoolgate.authority.importing.writing import look_again, write_groups
from schoolgate.authority.records.groups.attendance import ATTENDANCE
from schoolgate.authority.records.groups.canonical import canonical
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.groups.engagement import ENGAGEMENT
from schoolgate.authority.records.groups.enrolment import ENROLMENT
from schoolgate.authority.records.groups.forms import Value
from schoolgate.authority.records.groups.registry import GROUPS
from schoolgate.authority.records.looking import about
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
    Restriction,
    owner_of,
    row_key,
)
from schoolgate.authority.records.models.replaced import Row
from schoolgate.authority.records.origin import Origin, Version, histories, origins_among
from schoolgate.authority.records.removing import remove, remove_enrolment
from schoolgate.authority.records.roll import is_on_roll
from schoolgate.commons.audit.recording import record

UNDO = "undo"
"""The rule of a change that puts values back."""
BY_HAND = "changed-by-hand"
"""The rule of a change that a person made by hand."""

_WITH_GUID = (ENROLMENT, ENGAGEMENT)
_OF_PUPIL = [group for group in GROUPS if group.of == "pupil"]
_OF_ENROLMENT = [group for group in GROUPS if group.of == "enrolment" and group is not ATTENDANCE]


@dataclass(frozen=True, slots=True)
class Left:
    """A value that these changes wrote and that stays as it is, since ``because`` wrote since."""

    pupil: int
    base: Base | None
    """Of an enrolment's group."""
    group: DataGroup
    item: str
    because: Change | None
    """None where the value itself is as it was, and its pupil or enrolment is not these changes' alone."""


class TakenBack(NamedTuple):
    """A pupil's time at a base that went, and with it maybe the pupil: what had been said of it."""

    pupil: int
    base: Base
    incoming: Incoming


@dataclass(slots=True)
class Undone:
    """What undoing did."""

    put_back: int = 0
    """Values."""
    left: list[Left] = field(default_factory=list)
    taken_back: list[TakenBack] = field(default_factory=list)
    removed: int = 0
    """Pupils who went whole."""


class _Place(NamedTuple):
    """A value that is put back."""

    row: Row
    group: DataGroup
    item: str
    undone: Origin
    before: Value | None


@dataclass(slots=True)
class _One:
    """A pupil, and what of it these changes wrote."""

    pupil: Pupil
    enrolments: dict[int, Enrolment] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    by_others: set[int] = field(default_factory=set)
    """Enrolments to which others wrote; 0 for the pupil itself."""
    made: set[int] = field(default_factory=set)
    """Enrolments that these changes made; 0 for the pupil itself."""
    goes: bool = False
    go: set[int] = field(default_factory=set)
    """Enrolments that go."""

    def stays_whole(self, owner: int) -> bool:
        """Whether these changes made an enrolment (0: the pupil), and it cannot go."""
        return owner in self.made - self.go or not self.enrolments


def undo(changes: Collection[int], pupils: Collection[int], into: Change, *, refuse: bool) -> Undone:
    """Put back what ``changes`` (their numbers) wrote to these pupils, in the caller's transaction, by ``into``.

    With ``refuse`` what a file or run had brought is refused from now on, so that its next one does not bring it back.
    Pupils are locked in the order of their numbers; some hundreds at a time are good. Who goes whole is noted in the
    audit. What else people decided in the same step, conflicts say, is the caller's to take back.
    """
    done = Undone()
    ones = _hold(frozenset(changes), Pupil.people.select_for_update().filter(pk__in=pupils))
    for one in ones:
        _settle_what_goes(one)
    rows = [row for one in ones for row in one.rows]
    versions = histories(rows)
    back: list[tuple[_One, _Place]] = []
    for one in ones:
        for row in one.rows:
            if not one.goes and _owner(row) not in one.go:
                back += [(one, place) for place in _places(one, row, versions, frozenset(changes), done)]
    _take_back_what_was_made(ones, into, done)
    if refuse:
        held_back = {(gone.pupil, gone.base.pk) for gone in done.taken_back}
        keep_refused(_refusals([(one.pupil.pk, place) for one, place in back], held_back))
    _write(back, into)
    _finish(ones, back)
    done.put_back = len(back)
    return done


def left_of(changes: Collection[int], pupils: Collection[int]) -> list[Left]:
    """What of ``changes`` cannot be undone for these pupils, or could not: nothing is written."""
    done = Undone()
    ones = _hold(frozenset(changes), Pupil.people.filter(pk__in=pupils))
    versions = histories([row for one in ones for row in one.rows])
    for one in ones:
        _settle_what_goes(one)
        for row in one.rows:
            if not one.goes and _owner(row) not in one.go:
                for _ in _places(one, row, versions, frozenset(changes), done):
                    pass
    return done.left


def pupils_written_by(changes: Collection[int]) -> set[int]:
    """The numbers of the pupils to whom any of these changes wrote, whatever stands there now."""
    enrolments = set(EnrolmentGroup.objects.filter(change__in=changes).values_list("key", flat=True))
    enrolments |= _replaced(Replaced.Table.ENROLMENT_GROUP, changes)
    of_enrolments = set(map(owner_of, enrolments))
    registers = _replaced(Replaced.Table.ATTENDANCE, changes)
    of_enrolments |= set(Attendance.objects.filter(change__in=changes).values_list("enrolment_id", flat=True))
    of_enrolments |= set(Attendance.objects.filter(pk__in=registers).values_list("enrolment_id", flat=True))
    found = set(Enrolment.objects.filter(pk__in=of_enrolments).values_list("pupil_id", flat=True))
    found |= set(Enrolment.objects.filter(created_by__in=changes).values_list("pupil_id", flat=True))
    own = set(PupilGroup.objects.filter(change__in=changes).values_list("key", flat=True))
    return found | set(map(owner_of, own | _replaced(Replaced.Table.PUPIL_GROUP, changes)))


def _replaced(table: Replaced.Table, changes: Collection[int]) -> set[int]:
    return set(Replaced.objects.filter(table=table, written_by__in=changes).values_list("key", flat=True))


def _hold(changes: frozenset[int], pupils: "QuerySet[Pupil]") -> list[_One]:
    """These pupils, with the rows that any of the changes wrote."""
    ones = {
        pupil.pk: _One(pupil, made={0} if pupil.created_by_id in changes else set()) for pupil in pupils.order_by("pk")
    }
    owners: dict[int, _One] = {}
    for enrolment in Enrolment.objects.filter(pupil__in=ones).select_related("base"):
        one = owners[enrolment.pk] = ones[enrolment.pupil_id]
        enrolment.pupil = one.pupil
        one.enrolments[enrolment.pk] = enrolment
        if enrolment.created_by_id in changes:
            one.made.add(enrolment.pk)
        else:
            one.by_others |= {0, enrolment.pk}
    _hold_rows(PupilGroup, ones, _OF_PUPIL, changes)
    _hold_rows(EnrolmentGroup, owners, _OF_ENROLMENT, changes)
    _hold_registers(owners, changes)
    # Whom people know by more than these changes is not theirs alone.
    for known in (
        KnownAs.objects.filter(pupil__in=ones),
        Restriction.objects.filter(pupil__in=ones),
        Conflict.objects.filter(pupil__in=ones, decision__isnull=False),
    ):
        for pk in known.values_list("pupil_id", flat=True):
            ones[pk].by_others.add(0)
    return list(ones.values())


def _hold_rows(
    model: type[PupilGroup] | type[EnrolmentGroup],
    owners: dict[int, _One],
    groups: Sequence[DataGroup],
    changes: frozenset[int],
) -> None:
    table = Replaced.Table.PUPIL_GROUP if model is PupilGroup else Replaced.Table.ENROLMENT_GROUP
    keys = [row_key(owner, group) for owner in owners for group in groups]
    former = _former(table, keys)
    for row in model.objects.filter(key__in=keys).select_related("change__base"):
        writers = {row.change_id, *former[row.key]}
        one, owner = owners[row.owner], 0 if model is PupilGroup else row.owner
        if writers & changes:
            one.rows.append(row)
        if writers - changes:
            one.by_others.add(owner)


def _hold_registers(owners: dict[int, _One], changes: frozenset[int]) -> None:
    registers = list(Attendance.objects.filter(enrolment__in=owners).select_related("change__base"))
    former = _former(Replaced.Table.ATTENDANCE, [row.pk for row in registers])
    for row in registers:
        one = owners[row.enrolment_id]
        row.enrolment = one.enrolments[row.enrolment_id]
        writers = {row.change_id, *former[row.pk]}
        if writers & changes:
            one.rows.append(row)
        if writers - changes:
            one.by_others.add(row.enrolment_id)


def _former(table: Replaced.Table, keys: Sequence[int]) -> defaultdict[int, set[int]]:
    """The changes that wrote what stood in these rows before."""
    former: defaultdict[int, set[int]] = defaultdict(set)
    for key, change in Replaced.objects.filter(table=table, key__in=keys).values_list("key", "written_by_id"):
        former[key].add(change)
    return former


def _settle_what_goes(one: _One) -> None:
    """A pupil goes when nobody else wrote to it or its enrolments; an enrolment when it is not the pupil's last."""
    one.goes = 0 in one.made and not one.by_others
    alone = {made for made in one.made if made and made not in one.by_others}
    if one.goes or len(alone) < len(one.enrolments):
        one.go = alone


def _owner(row: Row) -> int:
    """The enrolment that a row is of; 0 for the pupil's own."""
    if isinstance(row, Attendance):
        return row.enrolment_id
    return row.owner if isinstance(row, EnrolmentGroup) else 0


def _places(
    one: _One,
    row: Row,
    versions: dict[tuple[int, int], list[Version]],
    changes: frozenset[int],
    done: Undone,
) -> Iterator[_Place]:
    """The values of a row to put back; what stays is noted."""
    group = ATTENDANCE if isinstance(row, Attendance) else row.group
    owner = _owner(row)
    base = one.enrolments[owner].base if owner else None
    for item in group.items:
        origins = origins_among(versions[Replaced.table_of(row), row.pk], group, item.name)
        ours = [place for place, origin in enumerate(origins) if origin.since.pk in changes]
        if not ours:
            continue
        if ours[0] or one.stays_whole(owner):
            # What an undo ended is put back already.
            ended_by = origins[ours[0]].until
            if ended_by is None or ended_by.rule != UNDO:
                done.left.append(Left(one.pupil.pk, base, group, item.name, ended_by))
            continue
        before = next((origin.value for origin in origins if origin.since.pk not in changes), None)
        if before is None or item.form.normal(before) != item.form.normal(origins[0].value):
            yield _Place(row, group, item.name, origins[0], before)


def _take_back_what_was_made(ones: Iterable[_One], into: Change, done: Undone) -> None:
    for one in ones:
        for pk in sorted(one.go):
            enrolment = one.enrolments[pk]
            incoming = incoming_as_held(one.pupil, enrolment)
            done.taken_back.append(TakenBack(one.pupil.pk, enrolment.base, incoming))
        if one.goes:
            target = about(one.pupil)
            record("pupil removed by an undo", by=into.by, target=target, about=target)
            remove(one.pupil)
            done.removed += 1


def parts_gone(group: DataGroup, item: str, was: Value | None, now: Value | None) -> list[Value]:
    """What a value had and has no more, each part that can be refused for itself."""
    form = group.form_of(item)
    stands = [] if now is None else [form.normal(part) for part in form.parts(now)]
    return [] if was is None else [part for part in form.parts(was) if form.normal(part) not in stands]


def keep_refused(refusals: Iterable[Refusal]) -> None:
    """Have values refused from now on, in the place of whatever stood as refused of them."""
    by_place = {(one.pupil_id, one.base_id, one.group, one.item, one.value_digest): one for one in refusals}
    Refusal.objects.bulk_create(
        by_place.values(),
        update_conflicts=True,
        unique_fields=["pupil", "base", "group", "item", "value_digest"],
        update_fields=["value_text", "code", "since", "first_seen_in"],
    )


def _refusals(places: Iterable[tuple[int, _Place]], held_back: Collection[tuple[int, int]]) -> Iterator[Refusal]:
    """What is undone stands as refused, each part that is not in what it is put back to."""
    for pupil, place in places:
        source = place.undone.since
        if source.source == Change.Source.PERSON or source.base_id is None:
            continue
        if (pupil, source.base_id) in held_back:
            continue
        for part in parts_gone(place.group, place.item, place.undone.value, place.before):
            yield Refusal(
                pupil_id=pupil,
                base_id=source.base_id,
                group=place.group.number,
                item=place.item,
                value_text=canonical(part),
                value_digest=refusal_digest(place.group, place.item, part),
                code=UNDONE,
                first_seen_in=source.job,
            )


def _write(back: Iterable[tuple[_One, _Place]], into: Change) -> None:
    """Write the payloads, those of a pupil's own groups by one of its enrolments, which `write_groups` asks for."""
    wanted: defaultdict[int, defaultdict[int, dict[DataGroup, Payload]]] = defaultdict(lambda: defaultdict(dict))
    bases: dict[int, Base] = {}
    for one, place in back:
        owner = _owner(place.row)
        at = one.enrolments[owner] if owner else min(one.enrolments.values(), key=lambda enrolment: enrolment.pk)
        bases[at.base_id] = at.base
        payloads = wanted[at.base_id][one.pupil.pk]
        if isinstance(place.row, Attendance):
            nothing = {name: place.row.register(at.base)[name] for name in ("Year", "LEA", "Estab")}
            registers = payloads.setdefault(ATTENDANCE, {"Attendance": []})["Attendance"]
            registers += place.before or [nothing]
            continue
        payload = payloads.setdefault(place.group, place.row.payload)
        payload.pop(place.item, None)
        if place.before is not None:
            payload[place.item] = place.before
    for base, payloads_of in wanted.items():
        write_groups(bases[base], payloads_of, into)


def _finish(ones: Iterable[_One], back: Iterable[tuple[_One, _Place]]) -> None:
    """Enrolments go, and keys by which only what was undone would be found."""
    for one in ones:
        if one.goes or not one.go:
            continue
        for pk in sorted(one.go):
            enrolment = one.enrolments.pop(pk)
            _forget_guid(one, enrolment.pk, _guid_of(enrolment))
            for model in (Refusal, Conflict):
                model._default_manager.filter(pupil=one.pupil, base=enrolment.base_id).delete()  # noqa: SLF001
            # Of its entry nobody said whose it is but that the record it was for is one with another.
            KnownAs.objects.filter(pupil=one.pupil, base=enrolment.base_id, decision__kind="merge").delete()
            remove_enrolment(enrolment)
        Pupil.people.filter(pk=one.pupil.pk).update(active=any(map(is_on_roll, one.enrolments.values())))
        look_again([one.pupil.pk])
    for one, place in back:
        if place.undone.since.rule == BY_HAND:
            # What a person's change kept out stands here again.
            of_item = Refusal.objects.filter(pupil=one.pupil, group=place.group.number, item=place.item)
            of_item.filter(code=CHANGED_BY_HAND).delete()
        if place.group in _WITH_GUID and place.item == "GUID" and place.undone.value:
            _forget_guid(one, 0, place.undone.value)


def _guid_of(enrolment: Enrolment) -> str:
    rows = EnrolmentGroup.objects.filter(key__in=[row_key(enrolment.pk, group) for group in _WITH_GUID])
    return next((str(row.payload.get("GUID", "")) for row in rows), "")


def _forget_guid(one: _One, gone: int, guid: str) -> None:
    """Find the pupil no more by a school's key that only an undone value had; ``gone`` is an enrolment that goes."""
    others = EnrolmentGroup.objects.filter(
        key__in=[row_key(enrolment, group) for enrolment in one.enrolments if enrolment != gone for group in _WITH_GUID]
    )
    key = normal_guid(guid)
    if key and key not in {normal_guid(row.payload.get("GUID", "")) for row in others}:
        PupilKey.objects.filter(pupil=one.pupil, kind=PupilKey.Kind.GUID, text=key).delete()
