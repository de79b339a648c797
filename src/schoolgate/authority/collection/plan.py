"""What a school's system is asked, and how: by what its API can do and what was collected before (reference 8)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from schoolgate.authority.collection.models import Data
from schoolgate.authority.records.groups.canonical import canonical, digest_of
from schoolgate.wire.mis.connector import Capabilities, Filters, Group

ORDER = (
    Group.PUPIL,
    Group.ENROLMENT,
    Group.CONTACT,
    Group.ADDRESS,
    Group.SEN,
    Group.ENTITLEMENT,
    Group.EXCLUSION,
)
"""Within a run: who there is before what is said of them."""

WINDOW_DAYS = 28
"""Attendance that is read by days is read in such pieces: few of it is read again when one fails (reference 2.10)."""

FIRST_MONTHS = 3
"""So far back a first attendance run goes where the task says nothing (reference mis-apis.md 3)."""


@dataclass(frozen=True, slots=True)
class Step:
    """One stream to read. `cursor` is for changes, `first` and `last` for days.

    `may_be_too_old`: the vendor may refuse these days because they are long over; the others count all the same.
    """

    group: Group
    how: Literal["snapshot", "changes", "days"]
    cursor: str = ""
    first: date = date.min
    last: date = date.min
    may_be_too_old: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The streams of one run, in their order. `full`: together they are all that the school has to say of its pupils.

    Only then may what is missing be a candidate for removal; a run of changes never says so. `catches_up`: its
    attendance ends before today, so that no later run may begin where it ends.
    """

    steps: tuple[Step, ...]
    full: bool = False
    catches_up: bool = False


def scope_of(filters: Filters) -> str:
    """What is put behind a group's name for the cursors of runs that ask for some pupils only, or for leavers too.

    Each such choice has cursors of its own: what it does not ask for lies before no other's. Empty for the usual one.
    """
    if filters == Filters():
        return ""
    said = canonical([sorted(filters.nc_years), filters.looked_after, filters.leavers])
    return f"/{digest_of(said).hex()[:8]}"


def plan(
    data: Data,
    capabilities: Capabilities,
    cursors: Mapping[str, str],
    filters: Filters,
    *,
    today: date,
    months_back: int | None = None,
    days: tuple[date, date] | None = None,
    back_from: date | None = None,
) -> Plan:
    """Make the plan of a run. `cursors` are by group, as they were saved. Attainment, which no API tells, has no steps.

    Without a cursor attendance is read by days, as many months as there are to be back from today, or from `back_from`.
    With `days`, first and last, it is read by these days, whatever its cursor, and with a snapshot too.
    """
    catches_up = days is not None and days[1] < today
    if data == Data.ATTENDANCE:
        if days is None and _asks_for_changed_marks(capabilities) and Group.ATTENDANCE in cursors:
            return Plan((Step(Group.ATTENDANCE, "changes", cursors[Group.ATTENDANCE]),))
        span = days or (_first_of_month(back_from or today, months_back or FIRST_MONTHS), today)
        return Plan(tuple(_by_days(capabilities, *span, today)), catches_up=catches_up)
    if data == Data.ATTAINMENT:
        return Plan(())
    groups = [group for group in ORDER if group in capabilities.groups]
    if data == Data.SNAPSHOT:
        everybody = not filters.nc_years and not filters.looked_after
        steps = [Step(group, "snapshot") for group in groups]
        if days is not None:
            steps += _by_days(capabilities, *days, today)
        return Plan(tuple(steps), full=everybody, catches_up=catches_up)
    changes = capabilities.change_model != "none"
    return Plan(
        tuple(
            # Without a cursor, or a feed, all is read, and what is the same is passed over when it is compared.
            Step(group, "changes", cursors[group]) if changes and group in cursors else Step(group, "snapshot")
            for group in groups
        )
    )


def _asks_for_changed_marks(capabilities: Capabilities) -> bool:
    told = Group.ATTENDANCE in capabilities.groups and capabilities.attendance_changes
    return told and capabilities.change_model != "none"


def _by_days(capabilities: Capabilities, first: date, end: date, today: date) -> Iterator[Step]:
    """Windows of these days. Who refuses the one of today does not do so because of its age."""
    if Group.ATTENDANCE not in capabilities.groups:
        return
    length = min(WINDOW_DAYS, capabilities.attendance_window_days or WINDOW_DAYS)
    while first <= end:
        last = min(first + timedelta(days=length - 1), end)
        yield Step(Group.ATTENDANCE, "days", first=first, last=last, may_be_too_old=last < today)
        first = last + timedelta(days=1)


def _first_of_month(day: date, months_back: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months_back, 12)
    return date(year, month + 1, 1)
