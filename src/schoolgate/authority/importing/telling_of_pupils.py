"""What a pupil's page, in the room below, is told from here: what is not said any more, and why a value is refused."""

from django.db.models import Q

from schoolgate.authority.importing.models import Conflict, KnownAs, RemovalCandidate
from schoolgate.authority.importing.refusal_words import words_of
from schoolgate.authority.importing.restricted import mark_waiting
from schoolgate.authority.records.groups.registry import group_numbered
from schoolgate.authority.records.models import Decision, Pupil, Restriction
from schoolgate.authority.records.rooms_above import (
    Missing,
    Whence,
    Words,
    on_restriction,
    teller_of_missing,
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
        for one in RemovalCandidate.objects.filter(pupil=pupil).select_related("base")
    ]


@on_restriction
def restriction_changed(pupil: Pupil) -> None:
    """What was decided about the pupil without a value being written is hidden too, and who waits is compared anew."""
    of_conflicts = Conflict.objects.filter(pupil=pupil).order_by().values("decision")
    of_matches = KnownAs.objects.filter(pupil=pupil).order_by().values("decision")
    if Restriction.objects.filter(pupil=pupil).exists():
        decisions = Decision.objects.filter(Q(pk__in=of_conflicts) | Q(pk__in=of_matches))
        decisions.update(on_restricted=True)
    mark_waiting()


@wording_of_refusals
def words(code: str) -> Words:
    """Why, and what to do."""
    return Words(*words_of(code))
