"""Asking a school's system for all that a plan wants.

A group that fails stops no other: what the others said is imported and their cursors go on, its own stays, and the run
ends as failed once they are imported, since something is missing. Without the pupils themselves nothing is taken; nor
when the connection as a whole fails. A snapshot that lacks a group is no full one: nothing is missing by it.

Days that a plan says may be too old may be refused, as long as none before them was told: they are left out, and the
others count.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from schoolgate.authority.collection.meanings import Meanings
from schoolgate.authority.collection.plan import Plan, Step, scope_of
from schoolgate.authority.collection.run_log import RunLog
from schoolgate.authority.collection.staging import Staging
from schoolgate.wire.mis.connector import Batch, Complete, Connector, Filters, Group, MisError, Row, Told, Trouble

EVERYBODY = Filters(leavers=True)
LABELS = {
    Group.PUPIL: "Pupils",
    Group.ENROLMENT: "Enrolments",
    Group.ADDRESS: "Addresses",
    Group.CONTACT: "Contacts",
    Group.SEN: "SEN",
    Group.ENTITLEMENT: "Entitlements",
    Group.EXCLUSION: "Exclusions",
    Group.ATTENDANCE: "Attendance",
}


@dataclass(slots=True)
class Gathered:
    """What was learnt: where each whole group ends, and which groups failed."""

    cursors: dict[str, str] = field(default_factory=dict)
    failed: dict[Group, MisError] = field(default_factory=dict)
    scope: str = ""
    """As in `plan.scope_of`."""
    by_days: bool = False
    """Attendance was read by days up to now, and none of it failed."""
    too_old_until: date | None = None
    """The last of the days that were refused, as far as they may be too old."""


class Gathering:
    """One run's questions to one connector."""

    def __init__(
        self,
        connector: Connector,
        staging: Staging,
        filters: Filters,
        notes: RunLog,
        on_progress: Callable[[int, str], None],
    ) -> None:
        """`on_progress` is told of how many pupils something is known, and what is being asked; it may raise."""
        self.connector = connector
        self.staging = staging
        self.filters = filters
        self.notes = notes
        self.on_progress = on_progress

    def carry_out(self, plan: Plan, meanings: Meanings) -> Gathered:
        """Read every stream of a plan, which has some, into the staging. Raises MisError where nothing comes of it."""
        gathered = Gathered(scope=scope_of(self.filters))
        if any(step.group is Group.ATTENDANCE for step in plan.steps):
            meanings.learn(self.connector.codes())
        for step in plan.steps:
            # After a window that failed, those after it would leave a gap behind the cursor all the same.
            if step.group not in gathered.failed:
                with self._may_fail(step.group, gathered), self._may_be_too_old(step, gathered):
                    # Of attendance by days the first window's: what changed while others were read comes again.
                    gathered.cursors.setdefault(step.group, self._read(step))
        if plan.catches_up:
            gathered.cursors.pop(Group.ATTENDANCE, None)
        meanings.keep_met()
        if self.staging.gone:
            number = len(self.staging.gone)
            self.staging.leave_out(self.staging.gone)
            self.notes.warn(f"{number:,} pupils are deleted at the school. The next snapshots tell who is missing.")
        by_days = any(step.how == "days" for step in plan.steps) and not plan.catches_up
        gathered.by_days = by_days and Group.ATTENDANCE not in gathered.failed
        new = self._ask_who(plan.steps[0])
        for step in plan.steps[1:]:
            if new and step.how == "changes" and step.group not in gathered.failed:
                with self._may_fail(step.group, gathered):
                    self._read_all_of(new, step.group)
        return gathered

    @contextmanager
    def _may_fail(self, group: Group, gathered: Gathered) -> Iterator[None]:
        """A group that fails here is noted as such; what ends the run is raised."""
        try:
            yield
        except MisError as error:
            if error.ends == "connection" or group is Group.PUPIL:
                raise
            self.notes.error(f"{LABELS[group]}: {error.sentence}", group=group, code=error.trouble)
            gathered.failed[group] = error
            gathered.cursors.pop(group, None)

    @contextmanager
    def _may_be_too_old(self, step: Step, gathered: Gathered) -> Iterator[None]:
        """Days that are refused here are noted as too old, if the step may be; else the refusal is raised."""
        try:
            yield
        except MisError as error:
            told_before = step.group in gathered.cursors
            if not step.may_be_too_old or told_before or not _is_refusal(error):
                raise
            self.notes.warn(
                f"{LABELS[step.group]}, {_day(step.first)} to {_day(step.last)}: the service answers {error.status}. "
                "These days are taken to be too old for it.",
                group=step.group,
                code=error.trouble,
            )
            gathered.too_old_until = step.last

    def _read(self, step: Step) -> str:
        counted: Counter[str] = Counter()
        for told in self._stream(step):
            if isinstance(told, Complete):
                read = counted["marks"] or counted["rows"]
                what = "marks" if step.group is Group.ATTENDANCE else "rows"
                bad = f", {counted['bad']:,} that cannot be read" if counted["bad"] else ""
                days = f", {_day(step.first)} to {_day(step.last)}" if step.how == "days" else ""
                self.notes.info(f"{LABELS[step.group]}{days}: {read:,} {what}{bad}.", group=step.group)
                return told.cursor
            self.staging.add(told)
            counted.update(rows=len(told.rows), marks=len(told.marks), bad=len(told.bad))
            self.on_progress(len(self.staging), f"asking for {LABELS[step.group].lower()}")
        raise MisError(
            Trouble.DATA,
            "The answer ended before its end. It is asked for again next time.",
            ends="group",
            passes=True,
        )

    def _stream(self, step: Step) -> Iterator[Told]:
        if step.how == "days":
            return self.connector.attendance_between(step.first, step.last, self.filters)
        if step.how == "snapshot":
            return self.connector.snapshot(step.group, self.filters)
        if step.group is Group.ATTENDANCE:
            return self.connector.attendance(step.cursor, self.filters)
        return self.connector.changes(step.group, step.cursor, self.filters)

    def _read_all_of(self, keys: AbstractSet[str], group: Group) -> None:
        """Read a group of pupils who are new here: of what changed before the cursor a feed of changes says nothing."""
        rows = tuple(row for row in self._all(group, self.filters) if row.key in keys)
        self.staging.add(Batch(rows=rows))

    def _ask_who(self, first: Step) -> AbstractSet[str]:
        """Ask for the list of pupils once more where something is said of pupils who are not held; give the new ones.

        Of attendance it only tells who they are; else what it says counts, so that they may be added. A feed of changes
        tells of who has left, too: whom the task's filters leave out, and nobody knows here, is left out. Who is in no
        list is held back.
        """
        by_changes = first.group is Group.PUPIL and first.how == "changes"
        unknown = self.staging.not_held() if by_changes else self.staging.unknown()
        if not unknown:
            return frozenset()
        self.notes.info(f"Who {len(unknown):,} pupils are that are not known here is asked.", group=Group.PUPIL)
        wanted = [row for row in self._all(Group.PUPIL, self.filters) if row.key in unknown]
        if first.group is Group.PUPIL:
            self.staging.add(Batch(rows=tuple(wanted)))
        else:
            self.staging.only_for_who(wanted)
        unknown -= {row.key for row in wanted}
        left_out = {key for key in unknown if self.staging.says(key, Group.PUPIL)}
        if unknown - left_out and self.filters != EVERYBODY:
            left_out |= {row.key for row in self._all(Group.PUPIL, EVERYBODY)} & unknown
        if left_out:
            self.staging.leave_out(left_out)
            self.notes.info(f"{len(left_out):,} pupils are none of the task's.", group=Group.PUPIL)
        return {row.key for row in wanted}

    def _all(self, group: Group, filters: Filters) -> Iterator[Row]:
        """All rows of a group, whatever becomes of them."""
        for told in self.connector.snapshot(group, filters):
            if isinstance(told, Complete):
                return
            self.on_progress(len(self.staging), f"asking for {LABELS[group].lower()} of new pupils")
            yield from told.rows


def _is_refusal(error: MisError) -> bool:
    """Whether the vendor says that it does not tell this, and will not tell it later."""
    refused = error.status is not None and 400 <= error.status < 500
    return error.trouble == Trouble.DATA and error.ends == "group" and refused and not error.passes


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
