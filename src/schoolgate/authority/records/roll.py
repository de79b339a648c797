"""Who is on a base's roll."""

from django.db.models import Q

from schoolgate.authority.records.models import Enrolment

_PREVIOUS = "P"


def is_on_roll(enrolment: Enrolment) -> bool:
    """Whether the base has the pupil on its roll: by the status, where it tells none by a date of leaving.

    Dates are not held against today's, so that nothing changes without a word from a school.
    """
    return enrolment.status != _PREVIOUS if enrolment.status else enrolment.left is None


def on_roll() -> Q:
    """``is_on_roll`` as a condition of enrolments."""
    return ~Q(status__in=["", _PREVIOUS]) | Q(status="", left__isnull=True)
