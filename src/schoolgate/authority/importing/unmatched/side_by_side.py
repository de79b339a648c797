"""A record that waits beside the pupils it might be, item by item, as a page shows it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.text import capfirst

from schoolgate.authority.importing.held import keys_of_held
from schoolgate.authority.importing.matching.agreement import Agreement, Item
from schoolgate.authority.importing.matching.nearness import NearMiss, near_miss
from schoolgate.authority.importing.matching.rules import Held
from schoolgate.authority.importing.models import Unmatched
from schoolgate.authority.importing.unmatched.likely import likely_of
from schoolgate.authority.importing.waiting import incoming_of_text, keys_of_incoming
from schoolgate.authority.records.columns import tells_of
from schoolgate.authority.records.keys import key_of, post_code_of, system_key_of
from schoolgate.authority.records.models import Enrolment, Pupil, PupilKey
from schoolgate.authority.records.roll import is_on_roll
from schoolgate.authority.records.subjects import STAFF, Subject, number_words

WORDS = {
    Agreement.AGREES: "agrees",
    Agreement.BY_OTHER_FORM: "agrees, by a former or preferred form",
    Agreement.CLOSE: "close",
    Agreement.DIFFERS: "differs",
    Agreement.UNKNOWN: "cannot be compared",
}
MOST_SIBLINGS = 5


@dataclass(slots=True)
class Cell:
    """One item of a candidate: its value, and how it stands to the incoming one."""

    item: str
    value: Any
    words: str
    agrees: bool
    differs: bool


@dataclass(slots=True)
class Candidate:
    """A held pupil beside the record."""

    pupil: Pupil
    cells: list[Cell]
    schools: list[str] = field(default_factory=list)
    """On whose roll it is."""
    hints: list[str] = field(default_factory=list)
    """What else speaks for it or against."""


@dataclass(slots=True)
class Sides:
    """All that a record's page shows of it."""

    incoming: list[tuple[str, Any]]
    """Items with their values."""
    candidates: list[Candidate]
    siblings: list[Pupil]
    """Held pupils of the same surname at the same post code, who are no candidates."""


def beside(row: Unmatched, user: Any, others: Sequence[Pupil] = ()) -> Sides:
    """The record with its near misses, the likeliest first, then ``others`` that a person looked up."""
    incoming = incoming_of_text(row.entry_text)
    keys = keys_of_incoming(incoming)
    near = likely_of([row], user)[row.pk]
    known = {one.pupil.pk for one in near}
    guids: dict[int, list[str]] = defaultdict(list)
    more = [pupil for pupil in others if pupil.pk not in known]
    rows = PupilKey.objects.filter(kind=PupilKey.Kind.GUID, pupil__in=[pupil.pk for pupil in more])
    for pk, text in rows.values_list("pupil_id", "text"):
        guids[pk].append(text)
    misses = [(one.pupil, one.miss, one.same_home) for one in near]
    misses += [
        (one, near_miss(keys, Held(one.pk, keys_of_held(one, guids[one.pk]), one.active)), False) for one in more
    ]
    schools: dict[int, list[str]] = defaultdict(list)
    here = set[int]()
    enrolments = Enrolment.objects.filter(pupil__in=[pupil.pk for pupil, _, _ in misses]).select_related("base")
    for enrolment in enrolments.order_by("base__name"):
        if is_on_roll(enrolment):
            schools[enrolment.pupil_id].append(enrolment.base.name)
            if enrolment.base_id == row.base_id:
                here.add(enrolment.pupil_id)
    candidates = [
        Candidate(
            pupil,
            [cell_of(item, pupil, miss) for item in Item],
            schools[pupil.pk],
            _hints(pupil, row, keys.upn, same_home=same_home, is_here=pupil.pk in here),
        )
        for pupil, miss, same_home in misses
    ]
    code = "" if tells_of(incoming.payloads) == STAFF else key_of(post_code_of(incoming.payloads))
    return Sides(_incoming(row, system_key_of(incoming.payloads)), candidates, _siblings(row, code, user, misses))


def _words(item: Item, subject: Subject) -> str:
    """What a screen calls an item that is compared."""
    return capfirst(number_words(subject)) if item is Item.UPN else item.value


def _incoming(row: Unmatched, guid: str) -> list[tuple[str, Any]]:
    values: dict[Item, Any] = {
        Item.GUID: guid,
        Item.UPN: row.upn,
        Item.BORN: row.born,
        Item.FAMILY: row.surname,
        Item.GIVEN: row.forename,
        Item.SEX: row.sex,
    }
    return [(_words(item, row.seen_in.told_of), values[item]) for item in Item]


def cell_of(item: Item, pupil: Pupil, miss: NearMiss) -> Cell:
    """An item of a held pupil, and how it stands to that of whom it was compared with."""
    values: dict[Item, Any] = {
        Item.GUID: "",
        Item.UPN: pupil.upn,
        Item.BORN: pupil.born,
        Item.FAMILY: pupil.surname,
        Item.GIVEN: pupil.forename,
        Item.SEX: pupil.sex,
    }
    agreement = miss.comparison.of(item)
    words = "names swapped" if miss.swapped_names and item in {Item.FAMILY, Item.GIVEN} else WORDS[agreement]
    agrees = agreement in {Agreement.AGREES, Agreement.BY_OTHER_FORM}
    return Cell(_words(item, pupil.subject), values[item], words, agrees, agreement is Agreement.DIFFERS)


def _hints(pupil: Pupil, row: Unmatched, upn: str, *, same_home: bool, is_here: bool) -> list[str]:
    found = []
    if not pupil.active:
        found.append(f"At no school: ask whether the {pupil.human} has come from there.")
    if is_here:
        found.append(f"{row.base.name} has this {pupil.noun} already.")
    if same_home:
        found.append("Same post code.")
    if row.not_of_id == pupil.pk:
        found.append(f"A person said that this is not the same {pupil.human}.")
    if upn and pupil.upn and upn != pupil.upn:
        found.append(f"Each has a {number_words(pupil.subject)} of its own.")
    return found


def _siblings(row: Unmatched, code: str, user: Any, misses: Sequence[tuple[Pupil, NearMiss, bool]]) -> list[Pupil]:
    if not code or not row.surname_key:
        return []
    home = PupilKey.objects.filter(kind=PupilKey.Kind.POSTCODE, text=code).values("pupil")
    shown = Pupil.objects.shown_to(user)
    same = shown.filter(pk__in=home, surname_key=row.surname_key).exclude(pk__in=[pupil.pk for pupil, _, _ in misses])
    return list(same.order_by("forename_key", "pk")[:MOST_SIBLINGS])
