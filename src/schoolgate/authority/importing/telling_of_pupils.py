"""What a pupil's page, in the room below, is told from here: what is not said any more, and why a value is refused."""

from schoolgate.authority.importing.models import RemovalCandidate
from schoolgate.authority.importing.refusal_words import words_of
from schoolgate.authority.records.groups.registry import group_numbered
from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.rooms_above import (
    Missing,
    Whence,
    Words,
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


@wording_of_refusals
def words(code: str) -> Words:
    """Why, and what to do."""
    return Words(*words_of(code))
