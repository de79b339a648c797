"""Pairs of held pupils who might be one child: of the same UPN, of the same GUID, or of the same name and birth.

By these an incoming pupil is found (``matching``), so two pupils who share one of them were kept apart by something:
another permanent UPN, two systems of one school, a pupil that somebody added. Found by the index of the keys alone:
100,000 pupils have some 300,000 of them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any, TypeAlias

from django.db.models import Count, Exists, Max, Min, OuterRef, Q

from schoolgate.authority.importing.models import TwoChildren
from schoolgate.authority.records.models import Enrolment, Pupil, PupilKey
from schoolgate.authority.records.models.pupil import PupilQuerySet
from schoolgate.authority.records.subjects import PUPIL, Subject

Kind = PupilKey.Kind

SIGNS = {Kind.GUID: "GUID", Kind.UPN: "UPN", Kind.NAME_AND_BIRTH: "name and date of birth"}
"""What two pupils are paired by, today's or a former one, in words."""

MOST_ALIKE = 10
"""Of a key that more pupils share, each is paired with the next one only: all pairs of them would hide the rest."""

Pair: TypeAlias = tuple[int, int]
"""The numbers of two pupils, the lower one first."""
Key: TypeAlias = tuple[int, str]
"""What a pupil is found by: the kind of a `PupilKey`, and its text."""


def pairs(user: Any, subject: Subject = PUPIL, *, downloaded: bool = False) -> dict[Pair, list[str]]:
    """The pairs of pupils, or of staff, that nobody has parted, each with what both share. Four queries.

    None with a pupil whom ``user`` (None: the command line) may not see; none with a restricted one for a download.
    """
    alike: dict[Key, list[int]] = {}
    of_several: dict[int, list[str]] = defaultdict(list)
    shared = (
        PupilKey.objects.filter(kind__in=SIGNS)
        .order_by("kind", "text")
        .values_list("kind", "text")
        .annotate(pupils=Count("pupil"), first=Min("pupil"), last=Max("pupil"))
        .filter(pupils__gt=1)
    )
    for kind, text, number, first, last in shared:
        if number == 2:
            alike[kind, text] = [first, last]
        else:
            of_several[kind].append(text)
    shown = _shown(user, subject, downloaded=downloaded)
    alike |= _pupils_of(of_several, shown)
    two = {pupil for pupils in alike.values() for pupil in pupils}
    seen = set(shown.filter(pk__in=two).values_list("pk", flat=True))
    return _without_two_children(_paired(alike, seen))


def pairs_of(pupil: Pupil, user: Any) -> dict[Pair, list[str]]:
    """The same of one pupil, its own number among those of each pair. Four queries."""
    texts: dict[int, list[str]] = defaultdict(list)
    for kind, text in PupilKey.objects.filter(pupil=pupil, kind__in=SIGNS).values_list("kind", "text"):
        texts[kind].append(text)
    alike = _pupils_of(texts, _shown(user, pupil.subject))
    found = _paired(alike, {number for pupils in alike.values() for number in pupils})
    return _without_two_children({pair: signs for pair, signs in found.items() if pupil.pk in pair})


def who_stays(one: Pupil, other: Pupil, schools: dict[int, list[Enrolment]]) -> tuple[Pupil, Pupil]:
    """Who of two is proposed to stay, then who goes: whom more schools tell of; else who has been held longer."""
    first, second = sorted((one, other), key=lambda pupil: (-len(schools[pupil.pk]), pupil.pk))
    return first, second


def times_at_schools(pupils: Iterable[int]) -> dict[int, list[Enrolment]]:
    """The times at schools of each of these pupils, by the schools' names, in one query."""
    found: dict[int, list[Enrolment]] = defaultdict(list)
    enrolments = Enrolment.objects.filter(pupil__in=list(pupils)).select_related("base")
    for enrolment in enrolments.order_by("base__name", "pk"):
        found[enrolment.pupil_id].append(enrolment)
    return found


def _shown(user: Any, subject: Subject, *, downloaded: bool = False) -> PupilQuerySet:
    shown = Pupil.people.shown_to(user).filter(kind=subject)
    return shown.unrestricted() if downloaded else shown


def _pupils_of(texts: Mapping[int, Collection[str]], shown: PupilQuerySet) -> dict[Key, list[int]]:
    """Who of those shown has each of these keys."""
    wanted = Q(pk__in=[])
    for kind, of_kind in texts.items():
        wanted |= Q(kind=kind, text__in=of_kind)
    alike: dict[Key, list[int]] = defaultdict(list)
    # One by one of those that have a key: as a list, all pupils would be read.
    are_shown = Exists(shown.filter(pk=OuterRef("pupil")))
    keys = PupilKey.objects.filter(wanted, are_shown).order_by("kind", "text", "pupil")
    for kind, text, pupil in keys.values_list("kind", "text", "pupil_id"):
        alike[kind, text].append(pupil)
    return alike


def _paired(alike: Mapping[Key, Sequence[int]], seen: Collection[int]) -> dict[Pair, list[str]]:
    found: dict[Pair, list[str]] = {}
    for (kind, _), pupils in sorted(alike.items()):
        sign = SIGNS[Kind(kind)]
        for one, other in _two_of(pupils):
            if one in seen and other in seen:
                signs = found.setdefault((one, other), [])
                if sign not in signs:
                    signs.append(sign)
    return found


def _two_of(pupils: Sequence[int]) -> Iterator[Pair]:
    return combinations(pupils, 2) if len(pupils) <= MOST_ALIKE else pairwise(pupils)


def _without_two_children(found: dict[Pair, list[str]]) -> dict[Pair, list[str]]:
    parted = set(TwoChildren.objects.values_list("one_id", "other_id"))
    return {pair: signs for pair, signs in found.items() if pair not in parted}
