"""What becomes of each value a source sends for a known or new pupil: a pure function (DESIGN 4 and 7, reference 9.5).

Every item of every data group is looked at by itself:

* what would change nothing is dropped without trace (reference 9.5: public);
* what a person refused, and the source sends again, stays refused; so does what the processing rule doesn't import;
* what the rule lets in is written, what it doesn't is a conflict that waits for a person;
* what another school leads in, where the pupil has its main registration, is left to that school (``leading``);
* what is not valid comes here as ``Invalid``, taken out of the payload (``leaving_out``): it is refused by its code,
  and what is held of it stays;
* what is not said is nothing in a partial file, and a candidate for removal in a full one, never a deletion.

Refusals by a code list or by a rule are judged anew each time, since lists and rules change; a person's stand until the
source says something else.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self, TypeAlias

from schoolgate.authority.records.groups.canonical import canonical, digest_of
from schoolgate.authority.records.groups.data_group import DataGroup, Payload

Payloads: TypeAlias = Mapping[DataGroup, Payload]
Place: TypeAlias = tuple[DataGroup, str]
"""An item of a group."""

DISCARDED = "discarded"
"""Code of a refusal: a person discarded the value and doesn't want to be asked again."""
UNDONE = "undone"
"""Code of a refusal: an import that had written the value was undone."""
CHANGED_BY_HAND = "changed-by-hand"
"""Code of a refusal: a person changed the value here by hand, and this is what stood there before."""
NOT_IMPORTED = "not-imported"
"""Code of a refusal: the processing rule is not to import this."""

BY_A_PERSON = frozenset({DISCARDED, UNDONE, CHANGED_BY_HAND})
"""Codes of refusals that no rule or list overturns."""


class Effect(StrEnum):
    """A processing rule (reference 9.5: public); the value stands with the change for good."""

    ALWAYS_IMPORT = "always-import"
    ALWAYS_CONFLICT = "always-conflict"
    IMPORT_IF_EMPTY = "import-if-empty"
    DONT_IMPORT = "dont-import"


ALWAYS_IMPORTED = frozenset({"attendance", "school-history"})
"""Groups whose rule is fixed (reference 9.5: public)."""


WHO_IT_IS = frozenset(
    {
        ("identifiers", "UPN"),
        ("basic-details", "Surname"),
        ("basic-details", "Forename"),
        ("basic-details", "DOB"),
        ("basic-details", "Sex"),
        ("enrolment", "GUID"),
        ("enrolment", "SuppID"),
        ("staff-identifiers", "TeacherNumber"),
        ("staff-identifiers", "NINumber"),
        ("staff-details", "PersonFamilyName"),
        ("staff-details", "GivenNames"),
        ("staff-details", "PersonBirthDate"),
        ("staff-details", "Sex"),
        ("engagement", "GUID"),
    }
)
"""What is taken of a new pupil whatever the rules of its base: without it next week's entry would be new again."""

_TAKE_NEW = frozenset(Effect) - {Effect.DONT_IMPORT}
"""Rules that take a value of which nothing was held."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The processing rules of a base: by item, else by group, else ``otherwise``. Names are those of the registry."""

    otherwise: Effect
    groups: Mapping[str, Effect] = field(default_factory=dict)
    items: Mapping[tuple[str, str], Effect] = field(default_factory=dict)
    nothing_by_rule: bool = False
    """Not even what is fixed: all of it waits for a person."""

    def effect(self, group: DataGroup, item: str) -> Effect:
        """Return the rule for an item of a group."""
        if self.nothing_by_rule:
            return Effect.ALWAYS_CONFLICT
        if group.name in ALWAYS_IMPORTED:
            return Effect.ALWAYS_IMPORT
        return self.items.get((group.name, item)) or self.groups.get(group.name) or self.otherwise

    def effect_of_all(self, group: DataGroup) -> Effect | None:
        """Return the rule for every item of a group; None where they have more than one."""
        if self.nothing_by_rule:
            return Effect.ALWAYS_CONFLICT
        if group.name in ALWAYS_IMPORTED:
            return Effect.ALWAYS_IMPORT
        several = self.items and any(name == group.name for name, _ in self.items)
        return None if several else self.groups.get(group.name) or self.otherwise


IMPORT_EVERYTHING = Rules(Effect.ALWAYS_IMPORT)
NOTHING_BY_RULE = Rules(Effect.ALWAYS_CONFLICT, nothing_by_rule=True)
"""The rules for a restricted pupil, whichever its base has (DESIGN 3)."""


