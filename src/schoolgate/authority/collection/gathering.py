"""Asking a school's system for all that a plan wants.

A group that fails stops no other: what the others said is imported and their cursors go on, its own stays, and the run
ends as failed once they are imported, since something is missing. Without the pupils themselves nothing is taken; nor
when the connection as a whole fails. A snapshot that lacks a group is no full one: nothing is missing by it.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from schoolgate.authority.collection.meanings import Meanings
from schoolgate.authority.collection.plan import Plan, Step
from schoolgate.authority.collection.run_log import RunLog
from schoolgate.authority.collection.staging import Staging
from schoolgate.wire.mis.connector import Batch, Complete, Connector, Filters, Group, MisError, Row, Told, Trouble

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
        gathered = Gathered()
        if any(step.group is Group.ATTENDANCE for step in plan.steps):
            meanings.learn(self.connector.codes())
        for step in plan.steps:
            if step.group in gathered.failed:
                # A window that failed: those after it would leave a gap behind the cursor all the same.
                continue
            try:
                cursor = self._read(step)
            except MisError as error:
                if error.ends == "connection" or step.group is Group.PUPIL:
                    raise
                self.notes.error(f"{LABELS[step.group]}: {error.sentence}", group=step.group, code=error.trouble)
                gathered.failed[step.group] = error
                gathered.cursors.pop(step.group, None)
            else:
                # Of attendance by days the first window's: what changed while the others were read comes again.
                gathered.cursors.setdefault(step.group, cursor)
        meanings.keep_met()
        self._ask_who(by_rows=plan.steps[0].group is Group.PUPIL)
        return gathered

    def _read(self, step: Step) -> str:
        counted: Counter[str] = Counter()
        for told in self._stream(step):
            if isinstance(told, Complete):
                read = counted["marks"] or counted["rows"]
                what = "marks" if step.group is Group.ATTENDANCE else "rows"
                bad = f", {counted['bad']:,} that cannot be read" if counted["bad"] else ""
                self.notes.info(f"{LABELS[step.group]}: {read:,} {what}{bad}.", group=step.group)
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

    def _ask_who(self, *, by_rows: bool) -> None:
        """Ask for the list of pupils once more where something is said of pupils who are not held, leavers included.

        `by_rows`: their rows count as said, so that they may be added; else they only tell who the pupils are.
        """
        unknown = self.staging.unknown()
        if not unknown:
            return
        self.notes.info(f"Who {len(unknown):,} pupils are that are not known here is asked.", group=Group.PUPIL)
        for told in self.connector.snapshot(Group.PUPIL, Filters(leavers=True)):
            if isinstance(told, Complete):
                break
            rows: tuple[Row, ...] = tuple(row for row in told.rows if row.key in unknown)
            if by_rows:
                self.staging.add(Batch(rows=rows))
            else:
                self.staging.only_for_who(rows)
            self.on_progress(len(self.staging), "asking who pupils are")
