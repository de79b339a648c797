"""What a pupil's page, in the room below, is told from here: what is not said any more, and why a value is refused."""

from collections.abc import Collection
from typing import Any

from django.db.models import Q
from django.urls import reverse

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.leading import leader
from schoolgate.authority.importing.merging.alike import pairs_of, times_at_schools, who_stays
from schoolgate.authority.importing.models import Conflict, KnownAs, RemovalCandidate
from schoolgate.authority.importing.refusal_words import words_of
from schoolgate.authority.importing.restricted import mark_waiting
from schoolgate.authority.importing.telling import refusals_changed
from schoolgate.authority.records.groups.registry import group_numbered
from schoolgate.authority.records.models import Decision, Enrolment, Pupil, Refusal, Restriction
from schoolgate.authority.records.rooms_above import (
    Link,
    Missing,
    Whence,
    Words,
    on_restriction,
    teller_of_leader,
    teller_of_likeness,
    teller_of_missing,
    teller_of_waiting,
    wording_of_refusals,
)


@teller_of_missing
def missing(pupil: Pupil) -> list[Missing]:
    """The pupil's candidates for removal."""
    return [
        Missing(
            base=one.base,
            group=None if one.group is None else group_numbered(one.group),
            item=one.item,
            seen_in=Whence(one.seen_in),
        )
        for one in RemovalCandidate.objects.filter(pupil=pupil, confirmed=True).select_related("base")
    ]


@teller_of_waiting
def waiting(pupil: Pupil) -> list[Link]:
    """The pupil's open conflicts."""
    number = Conflict.objects.open().filter(pupil=pupil).count()
    if not number:
        return []
    words = "One value is in conflict, and waits" if number == 1 else f"{number:,} values are in conflict, and wait"
    return [Link(words, reverse("pupil-conflicts", args=[pupil.pk]))]


@teller_of_likeness
def alike(pupil: Pupil, user: Any) -> list[Link]:
    """Who has the same number, GUID, or name and birth."""
    found = pairs_of(pupil, user)
    others = Pupil.people.in_bulk({number for pair in found for number in pair} - {pupil.pk})
    schools = times_at_schools([pupil.pk, *others]) if others else {}
    return [
        Link(
            f"Might be the same {other.human} as {other} ({other.noun} {number})",
            reverse("merge-pupils", args=[one.pk for one in who_stays(pupil, other, schools)]),
        )
        for number, other in sorted(others.items())
    ]


@on_restriction
def restriction_changed(pupil: Pupil) -> None:
    """What was decided about the pupil without a value being written is hidden too, and who waits is compared anew.

    Its schools' lists of things to correct lose what they tell of it, or have it again.
    """
    of_conflicts = Conflict.objects.filter(pupil=pupil).order_by().values("decision")
    of_matches = KnownAs.objects.filter(pupil=pupil).order_by().values("decision")
    if Restriction.objects.filter(pupil=pupil).exists():
        decisions = Decision.objects.filter(Q(pk__in=of_conflicts) | Q(pk__in=of_matches))
        decisions.update(on_restricted=True)
    mark_waiting()
    for base in Base.objects.filter(pk__in=Refusal.objects.filter(pupil=pupil).order_by().values("base")).order_by(
        "pk"
    ):
        refusals_changed(base)


@teller_of_leader
def leading(enrolments: Collection[Enrolment]) -> Enrolment | None:
    """The school of the main registration (`leading`)."""
    return leader(enrolments)


@wording_of_refusals
def words(code: str) -> Words:
    """Why, and what to do."""
    return Words(*words_of(code))
