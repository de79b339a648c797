"""Who is on a base's roll."""

from datetime import date

from django.db.models import Q

from schoolgate.authority.records.models import Enrolment

_PREVIOUS = "P"


def is_on_roll(enrolment: Enrolment) -> bool:
    """Whether the base has the pupil on its roll (``says_on_roll``)."""
    return says_on_roll(enrolment.status, enrolment.left)


def says_on_roll(status: str, left: date | None) -> bool:
    """Whether an enrolment's columns mean that the pupil is on the roll: the status, without one a date of leaving.

    Dates are not held against today's, so that nothing changes without a word from a school.
    """
    return status != _PREVIOUS if status else left is None


def on_roll() -> Q:
    """``is_on_roll`` as a condition of enrolments."""
    return ~Q(status__in=["", _PREVIOUS]) | Q(status="", left__isnull=True)
