"""Rows of pupils, of which those of restricted pupils are hidden from whoever lacks the right.

They are left out in SQL, by the numbers of the restricted pupils, of whom there are few.
"""

from typing import Any, NoReturn, Self

from django.db.models import Q, QuerySet

from schoolgate.authority.records.models.restriction import Restriction
from schoolgate.authority.records.models.visible import ForStaff, ModelT_co, RemovedWhole, may_see_restricted


def restricted_pupils() -> "QuerySet[Restriction, Any]":
    """The numbers of restricted pupils, for a subquery."""
    return Restriction.objects.order_by().values("pupil")


class OfPupil(ForStaff[ModelT_co]):
    """Rows with the foreign key `pupil`; others say in `of_restricted` which of them are a restricted pupil's."""

    def visible_to(self, user: Any) -> Self:
        """All rows for staff with the right, none of restricted pupils for other staff, and none for others."""
        shown = super().visible_to(user)
        return shown if may_see_restricted(user) else shown.unrestricted()

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


class Kept(OfPupil[ModelT_co]):
    """Rows that others belong to without a foreign key: they go by `removing.remove` only."""

    def delete(self) -> NoReturn:
        raise RemovedWhole
