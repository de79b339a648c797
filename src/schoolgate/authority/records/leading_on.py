"""Numbers of pupils who were merged into others lead on: in addresses, in the audit, in lists of who was met."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.http import Http404

from schoolgate.authority.records.models import MergedInto, Pupil


def find_pupil(pupils: "QuerySet[Pupil]", number: int) -> Pupil | None:
    """The pupil with this number among ``pupils``, or the one of them into whom that pupil was merged."""
    found = pupils.filter(pk=number).first()
    if found is None:
        found = pupils.filter(pk__in=MergedInto.objects.filter(number=number).values("pupil")).first()
    return found


def pupil_or_404(pupils: "QuerySet[Pupil]", number: int) -> Pupil:
    """The same for a page; raises Http404 where there is none."""
    found = find_pupil(pupils, number)
    if found is None:
        raise Http404("There is no such pupil.")
    return found


def numbers_of(pupil: int) -> list[int]:
    """All numbers that lead to a pupil, its own first."""
    return [pupil, *MergedInto.objects.filter(pupil=pupil).order_by("number").values_list("number", flat=True)]


def led_on(numbers: Collection[int]) -> dict[int, int]:
    """Of these numbers those that lead on, and to whom."""
    return dict(MergedInto.objects.filter(number__in=list(numbers)).values_list("number", "pupil_id"))
