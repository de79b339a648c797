"""What a person is asked before a document is imported, and who is missing in a full one (DESIGN 7: order, absence)."""

from collections.abc import Set as AbstractSet
from typing import Final

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.models import Import, RemovalCandidate
from schoolgate.authority.importing.recognising import Recognition
from schoolgate.authority.records.models import Change, Enrolment
from schoolgate.authority.records.roll import on_roll
from schoolgate.authority.records.subjects import PUPIL, Subject

LEAST_PART: Final = 0.8
"""A full document that speaks of less of the known roll is more likely a broken export than a school's news."""


def is_older(this: Import) -> bool:
    """Whether a newer document of the base and form has been imported."""
    newest = this.newest_imported_before
    return newest is not None and this.written_at < newest


def roll_of(base: Base, subject: Subject = PUPIL) -> frozenset[int]:
    """The numbers of the pupils on the base's roll, or of the staff who work there."""
    known = Enrolment.objects.filter(on_roll(), base=base, pupil__kind=subject)
    return frozenset(known.values_list("pupil_id", flat=True))


def few_pupils(roll: AbstractSet[int], found: Recognition) -> bool:
    """Whether a full document is empty, or lacks more of the roll than can be."""
    return not found.pupils or len(roll & found.seen) < LEAST_PART * len(roll)


def note_who_is_missing(this: Import, roll: AbstractSet[int], seen: AbstractSet[int], job: int) -> None:
    """Keep who is not in a full document, as candidates; who is in any document is none any more.

    ``roll`` is that of before the document, ``seen`` who of those held then is in it. Who is collected must be missing
    twice in a row (reference mis-apis.md 8, rule 4).
    """
    twice = this.source == Change.Source.RUN
    known = RemovalCandidate.objects.filter(base=this.base, group__isnull=True, pupil__kind=this.subject)
    missing_before = {candidate.pupil_id: candidate.pk for candidate in known}
    back = [pk for pupil, pk in missing_before.items() if pupil in seen]
    if back:
        RemovalCandidate.objects.filter(pk__in=back).delete()
    if this.full:
        known.filter(confirmed=False, pupil__in=roll - seen).exclude(seen_in=job).update(confirmed=True, seen_in=job)
        missing = roll - seen - missing_before.keys()
        RemovalCandidate.objects.bulk_create(
            RemovalCandidate(pupil_id=pupil, base=this.base, seen_in=job, confirmed=not twice)
            for pupil in sorted(missing)
        )
