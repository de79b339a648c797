"""What a base's first runs after its migration ask for, and which days of it can be missing (ADR 021).

What SIMS 7 knew of changes is lost with a school's move: whatever it brought along is told as changed on that day
(seed, "Run a snapshot"; reference mis-apis.md 2.8). So the first runs of changed data and of attendance take all since
then, which is promised for three months ("Initial data transfer after a base is migrated"). A first run that comes
later takes what can be had, and says of which days something can be missing; the base is marked until these are caught
up (`catching_up`).
"""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from schoolgate.authority.collection.models import BaseMigration, CollectionRun, Data, NotYetHeld
from schoolgate.authority.collection.plan import scope_of
from schoolgate.commons.schedules.rules import LONDON
from schoolgate.wire.mis.connector import Connector, Filters, Group

MONTHS = 3
"""So long after its move all that changed at a school is told (seed)."""
TOLD_AFTER_MONTHS = 2
"""From then on a base without attendance stands on the first page."""
CORRECTED_FOR = timedelta(days=7)
"""Registers of the days before a move are put right after it: read by days, these days are read too."""

_OF_ALL_PUPILS = (scope_of(Filters()), scope_of(Filters(leavers=True)))


def first_run_after(run: CollectionRun) -> BaseMigration | None:
    """The migration after which no run of this data has ended well yet; None for every other run."""
    migration = _migration_before(run)
    return migration if migration is not None and _is_awaited(migration, run) else None


def first_cursors(migration: BaseMigration, connector: Connector) -> Mapping[str, str]:
    """For every group the cursor of the school's move, at midnight in London."""
    assert migration.school_moved_on is not None
    moved = datetime.combine(migration.school_moved_on, time(), LONDON)
    return dict.fromkeys(Group, connector.cursor_at(moved))


def first_days(migration: BaseMigration, run: CollectionRun) -> tuple[date, date] | None:
    """The days by which a first run of attendance reads where it is too late to ask for changes; else None."""
    today = _day_of(run)
    if run.data != Data.ATTENDANCE or not is_late(migration, today):
        return None
    return _first_day(migration), today


def is_late(migration: BaseMigration, today: date) -> bool:
    """Whether the three months are over."""
    return today > last_day_in_time(migration)


def last_day_in_time(migration: BaseMigration) -> date:
    """The day by which the first run of attendance should have ended."""
    assert migration.school_moved_on is not None
    return months_after(migration.school_moved_on, MONTHS)


def attendance_awaited(today: date) -> list[BaseMigration]:
    """Whose first run of attendance has not ended for two months after the school's move, migrated here or not yet.

    Those whose three months end first come first.
    """
    waiting = BaseMigration.objects.filter(
        attendance_at=None, base__active=True, school_moved_on__lte=months_after(today, -TOLD_AFTER_MONTHS)
    )
    return list(waiting.select_related("base").order_by("school_moved_on", "base__name"))


def what_can_be_missing(migration: BaseMigration, run: CollectionRun) -> str:
    """Which days a run that comes too late cannot vouch for, in a sentence; empty for one in time."""
    if not is_late(migration, _day_of(run)):
        return ""
    first, last = _gap_after(migration, run)
    what = "Marks" if run.data == Data.ATTENDANCE else "Changes"
    return (
        f"{what} of {in_words(first)} to {in_words(last)} can be missing: the school moved on "
        f"{in_words(migration.school_moved_on)}, more than three months before this run."
    )


def told_at_the_end(run: CollectionRun) -> str:
    """What a run that ends well says of days that can be missing; empty for nothing."""
    migration = _migration_before(run)
    if migration is not None and _vouches_for_all(migration, run) and is_late(migration, _day_of(run)):
        return what_can_be_missing(migration, run)
    if run.too_old_until is None:
        return ""
    return (
        f"The school's system refuses the days up to {in_words(run.too_old_until)}, which are taken to be too old for "
        "it. If marks of these days are missing here, ask the school for a file with them."
    )


