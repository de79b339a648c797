"""Who may know of pupils: the authority's staff, and nobody else."""

from typing import Any, NoReturn, Self, TypeVar

from django.db import models

ModelT_co = TypeVar("ModelT_co", bound=models.Model, covariant=True)

STAFF = frozenset({"administrator", "officer"})

RESTRICTED_PUPILS = "restricted-pupils"
"""The right to see restricted pupils, and to say who is one (`commons.accounts.rights`)."""

STAFF_RECORDS = "staff-records"
"""The right to see members of schools' staff: pay and National Insurance numbers stand in their records."""


def may_see_staff_records(user: Any) -> bool:
    """Whether this user is of the authority's staff and was given the right to see records of schools' staff."""
    return getattr(user, "role", None) in STAFF and bool(user.has_right(STAFF_RECORDS))


def may_see_restricted(user: Any) -> bool:
    """Whether this user is of the staff and was given the right to see restricted pupils."""
    return getattr(user, "role", None) in STAFF and bool(user.has_right(RESTRICTED_PUPILS))


class ForStaff(models.QuerySet[ModelT_co]):
    """Rows that no school's account ever sees, not even of its own pupils: what it may know is sent to it."""

    def visible_to(self, user: Any) -> Self:
        """All rows for staff; for everybody else there are none."""
        return self if getattr(user, "role", None) in STAFF else self.none()


class RemovedWhole(Exception):
    """Somebody tried to delete a part of a pupil. `records.removing.remove` removes it with all that is held of it."""


class KeptModel(models.Model):
    """A model of such rows."""

    class Meta:
        abstract = True

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RemovedWhole
