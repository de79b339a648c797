"""Whom unmatched records might be: near misses among all held pupils, for many records at once, and what hints at them.

Looked for are pupils of the same UPN, GUID or name and birth, born on the same day, also with day and month the other
way round, or of the same surname and a forename that begins alike, also with both swapped. Whoever differs in all of
these is no near miss that anybody would see.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from schoolgate.authority.importing.held import keys_of_held
from schoolgate.authority.importing.matching.index import names_and_births
from schoolgate.authority.importing.matching.keys import MatchKeys
from schoolgate.authority.importing.matching.nearness import NearMiss, near_misses
from schoolgate.authority.importing.matching.rules import Held
from schoolgate.authority.importing.models import Unmatched
from schoolgate.authority.importing.waiting import incoming_of_text, keys_of_incoming
from schoolgate.authority.records.columns import pupil_columns, tells_of
from schoolgate.authority.records.keys import key_of, post_code_of, prefix
from schoolgate.authority.records.models import Pupil, PupilKey

MOST_NAMESAKES = 2000
"""Held pupils compared for one page at most: names and births that half a town shares say little."""
BEGINS = 2
"""Letters in which forenames need to begin alike."""

Kind = PupilKey.Kind
Sign = tuple[Any, ...]
"""Something a held pupil is looked for by: what it is, and its text, day or names."""
BORN, NAMED, SWAPPED = "born", "named", "swapped"


@dataclass(frozen=True, slots=True)
class Likely:
    """A held pupil whom a record might be."""

    pupil: Pupil
    miss: NearMiss
    same_home: bool
    """The post code is the same."""


def likely_of(rows: Sequence[Unmatched], user: Any, *, limit: int = 10) -> dict[int, list[Likely]]:
    """Whom each record might be, by its number, the likeliest first, as far as ``user`` may know. Four queries."""
    asked = {row.pk: incoming_of_text(row.entry_text) for row in rows}
    keys = {pk: keys_of_incoming(incoming) for pk, incoming in asked.items()}
    signs = {pk: _signs(keys[pk], pupil_columns(incoming.payloads)) for pk, incoming in asked.items()}
    homes = {pk: key_of(post_code_of(incoming.payloads)) for pk, incoming in asked.items()}
    pupils, held, with_sign = _held(frozenset().union(*signs.values()), user)
    home_of = _homes(held, set(homes.values()) - {""})
    found = {}
    for pk, incoming in asked.items():
        subject = tells_of(incoming.payloads)
        # Each with its own only: with those of the other rows too it took a page six seconds.
        among = {
            one
            for one in set().union(*(with_sign[sign] for sign in signs[pk])) & held.keys()
            if pupils[one].kind == subject
        }
        misses = near_misses(keys[pk], [held[one] for one in sorted(among)], limit=limit)
        found[pk] = [Likely(pupils[miss.held.pupil], miss, homes[pk] in home_of[miss.held.pupil]) for miss in misses]
    return found


def _signs(keys: MatchKeys, columns: dict[str, Any]) -> frozenset[Sign]:
    """By what held pupils are looked for who might be this incoming one."""
    signs: set[Sign] = {(Kind.GUID, guid) for guid in keys.guids}
    signs |= {(Kind.UPN, key_of(upn)) for upn in keys.upns}
    signs |= {(Kind.NAME_AND_BIRTH, text) for text in names_and_births(keys)}
    if keys.born is not None:
        signs |= {(BORN, day) for day in (keys.born, *_other_way_round(keys.born))}
    surname, forename = columns["surname_key"], columns["forename_key"]
    if surname and forename:
        signs |= {(NAMED, surname, forename[:BEGINS]), (SWAPPED, forename, surname)}
    return frozenset(signs)


def _signs_of_held(pupil: Pupil) -> Iterator[Sign]:
    """The signs in a held pupil's own columns."""
    surname, forename = pupil.surname_key, pupil.forename_key
    yield BORN, pupil.born
    yield SWAPPED, surname, forename
    yield from ((NAMED, surname, forename[:letters]) for letters in range(1, BEGINS + 1))


def _held(signs: frozenset[Sign], user: Any) -> tuple[dict[int, Pupil], dict[int, Held], dict[Sign, set[int]]]:
    """Held pupils who have any of these signs, as matching sees them, and who has each."""
    alike, wanted = Q(pk__in=[]), Q(born__in={sign[1] for sign in signs if sign[0] == BORN})
    for kind in (Kind.GUID, Kind.UPN, Kind.NAME_AND_BIRTH):
        if texts := {sign[1] for sign in signs if sign[0] == kind}:
            alike |= Q(kind=kind, text__in=texts)
    for what, *names in signs:
        if what == NAMED:
            wanted |= Q(surname_key=names[0]) & prefix("forename_key", names[1])
        elif what == SWAPPED:
            wanted |= Q(surname_key=names[0], forename_key=names[1])
    with_sign: dict[Sign, set[int]] = defaultdict(set)
    for of_kind, text, pk in PupilKey.objects.filter(alike).values_list("kind", "text", "pupil_id"):
        with_sign[of_kind, text].add(pk)
    shown = Pupil.people.shown_to(user)
    wanted |= Q(pk__in=set().union(*with_sign.values()))
    pupils = {one.pk: one for one in shown.filter(wanted).order_by("pk")[:MOST_NAMESAKES]}
    for one in pupils.values():
        for sign in _signs_of_held(one):
            with_sign[sign].add(one.pk)
    guids: dict[int, list[str]] = defaultdict(list)
    for pk, text in PupilKey.objects.filter(kind=Kind.GUID, pupil__in=pupils).values_list("pupil_id", "text"):
        guids[pk].append(text)
    held = {pk: Held(pk, keys_of_held(one, guids[pk]), one.active) for pk, one in pupils.items()}
    return pupils, held, with_sign


def _homes(held: Iterable[int], codes: set[str]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    if codes:
        keys = PupilKey.objects.filter(kind=Kind.POSTCODE, text__in=codes, pupil__in=list(held))
        for pk, text in keys.values_list("pupil_id", "text"):
            found[pk].add(text)
    return found


def _other_way_round(born: date) -> list[date]:
    return [born.replace(month=born.day, day=born.month)] if born.day <= 12 else []
