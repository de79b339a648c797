"""When an open run counts as late (reference 9.1: the buffer for the last run status)."""

from datetime import timedelta

from schoolgate.commons.preferences.registry import NumberPreference

LATE_HOURS = NumberPreference(
    "collection-late-hours",
    default=24,
    meaning="after how many hours a run that has not ended is late",
)


def late_after() -> timedelta:
    """The buffer as it is set."""
    return timedelta(hours=LATE_HOURS.get())
