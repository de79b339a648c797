"""The two types of XML Schema that the service's parameters have beside text: boolean and dateTime."""

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
"""Of a time without a zone."""
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_BLANKS = " \t\r\n"
_ZONE = r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?"
_TIME = r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]+))?"
_DATE_TIME = re.compile(
    rf"(?P<year>[0-9]{{4}})-(?P<month>[0-9]{{2}})-(?P<day>[0-9]{{2}})(?:(?P<T>[T ]){_TIME})?{_ZONE}"
)


def read_boolean(text: str) -> bool | None:
    """`true`, `1`, `false` or `0`; None for anything else."""
    return _BOOLEANS.get(text.strip(_BLANKS))


def write_boolean(value: bool) -> str:
    """In lower case: some clients know no other (reference 13.9)."""
    return "true" if value else "false"


def read_time(text: str) -> datetime | None:
    """An instant, in UTC, from a dateTime; None for a text that is none.

    Without a zone it is London's time. Where the clocks change such a time can be read in two ways, and the earlier
    is taken: who asks for what is newer rather gets a document twice than never. Fractions end at microseconds,
    24:00:00 is the next day's beginning. Bent forms that programs write are taken too: see `is_date_time`.
    """
    found = _DATE_TIME.fullmatch(text.strip(_BLANKS))
    if found is None:
        return None
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    microsecond = int((found["fraction"] or "")[:6].ljust(6, "0"))
    midnight = (hour, minute, second, microsecond) == (24, 0, 0, 0)
    try:
        day = datetime(int(found["year"]), int(found["month"]), int(found["day"]))  # noqa: DTZ001 - its zone follows
        time = day.replace(hour=0 if midnight else hour, minute=minute, second=second, microsecond=microsecond)
        zone = _zone(found["zone"])
    except ValueError:
        return None
    try:
        time += timedelta(days=midnight)
        if zone is not None:
            return time.replace(tzinfo=zone).astimezone(UTC)
        return min(time.replace(tzinfo=LONDON, fold=fold).astimezone(UTC) for fold in (0, 1))
    except OverflowError:
        # .NET's DateTime.MinValue and MaxValue, with an offset that leads out of the calendar.
        return _EARLIEST if time.year == 1 else _LATEST


def is_date_time(text: str) -> bool:
    """Whether XML Schema knows this form: neither a date alone nor a blank for the T."""
    found = _DATE_TIME.fullmatch(text.strip(_BLANKS))
    return found is not None and found["T"] == "T"


def has_zone(text: str) -> bool:
    """Whether a time says its zone."""
    found = _DATE_TIME.fullmatch(text.strip(_BLANKS))
    return found is not None and found["zone"] is not None


def write_time(instant: datetime) -> str:
    """An aware time as dateTime, with its zone."""
    return instant.isoformat(timespec="microseconds" if instant.microsecond else "seconds")


def _zone(text: str | None) -> timezone | None:
    """Raises ValueError for more than the 14 hours that XML Schema allows."""
    if text is None:
        return None
    if text == "Z":
        return UTC
    hours, minutes = int(text[1:3]), int(text[4:6])
    if minutes > 59 or hours * 60 + minutes > 14 * 60:
        raise ValueError(text)
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)