def note_end(run: CollectionRun) -> None:
    """Keep what a run that ends well is to its base's migration, in the transaction in which it ends.

    To be called before its cursors are saved, which ends the waiting of marks for their pupils.

    Only a run that asked for all pupils counts, and began after the migration; a snapshot, and the catch-up, only where
    they began after it was told that something can be missing.
    """
    migration = _migration_before(run, held=True)
    if migration is None or run.started_at is None:
        return
    now = timezone.now()
    if _vouches_for_all(migration, run):
        if run.data == Data.CHANGED:
            migration.changed_at = now
        else:
            migration.attendance_at = migration.attendance_at or now
        if is_late(migration, _day_of(run)):
            _note_gap(migration, run, now)
    elif migration.gap_noted_at is None or run.started_at >= migration.gap_noted_at:
        if run.data == Data.SNAPSHOT and not migration.has_snapshot and _asked_for_all(run):
            migration.snapshot_at = now
        if run.too_old_until is None and _covers(run.days, migration.gap):
            migration.caught_up_at = now
    if migration.gap and migration.has_snapshot and migration.caught_up_at:
        migration.gap_closed_at = now
    migration.save(
        update_fields=[
            "snapshot_at",
            "changed_at",
            "attendance_at",
            "gap_first",
            "gap_last",
            "gap_noted_at",
            "gap_closed_at",
            "gap_closed_by",
            "caught_up_at",
        ]
    )


def months_after(day: date, months: int) -> date:
    """The same day so many calendar months later, or earlier; the month's last where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _migration_before(run: CollectionRun, *, held: bool = False) -> BaseMigration | None:
    """The migration after which a run began."""
    found = BaseMigration.objects.filter(
        base=run.base_id, migrated_at__lte=run.started_at or run.made_at, school_moved_on__isnull=False
    )
    return (found.select_for_update(of=("self",)) if held else found).first()


def _is_awaited(migration: BaseMigration, run: CollectionRun) -> bool:
    ended = {Data.CHANGED.value: migration.changed_at, Data.ATTENDANCE.value: migration.attendance_at}
    return run.days is None and run.data in ended and ended[run.data] is None


def _vouches_for_all(migration: BaseMigration, run: CollectionRun) -> bool:
    """Whether a run that ends well is the one that was awaited, or reads what that one had no pupil for."""
    if _is_awaited(migration, run):
        return _asked_for_all(run)
    waited = NotYetHeld.objects.filter(read_by=run)
    return migration.attendance_at is not None and waited.filter(since__lte=migration.attendance_at).exists()


def _asked_for_all(run: CollectionRun) -> bool:
    group = Group.ATTENDANCE if run.data == Data.ATTENDANCE else Group.PUPIL
    return any(f"{group}{scope}" in run.cursors for scope in _OF_ALL_PUPILS)


def _note_gap(migration: BaseMigration, run: CollectionRun, now: datetime) -> None:
    """Mark the base, also where an earlier mark was taken away. Changed data alone leaves no marks to catch up."""
    if run.data == Data.ATTENDANCE:
        migration.caught_up_at = None
    elif migration.attendance_at is None or migration.gap_noted_at is None:
        migration.caught_up_at = now
    first, last = _gap_after(migration, run)
    migration.gap_first, migration.gap_last = first, max(last, migration.gap_last or last)
    migration.gap_noted_at, migration.gap_closed_at, migration.gap_closed_by = now, None, None


def _gap_after(migration: BaseMigration, run: CollectionRun) -> tuple[date, date]:
    """The days that are over for more than three months as the run begins, and those that were refused."""
    first = _first_day(migration)
    last = months_after(_day_of(run), -MONTHS) - timedelta(days=1)
    return first, max(first, last, run.too_old_until or last)


def _first_day(migration: BaseMigration) -> date:
    assert migration.school_moved_on is not None
    return migration.school_moved_on - CORRECTED_FOR


def _covers(days: tuple[date, date] | None, gap: tuple[date, date] | None) -> bool:
    return days is not None and gap is not None and days[0] <= gap[0] and days[1] >= gap[1]


def _day_of(run: CollectionRun) -> date:
    return timezone.localtime(run.started_at or run.made_at).date()


def in_words(day: date | None) -> str:
    """26 October 2026"""
    return f"{day.day} {day:%B %Y}" if day is not None else ""
