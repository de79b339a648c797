"""Pupils of a document who match nobody for sure: they wait for a person, with all that was said of them."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.deciding import Incoming, Invalid
from schoolgate.authority.importing.erased import who_was_erased
from schoolgate.authority.importing.held import restricted_held
from schoolgate.authority.importing.matching.keys import MatchKeys, keys_of, match_keys
from schoolgate.authority.importing.matching.nearness import may_be_any
from schoolgate.authority.importing.matching.rules import Held
from schoolgate.authority.importing.models import Import, KnownAs, Unmatched
from schoolgate.authority.importing.people import ByPeople
from schoolgate.authority.records.columns import pupil_columns
from schoolgate.authority.records.groups.canonical import canonical, digest_of
from schoolgate.authority.records.groups.enrolment import ENROLMENT
from schoolgate.authority.records.groups.identifiers import IDENTIFIERS
from schoolgate.authority.records.groups.registry import group_named, write_groups
from schoolgate.authority.records.models import Enrolment
from schoolgate.authority.records.subjects import PUPIL, STAFF, Subject

_SAID = ("seen_in", "number", "why", "entry_text", "digest", "year_group", "near_restricted")


@dataclass(frozen=True, slots=True)
class Waits:
    """An entry to keep: its place in the document, who it is as its base knows it, why nobody decided for it."""

    number: int
    sign: bytes
    why: str
    incoming: Incoming


def keys_of_incoming(incoming: Incoming) -> MatchKeys:
    """The keys by which a pupil that waits is compared with others: those of its entry, but for values left out."""
    record = write_groups(incoming.payloads)
    for one in incoming.invalid:
        if (one.group, one.item) == (IDENTIFIERS, "UPN"):
            record.setdefault("UPN", one.value)
    return keys_of(record)


def entry_text(incoming: Incoming) -> str:
    """All that an entry says, as canonical JSON."""
    told: dict[str, Any] = {
        "groups": {group.name: payload for group, payload in incoming.payloads.items()},
        "full": incoming.full,
        "invalid": [[one.group.name, one.item, one.code, one.value] for one in incoming.invalid],
    }
    if incoming.of is not None:
        told["of"] = sorted([group.name, item] for group, item in incoming.of)
    return canonical(told)


def incoming_of_text(text: str) -> Incoming:
    """What ``entry_text`` was given."""
    said = json.loads(text)
    payloads = {group_named(name): payload for name, payload in said["groups"].items()}
    invalid = tuple(Invalid(group_named(group), *rest) for group, *rest in said["invalid"])
    of = frozenset((group_named(group), item) for group, item in said["of"]) if "of" in said else None
    return Incoming(payloads, said["full"], invalid, of)


def added_to(before: Incoming, now: Incoming) -> Incoming:
    """What a base has said of a pupil in all: a full document says everything, a partial one adds to what was said.

    A full one that does not speak of all says everything of what it speaks of.
    """
    if now.full and now.of is None:
        return now
    if now.full:
        return _over(before, now)
    payloads = dict(before.payloads)
    for group, payload in now.payloads.items():
        payloads[group] = group.joined(payloads.get(group), payload)
    said = {(group, item) for group, payload in now.payloads.items() for item in payload}
    said |= {(one.group, one.item) for one in now.invalid}
    stand = (one for one in before.invalid if (one.group, one.item) not in said)
    of = None if before.of is None or now.of is None else before.of | now.of
    return Incoming(payloads, before.full and of == before.of, (*stand, *now.invalid), of)


def _over(before: Incoming, now: Incoming) -> Incoming:
    """What was said of other items, and what is said now."""
    payloads = {
        group: stays
        for group, payload in before.payloads.items()
        if (stays := {item: value for item, value in payload.items() if not now.says_all_of(group, item)})
    }
    for group, payload in now.payloads.items():
        payloads[group] = {**payloads.get(group, {}), **payload}
    stand = (one for one in before.invalid if not now.says_all_of(one.group, one.item))
    of = None if before.of is None or now.of is None else before.of | now.of
    return Incoming(payloads, before.full or of == now.of, (*stand, *now.invalid), of)


def by_people(base: Base, subject: Subject = PUPIL) -> ByPeople:
    """What people decided that counts for a document of ``base`` on pupils, or on staff, in few queries."""
    of_base = Unmatched.objects.filter(base=base, seen_in__subject=subject)
    held_back = of_base.exclude(held_back=Unmatched.HeldBack.NO, not_of=None)
    pupils: dict[bytes, int | None] = {}
    not_these = set[int]()
    for sign, pupil in held_back.values_list("sign", "not_of"):
        pupils[bytes(sign)] = None
        if pupil is not None:
            not_these.add(pupil)
    aliases = []
    for known in KnownAs.objects.filter(pupil__kind=subject).order_by("pk"):
        aliases.append(Held(known.pupil_id, keys_of_known(known, subject)))
        if known.base_id == base.pk:
            pupils[bytes(known.sign)] = known.pupil_id
    restricted = restricted_held(subject)
    elsewhere = {held.pupil for held in restricted}
    elsewhere -= set(Enrolment.objects.filter(base=base, pupil__in=elsewhere).values_list("pupil_id", flat=True))
    some_wait = of_base.exists()
    return ByPeople(
        pupils,
        tuple(aliases),
        some_wait,
        restricted,
        frozenset(elsewhere),
        frozenset(not_these),
        who_was_erased(subject),
    )


def known_as(keys: MatchKeys) -> dict[str, object]:
    """`KnownAs.keys` of an entry's keys."""
    return {
        "family": keys.family,
        "given": keys.given,
        "born": keys.born.isoformat() if keys.born else "",
        "sex": keys.sex,
        "upn": keys.upn or keys.wrong_upn,
        "guids": sorted(keys.guids),
        "former_upns": sorted(keys.former_upns),
        "other_families": sorted(keys.other_families),
        "other_givens": sorted(keys.other_givens),
    }