@dataclass(frozen=True, slots=True)
class Invalid:
    """A value that was taken out because it cannot be right: a wrong check letter, a code of another year."""

    group: DataGroup
    item: str
    code: str
    """As documents' checks have it: ``bad-upn``, ``code-not-of-year``."""
    value: str
    """What was sent there: the item's text, or the part of the item that was taken out."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A standing refusal of this pupil and base, as it is stored: one for a value, whatever its code."""

    group: DataGroup
    item: str
    digest: bytes
    """Stands for the value (``refusal_digest``)."""
    code: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a source says of one pupil."""

    payloads: Payloads
    """By group; a group of which nothing is said is left out."""
    full: bool = False
    """It claims to say everything (a snapshot, not changes)."""
    invalid: tuple[Invalid, ...] = ()
    of: frozenset[Place] | None = None
    """The items it speaks of; None: of all. What it says of others only tells who the pupil is."""

    def says_all_of(self, group: DataGroup, item: str) -> bool:
        """Whether an item that is not in it is not there at the source."""
        return self.full and (self.of is None or (group, item) in self.of)

    def without_who_it_is(self) -> Self:
        """What it says of what it speaks of, for a pupil that was found."""
        if self.of is None:
            return self
        payloads = {
            group: said
            for group, payload in self.payloads.items()
            if (said := {item: value for item, value in payload.items() if (group, item) in self.of})
        }
        invalid = tuple(one for one in self.invalid if (one.group, one.item) in self.of)
        return replace(self, payloads=payloads, invalid=invalid)


@dataclass(frozen=True, slots=True)
class Write:
    """A group's payload to write, and why each of the changed items was taken."""

    group: DataGroup
    payload: Payload
    """The whole of it, what stays as it was included."""
    taken: Mapping[str, Effect]
    is_new: bool
    """Nothing of the group was held before."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """An incoming value that waits for a person."""

    group: DataGroup
    item: str
    held: Any
    """None when nothing is held."""
    incoming: Any


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A value that is not taken."""

    group: DataGroup
    item: str
    value: Any
    digest: bytes
    code: str
    stands: bool
    """The refusal is not new: it is stored, for the same value."""


