"""Taking over the tasks of the old product from one list: first what would become of each line, then just that.

Phase 1 tasks come this way only, each of one school (reference 9.2; ADR 020). The plan is worked out from the list and
the tasks there are, so a list can be given again and again: what it names already stands, and is left as it is.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.attainment.folder import FolderRefused, folder_below_root
from schoolgate.authority.collection.locks import hold, in_words, locks_of
from schoolgate.authority.collection.migrating.effects import why_it_ends
from schoolgate.authority.collection.models import Data, Phase, ScheduledTask, Sources, TransferType
from schoolgate.authority.collection.tasks import DUE, terms
from schoolgate.authority.collection.tasks_csv import TaskLine, TasksFile
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.schedules.rules import Once
from schoolgate.commons.schedules.setting import add_schedules

ONLY_CHANGED = "Only what was changed goes to a school: its data filter is to be Changed Data."
_AT_ONCE = 500

State = Literal["new", "known", "wrong"]


@dataclass(frozen=True)
class PlannedTask:
    """What becomes of one line: `new` (a task is made), `known` (left as it is) or `wrong`, with the reason.

    `why_not_active`: it is made, and is not active although it is in the list. `remark` is something to know of a known
    one.
    """

    line: TaskLine
    state: State
    reason: str = ""
    remark: str = ""
    base: Base | None = None
    why_not_active: str = ""

    @property
    def note(self) -> str:
        """What is to be said of the line; empty where nothing is."""
        return self.reason or self.remark or (self.why_not_active and f"Not active. {self.why_not_active}")


@dataclass(frozen=True)
class _Seen:
    """What stands in the database, in the list, and in its lines before; tasks by name, base and phase."""

    bases: dict[tuple[str, str], Base]
    closed: dict[int, str]
    held: frozenset[tuple[str, int, int]]
    listed: frozenset[tuple[str, int, int]]
    lines: dict[tuple[str, int, int], int] = field(default_factory=dict)


def plan(file: TasksFile) -> list[PlannedTask]:
    """What would become of each line now."""
    bases = _bases_of(file)
    seen = _Seen(
        bases,
        {lock.base.pk: in_words([lock]) for lock in locks_of(bases.values())},
        _held(bases.values()),
        frozenset(
            (line.name, bases[school].pk, line.phase)
            for line in file.lines
            if (school := (line.la, line.school)) in bases
        ),
    )
    return [_plan_line(line, seen) for line in file.lines]


def count(planned: Sequence[PlannedTask]) -> dict[str, int]:
    """How many lines are new, known and wrong, and how many of the new ones are kept from being active."""
    states = Counter(one.state for one in planned)
    not_active = sum(bool(one.why_not_active) for one in planned)
    return {"new": states["new"], "known": states["known"], "wrong": states["wrong"], "not_active": not_active}


@transaction.atomic
def carry_out(file: TasksFile, *, words: str, by: User | None, request: HttpRequest | None = None) -> list[PlannedTask]:
    """Make the tasks of all new lines in one commit, and return the plan as it was carried out; `words` names the list.

    Several thousand take a few seconds: rows are made many at a time.
    """
    # Held, so that of two who give the same list at once the second finds the first's tasks; no school locks or moves.
    hold(_bases_of(file).values())
    planned = plan(file)
    new = [one for one in planned if one.base is not None and one.state == "new"]
    if new:
        tasks = _make(new, by)
        not_active = sum(not task.active for task in tasks)
        record(
            "tasks imported", by=by, target=words, details=f"{len(tasks)} new, {not_active} not active", request=request
        )
    return planned


def _plan_line(line: TaskLine, seen: _Seen) -> PlannedTask:
    if line.faults:
        return PlannedTask(line, "wrong", " ".join(line.faults))
    base = seen.bases.get((line.la, line.school))
    if base is None:
        told = f"There is no base {line.la}/{line.school} here. Add the school under Bases, and give the list again."
        return PlannedTask(line, "wrong", told)
    key = (line.name, base.pk, line.phase)
    if key in seen.lines:
        return PlannedTask(line, "wrong", f"Line {seen.lines[key]} has the same name, school and phase. Rename one.")
    seen.lines[key] = line.number_in_file
    if key in seen.held:
        return PlannedTask(line, "known", base=base)
    in_phase_2 = (line.name, base.pk, Phase.TWO)
    if line.phase == Phase.ONE and in_phase_2 in seen.held and in_phase_2 not in seen.listed:
        return PlannedTask(line, "known", remark="It is here as a Phase 2 task, and stays so.", base=base)
    if not base.active:
        told = f"{base.name} is not active here. Make its base active, or leave the line out."
        return PlannedTask(line, "wrong", told)
    if base.pk in seen.closed:
        return PlannedTask(line, "wrong", seen.closed[base.pk])
    return PlannedTask(line, "new", base=base, why_not_active=_why_not_active(line, base) if line.active else "")


def _why_not_active(line: TaskLine, base: Base) -> str:
    """Why a task that was active in the old product cannot be here; empty for one that can."""
    ends = why_it_ends(_task(line, base)) if base.is_collected and line.sources != Sources.API else ""
    if ends:
        return f"The school is asked through an API. {ends}"
    if line.transfer_type == TransferType.IMPORT_TO_SCHOOL and line.data != Data.CHANGED:
        return ONLY_CHANGED
    if line.folder:
        try:
            folder_below_root(line.folder)
        except FolderRefused as refused:
            return str(refused)
    assert line.rule is not None
    if line.rule.next_after(timezone.now()) is None:
        return "Its day is over." if isinstance(line.rule, Once) else "It has expired."
    return ""


def _task(line: TaskLine, base: Base, why_not_active: str = "") -> ScheduledTask:
    assert line.rule is not None
    task = ScheduledTask(
        name=line.name,
        owner=line.owner,
        transfer_type=line.transfer_type,
        data=line.data,
        sent_groups=list(line.sent_groups),
        folder=line.folder,
        leavers=line.leavers,
        looked_after=line.looked_after,
        nc_years=list(line.nc_years),
        recorded_rule=line.rule.on_record(),
        in_term=line.in_term,
        active=line.active and not why_not_active,
        phase=line.phase,
        stopped_because=why_not_active,
        locked_at=timezone.now() if line.locked else None,
    )
    goes_on = line.sources == Sources.API or (base.is_collected and not why_it_ends(task))
    task.sources = Sources.API if goes_on else Sources.FILES
    return task


def _make(new: Sequence[PlannedTask], by: User | None) -> list[ScheduledTask]:
    tasks = []
    named = []
    for one in new:
        assert one.base is not None
        task = _task(one.line, one.base, one.why_not_active)
        task.changed_by = by
        tasks.append(task)
        named.append(one.base)
    ScheduledTask.objects.bulk_create(tasks, batch_size=_AT_ONCE)
    names = ScheduledTask.bases.through
    names.objects.bulk_create(
        [names(scheduledtask=task, base=base) for task, base in zip(tasks, named, strict=True)], batch_size=_AT_ONCE
    )
    today = terms()
    add_schedules(
        DUE,
        (
            (
                task.schedule_name,
                replace(task.rule, terms=today) if task.in_term else task.rule,
                {"task": task.pk},
            )
            for task in tasks
            if task.active
        ),
    )
    return tasks


def _bases_of(file: TasksFile) -> dict[tuple[str, str], Base]:
    """The schools of a list that are bases here, by LA and school number."""
    wanted = {(line.la, line.school) for line in file.lines if not line.faults}
    return {school: base for base in Base.objects.all() if (school := (base.la, base.number)) in wanted}


def _held(bases: Collection[Base]) -> frozenset[tuple[str, int, int]]:
    """The tasks that name these schools themselves: name, base and phase."""
    named = ScheduledTask.bases.through.objects.filter(base__in=[base.pk for base in bases])
    return frozenset(named.values_list("scheduledtask__name", "base", "scheduledtask__phase"))
