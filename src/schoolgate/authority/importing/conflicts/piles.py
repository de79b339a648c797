"""The pupils of whom something waits, and what of each."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery

from schoolgate.authority.importing.models import Assignment, Conflict
from schoolgate.authority.records.groups.registry import group_numbered
from schoolgate.authority.records.models import Decision, Pupil


@dataclass(slots=True)
class Pile:
    """What waits of one pupil."""

    schools: dict[str, None] = field(default_factory=dict)
    """Names, each once, in order."""
    by_group: Counter[int] = field(default_factory=Counter)
    """How many conflicts of a group, by its number."""
    assigned: str = ""
    """Who looks after it."""

    @property
    def groups(self) -> str:
        """`Basic details 3, Addresses 1`."""
        return ", ".join(f"{group_numbered(number).label} {count}" for number, count in sorted(self.by_group.items()))


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits for people."""

    conflicts: int
    pupils: int
    oldest: datetime | None


def in_conflict(user: Any) -> QuerySet[Pupil]:
    """The pupils with open conflicts whom this user may see, by name; `oldest` and `waits` say since when, how many."""
    own = Conflict.objects.open().filter(pupil=OuterRef("pk")).order_by().values("pupil")
    return (
        Pupil.people.visible_to(user)
        .filter(pk__in=Conflict.objects.open().order_by().values("pupil"))
        .annotate(
            oldest=Subquery(own.annotate(found=Min("since")).values("found")),
            waits=Subquery(own.annotate(found=Count("pk")).values("found")),
        )
        .order_by("surname_key", "forename_key", "pk")
    )


def piles_of(pupils: Collection[Pupil]) -> dict[int, Pile]:
    """What waits of each, in two queries."""
    piles: dict[int, Pile] = defaultdict(Pile)
    numbers = [pupil.pk for pupil in pupils]
    conflicts = Conflict.objects.open().filter(pupil__in=numbers).order_by("base__name")
    for pupil, school, group in conflicts.values_list("pupil", "base__name", "group"):
        piles[pupil].schools[school] = None
        piles[pupil].by_group[group] += 1
    for one in Assignment.objects.filter(pupil__in=numbers).select_related("to"):
        piles[one.pupil_id].assigned = str(one.to)
    return piles


def next_after(pupil: Pupil, among: QuerySet[Pupil]) -> Pupil | None:
    """Who comes next by name among these, from the first again after the last; None: nobody else."""
    in_order = among.order_by("surname_key", "forename_key", "pk").exclude(pk=pupil.pk)
    after = Q(surname_key__gt=pupil.surname_key)
    after |= Q(surname_key=pupil.surname_key, forename_key__gt=pupil.forename_key)
    after |= Q(surname_key=pupil.surname_key, forename_key=pupil.forename_key, pk__gt=pupil.pk)
    return in_order.filter(after).first() or in_order.first()


def waiting_now() -> Waiting:
    """How much waits, without what is of restricted pupils or of staff: for pages and mails that many read."""
    found = (
        Conflict.objects.open()
        .unrestricted()
        .pupils()
        .aggregate(conflicts=Count("pk"), pupils=Count("pupil", distinct=True), oldest=Min("since"))
    )
    return Waiting(**found)


def last_cleared(user: Any) -> Decision | None:
    """The newest decision on conflicts that stands."""
    decisions = Decision.objects.visible_to(user).filter(kind=Decision.Kind.CONFLICTS, undone_at=None)
    return decisions.select_related("by").first()
