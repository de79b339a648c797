"""Rows of pupils and of members of staff, of which those are hidden for which somebody lacks the right.

They are left out in SQL: those of restricted pupils by the numbers of these, of whom there are few; those of staff by
the kind of the person (ADR 024).
"""

from typing import Any, NoReturn, Self

from django.db.models import Q, QuerySet

from schoolgate.authority.records.models.restriction import Restriction
from schoolgate.authority.records.models.visible import (
    ForStaff,
    ModelT_co,
    RemovedWhole,
    may_see_restricted,
    may_see_staff_records,
)
from schoolgate.authority.records.subjects import STAFF


def restricted_pupils() -> "QuerySet[Restriction, Any]":
    """The numbers of restricted pupils, for a subquery."""
    return Restriction.objects.order_by().values("pupil")


class OfPupil(ForStaff[ModelT_co]):
    """Rows with the foreign key `pupil`, a pupil or a member of staff.

    Others say in `of_restricted` which of them are a restricted pupil's, and in `of_staff` which are of staff.
    """

    def visible_to(self, user: Any) -> Self:
        """All rows for officers with both rights; without one none of restricted pupils, or of staff."""
        shown = super().visible_to(user)
        shown = shown if may_see_restricted(user) else shown.unrestricted()
        return shown if may_see_staff_records(user) else shown.pupils()

    def shown_to(self, user: Any) -> Self:
        """`visible_to`, where None is the command line: it is shown neither restricted pupils nor staff."""
        return self.unrestricted().pupils() if user is None else self.visible_to(user)

    def pupils(self) -> Self:
        """Only those of pupils."""
        return self.exclude(self.of_staff())

    def staff(self) -> Self:
        """Only those of members of staff: for who was given the right."""
        return self.filter(self.of_staff())

    def unrestricted(self) -> Self:
        """Without those of restricted pupils: for whatever leaves the house, and for commands."""
        return self.exclude(self.of_restricted())

    def restricted(self) -> Self:
        """Only those of restricted pupils: for who was given the right."""
        return self.filter(self.of_restricted())

    def for_download(self) -> Self:
        """What may leave in a file (`commons.web.tables`): nothing of restricted pupils, whoever asks."""
        return self.unrestricted()

    def of_restricted(self) -> Q:
        """Which rows are of restricted pupils."""
        return Q(pupil__in=restricted_pupils())

    def of_staff(self) -> Q:
        """Which rows are of members of staff."""
        return Q(pupil__kind=STAFF)


class Kept(OfPupil[ModelT_co]):
    """Rows that others belong to without a foreign key: they go by `removing.remove` only."""

    def delete(self) -> NoReturn:
        raise RemovedWhole