def keys_of_known(known: KnownAs, subject: Subject) -> MatchKeys:
    """The keys that ``known_as`` was given, of a pupil or a member of staff."""
    return match_keys(**known.keys, staff=subject == STAFF)


def keep_waiting(this: Import, waiting: Collection[Waits]) -> None:
    """Keep entries as unmatched, in the caller's transaction.

    Each takes the place of what its base said before; what a partial document does not speak of stays (``added_to``).
    """
    if not waiting:
        return
    restricted = restricted_held(this.told_of)
    # Held, since a person may match or discard one at this moment: what is said now would go with it.
    found = Unmatched.objects.select_for_update().filter(base=this.base, sign__in=[one.sign for one in waiting])
    before = {bytes(row.sign): row for row in found.order_by("pk")}
    rows: dict[bytes, Unmatched] = {}
    for one in waiting:
        stored = before.get(one.sign)
        incoming = added_to(incoming_of_text(stored.entry_text), one.incoming) if stored else one.incoming
        row = _row(this, replace(one, incoming=incoming))
        row.near_restricted = may_be_any(keys_of_incoming(incoming), restricted)
        rows[bytes(row.sign)] = row
    changed = []
    for sign, row in rows.items():
        if (stored := before.get(sign)) is not None:
            for name in _SAID:
                setattr(stored, name, getattr(row, name))
            changed.append(stored)
    Unmatched.objects.bulk_update(changed, _SAID)
    Unmatched.objects.bulk_create(row for sign, row in rows.items() if sign not in before)


def hold_back(this: Import, waiting: Collection[Waits], how: Unmatched.HeldBack) -> None:
    """Keep entries as unmatched ones that are neither matched nor added by rule, in the caller's transaction."""
    keep_waiting(this, waiting)
    Unmatched.objects.filter(base=this.base, sign__in=[one.sign for one in waiting]).update(held_back=how)


def wait_no_more(this: Import, signs: Iterable[bytes]) -> None:
    """Who was matched or added waits no more; ``signs`` stand for such entries of the base."""
    if signs := list(signs):
        Unmatched.objects.filter(base=this.base, sign__in=signs).delete()


def end_waiting(this: Import) -> None:
    """Whom a full document of the base does not speak of any more waits no more; what people held back stays so."""
    if this.full:
        waiting = Unmatched.objects.filter(
            base=this.base, seen_in__subject=this.subject, held_back=Unmatched.HeldBack.NO, not_of=None
        )
        waiting.exclude(seen_in=this).delete()


def _row(this: Import, one: Waits) -> Unmatched:
    keys, columns = keys_of_incoming(one.incoming), pupil_columns(one.incoming.payloads)
    text = entry_text(one.incoming)
    return Unmatched(
        base=this.base,
        seen_in=this,
        number=one.number,
        sign=one.sign,
        why=one.why,
        surname=columns["surname"],
        forename=columns["forename"],
        surname_key=columns["surname_key"],
        born=columns["born"],
        sex=columns["sex"],
        upn=(keys.upn or keys.wrong_upn)[:13],
        year_group=one.incoming.payloads.get(ENROLMENT, {}).get("NCyearActual", "")[:2],
        entry_text=text,
        digest=digest_of(text),
    )
