"""Whom unmatched records might be: near misses among all held pupils, for many records at once, and what hints at them.

Looked for are pupils of the same UPN, GUID or name and birth, born on the same day, also with day and month the other
way round, or of the same surname and a forename that begins alike, also with both swapped. Whoever differs in all of
these is no near miss that anybody would see.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
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
from schoolgate.authority.records.columns import pupil_columns
from schoolgate.authority.records.groups.addresses import ADDRESSES
from schoolgate.authority.records.keys import key_of, prefix
from schoolgate.authority.records.models import Pupil, PupilKey

MOST_NAMESAKES = 2000
"""Held pupils compared for one page at most: names and births that half a town shares say little."""
BEGINS = 2
"""Letters in which forenames need to begin alike."""

Kind = PupilKey.Kind


@dataclass(frozen=True, slots=True)
class Likely:
    """A held pupil whom a record might be."""

    pupil: Pupil
    miss: NearMiss
    same_home: bool
    """The post code is the same."""


def likely_of(rows: Sequence[Unmatched], user: Any, *, limit: int = 10) -> dict[int, list[Likely]]:
    """Whom each record might be, by its number, the likeliest first, as far as ``user`` may know. Four queries."""
    asked = [(row, incoming_of_text(row.entry_text)) for row in rows]
    keys = {row.pk: keys_of_incoming(incoming) for row, incoming in asked}
    columns = {row.pk: pupil_columns(incoming.payloads) for row, incoming in asked}
    homes = {
        row.pk: key_of(incoming.payloads.get(ADDRESSES, {}).get("Address", {}).get("PostCode", ""))
        for row, incoming in asked
    }
    pupils, held = _held(keys.values(), columns.values(), user)
    home_of = _homes(held, set(homes.values()) - {""})
    return {
        row.pk: [
            Likely(pupils[miss.held.pupil], miss, homes[row.pk] in home_of[miss.held.pupil])
            for miss in near_misses(keys[row.pk], held.values(), limit=limit)
        ]
        for row, _ in asked
    }


def _held(
    asked: Iterable[MatchKeys], columns: Iterable[dict[str, Any]], user: Any
) -> tuple[dict[int, Pupil], dict[int, Held]]:
    """Held pupils who have anything in common with any of these, as matching sees them."""
    alike, named, births = Q(), Q(), set[date]()
    texts: dict[Kind, set[str]] = defaultdict(set)
    for keys in asked:
        texts[Kind.GUID] |= keys.guids
        texts[Kind.UPN] |= {key_of(upn) for upn in keys.upns}
        texts[Kind.NAME_AND_BIRTH] |= names_and_births(keys)
        if keys.born is not None:
            births |= {keys.born, *_other_way_round(keys.born)}
    for one in columns:
        if one["surname_key"] and one["forename_key"]:
            named |= Q(surname_key=one["surname_key"]) & prefix("forename_key", one["forename_key"][:BEGINS])
            named |= Q(surname_key=one["forename_key"], forename_key=one["surname_key"])
    for kind, those in texts.items():
        if those:
            alike |= Q(kind=kind, text__in=those)
    found = set(PupilKey.objects.filter(alike).values_list("pupil_id", flat=True)) if alike else set()
    shown = Pupil.objects.unrestricted() if user is None else Pupil.objects.visible_to(user)
    wanted = Q(pk__in=found) | Q(born__in=births) | named
    pupils = {one.pk: one for one in shown.filter(wanted).order_by("pk")[:MOST_NAMESAKES]}
    guids: dict[int, list[str]] = defaultdict(list)
    for pk, text in PupilKey.objects.filter(kind=Kind.GUID, pupil__in=pupils).values_list("pupil_id", "text"):
        guids[pk].append(text)
    return pupils, {pk: Held(pk, keys_of_held(one, guids[pk]), one.active) for pk, one in pupils.items()}


def _homes(held: Iterable[int], codes: set[str]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    if codes:
        keys = PupilKey.objects.filter(kind=Kind.POSTCODE, text__in=codes, pupil__in=list(held))
        for pk, text in keys.values_list("pupil_id", "text"):
            found[pk].add(text)
    return found


def _other_way_round(born: date) -> list[date]:
    return [born.replace(month=born.day, day=born.month)] if born.day <= 12 else []