@dataclass(frozen=True, slots=True)
class Removal:
    """Something held that a full document doesn't say any more: a candidate, for a person."""

    group: DataGroup
    item: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """All that becomes of one pupil's values, in the order of groups and items."""

    writes: tuple[Write, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    removals: tuple[Removal, ...] = ()
    ended: tuple[Refused, ...] = ()
    """Standing refusals whose value the source doesn't say any more."""
    same: tuple[DataGroup, ...] = ()
    """Groups of which all that is said is held already: counted, and otherwise without trace."""
    yielded: tuple[DataGroup, ...] = ()
    """Groups of which something else is said, and which are left to the school that leads in them."""


def decide(
    held: Payloads | None,
    incoming: Incoming,
    rules: Rules,
    refusals: Collection[Refused] = (),
    *,
    led_by_others: Collection[DataGroup] = (),
    is_new_at_base: bool = False,
) -> Decisions:
    """Decide what becomes of ``incoming``.

    ``held`` None is a new pupil: there is nothing to be in conflict with, so all that is valid is taken, but for
    what the rules don't import; of that who the pupil is (``WHO_IT_IS``) is taken nevertheless. So it is of an
    enrolment's groups when the pupil ``is_new_at_base``. ``refusals`` are the standing ones of this pupil and base,
    ``led_by_others`` the groups in which another base leads. For a pupil at two schools the caller leaves the
    other's enrolment groups out of ``held``. Orders of groups and of refusals don't matter.
    """
    writes: list[Write] = []
    conflicts: list[Conflict] = []
    left_out = [
        _left_out(one.group, one.item, one.value, digest_of(canonical(one.value)), one.code, refusals)
        for one in sorted(set(incoming.invalid), key=lambda one: (one.group.number, one.item, one.code, one.value))
    ]
    by_people = {(one.group, one.item, one.digest): one.code for one in refusals if one.code in BY_A_PERSON}
    same: list[DataGroup] = []
    yielded: list[DataGroup] = []
    for group in _in_order(incoming.payloads):
        ours, theirs = (held or {}).get(group), incoming.payloads[group]
        if theirs and held is None and not refusals and (one_rule := rules.effect_of_all(group)) in _TAKE_NEW:
            # The usual case of a first import, which would come out item by item just so.
            writes.append(Write(group, theirs, dict.fromkeys(theirs, one_rule), is_new=True))
            continue
        taken: dict[str, Effect] = {}
        values: Payload = {}
        differing = group.differing(ours, theirs)
        if differing and group in led_by_others:
            yielded.append(group)
            continue
        is_new = held is None or (is_new_at_base and group.of == "enrolment")
        for item in differing:
            our, value = (ours or {}).get(item), theirs[item]
            effect = rules.effect(group, item)
            if by_people:
                value, refused = _apart(group, item, our, value, by_people)
                left_out += [_left_out(group, item, *one, refusals) for one in refused]
                if refused and (value is None or not group.differing(ours, {item: value})):
                    continue
            if effect is Effect.DONT_IMPORT and held is None and (group.name, item) in WHO_IT_IS:
                taken[item], values[item] = Effect.IMPORT_IF_EMPTY, value
            elif effect is Effect.DONT_IMPORT:
                digest = refusal_digest(group, item, value)
                left_out.append(_left_out(group, item, value, digest, NOT_IMPORTED, refusals))
            elif is_new or effect is Effect.ALWAYS_IMPORT or (effect is Effect.IMPORT_IF_EMPTY and our is None):
                taken[item], values[item] = effect, value
            else:
                conflicts.append(Conflict(group, item, our, value))
        if taken:
            payload = group.joined(ours, values)
            writes.append(Write(group, payload, taken, is_new=not ours))
        elif not differing and all(one.group is not group for one in left_out):
            same.append(group)
    return Decisions(
        tuple(writes),
        tuple(conflicts),
        tuple(left_out),
        tuple(_removals(held or {}, incoming, rules, led_by_others)) if incoming.full else (),
        tuple(one for one in _ended(incoming, left_out, refusals) if one.group not in yielded),
        tuple(same),
        tuple(yielded),
    )


def _apart(
    group: DataGroup, item: str, our: Any, value: Any, by_people: Mapping[tuple[DataGroup, str, bytes], str]
) -> tuple[Any, list[tuple[Any, bytes, str]]]:
    """What of a value nobody refused (None: nothing), and each part that a person did, with its digest and code.

    Refused is a value itself, or all that would be new once it is taken: an undone import had written what came of
    joining it with the held one. So a contact that was undone stays so beside another that is new.
    """
    form = group.form_of(item)
    stands = [] if our is None else [form.normal(part) for part in form.parts(our)]

    def code_of(part: Any) -> tuple[bytes, str] | None:
        for outcome in [part] if our is None else [part, form.join(our, part)]:
            digest = refusal_digest(group, item, outcome)
            if code := by_people.get((group, item, digest)):
                return digest, code
        if our is None:
            return None
        new = [one for one in form.parts(form.join(our, part)) if form.normal(one) not in stands]
        digests = [refusal_digest(group, item, one) for one in new]
        codes = [by_people.get((group, item, digest)) for digest in digests]
        return (digests[0], codes[0]) if codes and codes[0] and all(codes) else None

    if refused := code_of(value):
        return None, [(value, *refused)]
    apart = [(part, code_of(part)) for part in form.parts(value)]
    if all(refused is None for _, refused in apart):
        return value, []
    left = [part for part, refused in apart if refused is None]
    out = [(part, *refused) for part, refused in apart if refused]
    return (form.whole(left) if left else None), out


def refusal_digest(group: DataGroup, item: str, value: Any) -> bytes:
    """Return what stands for an item's refused value: the same for harmless spellings of it."""
    return digest_of(canonical(group.form_of(item).normal(value)))


def held_after(held: Payloads | None, decisions: Decisions) -> dict[DataGroup, Payload]:
    """Return what is held once ``decisions`` are applied."""
    return {**(held or {}), **{write.group: write.payload for write in decisions.writes}}


def refused_after(refusals: Iterable[Refused], decisions: Decisions) -> frozenset[Refused]:
    """Return the standing refusals once ``decisions`` are applied."""
    left_out = {Refused(one.group, one.item, one.digest, one.code) for one in decisions.left_out}
    return (frozenset(refusals) - set(decisions.ended)) | left_out


def _left_out(
    group: DataGroup, item: str, value: Any, digest: bytes, code: str, refusals: Collection[Refused]
) -> LeftOut:
    return LeftOut(group, item, value, digest, code, stands=Refused(group, item, digest, code) in refusals)


def _removals(
    held: Payloads, incoming: Incoming, rules: Rules, led_by_others: Collection[DataGroup]
) -> Iterator[Removal]:
    said_wrongly = {(one.group, one.item) for one in incoming.invalid}
    for group in _in_order(held):
        if group in led_by_others:
            continue
        for item in group.missing(held[group], incoming.payloads.get(group)):
            if (
                incoming.says_all_of(group, item)
                and (group, item) not in said_wrongly
                and rules.effect(group, item) is not Effect.DONT_IMPORT
            ):
                yield Removal(group, item)


def _ended(incoming: Incoming, left_out: Iterable[LeftOut], refusals: Collection[Refused]) -> Iterator[Refused]:
    """A refusal ends when the source says something else; a partial document that says nothing leaves it."""
    if not refusals:
        return
    again = {Refused(one.group, one.item, one.digest, one.code) for one in left_out}

    def is_one_of_several(one: Refused) -> bool:
        """A part of what changed, which says nothing of the others."""
        return one.code in BY_A_PERSON and one.group.form_of(one.item).is_in_parts

    said = {(group, item) for group, payload in incoming.payloads.items() for item in payload}
    said |= {(one.group, one.item) for one in incoming.invalid}
    for one in sorted(set(refusals) - again, key=lambda one: (one.group.number, one.item, one.code, one.digest)):
        said_again = (one.group, one.item) in said and not is_one_of_several(one)
        if said_again or incoming.says_all_of(one.group, one.item):
            yield one


def _in_order(payloads: Payloads) -> list[DataGroup]:
    return sorted(payloads, key=lambda group: group.number)
