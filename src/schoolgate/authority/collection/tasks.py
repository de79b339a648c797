"""What people do with scheduled tasks: make, change, copy, switch, run now and delete them (reference 9.2)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.authority.bases.models import SIMS_7, Base, BaseGroup, Term
from schoolgate.authority.collection.models import CollectionRun, Data, Level, Owner, RunState, ScheduledTask, Sources
from schoolgate.authority.collection.running import ask_for_run, ask_for_runs
from schoolgate.authority.collection.sentence import when
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.schedules.models import Schedule
from schoolgate.commons.schedules.rules import Once, Rule
from schoolgate.commons.schedules.setting import remove_schedule, set_schedule

DUE = "scheduled-task"
"""The kind of job that a task's schedule asks for (`task_job`)."""


_COPIED = (
    "owner",
    "transfer_type",
    "data",
    "sources",
    "leavers",
    "looked_after",
    "nc_years",
    "months_back",
    "recorded_rule",
    "in_term",
)
"""What a copy of a task has as the task has it."""


class TaskRefused(Exception):
    """A task cannot be as it is wanted. `field` of its form, and a sentence that says what to do."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


class ChangedMeanwhile(Exception):
    """Somebody else has changed or deleted the task since it was shown."""


@dataclass(frozen=True)
class Wish:
    """A task as somebody wants it. `in_term`: only on the days of terms, as they are and will be set."""

    name: str
    owner: str
    data: str
    rule: Rule
    bases: tuple[Base, ...] = ()
    groups: tuple[BaseGroup, ...] = ()
    in_term: bool = False
    leavers: bool = False
    looked_after: bool = False
    nc_years: tuple[str, ...] = ()
    months_back: int | None = None
    active: bool = True

    @classmethod
    def of(cls, task: ScheduledTask) -> "Wish":
        """A task as it is."""
        return cls(
            task.name,
            task.owner,
            task.data,
            task.rule,
            tuple(task.bases.order_by("name", "pk")),
            tuple(task.groups.order_by("name")),
            in_term=task.in_term,
            leavers=task.leavers,
            looked_after=task.looked_after,
            nc_years=tuple(task.nc_years),
            months_back=task.months_back,
            active=task.active,
        )


def save(
    wish: Wish,
    task: ScheduledTask | None = None,
    *,
    version: int | None = None,
    by: User | None,
    request: HttpRequest | None = None,
) -> ScheduledTask:
    """Make a task, or change one that was shown as `version`.

    Raises TaskRefused, and ChangedMeanwhile where it is another version by now.
    """
    sources = checked(wish)
    with transaction.atomic():
        before = None
        if task is None:
            task = ScheduledTask()
        else:
            task = _held(task, version)
            before = Wish.of(task)
        task.name, task.owner, task.data, task.sources = wish.name, wish.owner, wish.data, sources
        task.leavers, task.looked_after = wish.leavers, wish.looked_after
        task.nc_years, task.months_back = list(wish.nc_years), wish.months_back
        task.in_term, task.active = wish.in_term, wish.active
        task.recorded_rule = replace(wish.rule, terms=None).on_record()
        task.version += before is not None
        task.changed_at, task.changed_by = timezone.now(), by
        task.save()
        task.bases.set(wish.bases)
        task.groups.set(wish.groups)
        _schedule(task)
        details = "; ".join(differences(before, wish)) if before else ""
        did = "task changed" if before else "task added"
        record(did, by=by, target=f"task {task.pk}, {task.name}", details=details, request=request)
    return task


def checked(wish: Wish) -> str:
    """Which kind of base a wished task is for.

    Raises TaskRefused where it is for none, or for both (seed: never), or where an active one would never be due. That
    no term lies ahead is no reason: terms are entered later.
    """
    sources = _sources_of(wish)
    if wish.active and replace(wish.rule, terms=None).next_after(timezone.now()) is None:
        if isinstance(wish.rule, Once):
            told = "This moment is over. Choose a later day or time, or run the task now."
            raise TaskRefused("first", told)
        raise TaskRefused("last", "It would expire before it is ever due. Choose a later expiry date.")
    return sources


def differences(before: Wish, after: Wish) -> list[str]:
    """What changes from one to the other, a line each: ``Task Name: Autumn → Autumn changes``."""
    said = zip(_said(before), _said(after), strict=True)
    return [f"{label}: {old or 'none'} → {new or 'none'}" for (label, old), (_, new) in said if old != new]


def _said(wish: Wish) -> list[tuple[str, str]]:
    return [
        ("Task Name", wish.name),
        ("Owner", Owner(wish.owner).label),
        ("Data Filter Details", Data(wish.data).label),
        ("Schools", ", ".join(sorted(base.dfe_number for base in wish.bases))),
        ("Groups", ", ".join(sorted(group.name for group in wish.groups))),
        ("When", when(replace(wish.rule, terms=None), in_term=wish.in_term, all_dates=True)),
        ("National Curriculum years", ", ".join(wish.nc_years)),
        ("Looked after children only", _yes_or_no(wish.looked_after)),
        ("Leavers too", _yes_or_no(wish.leavers)),
        ("Months of attendance", str(wish.months_back or "")),
        ("Active", _yes_or_no(wish.active)),
    ]


def _yes_or_no(said: bool) -> str:
    return "yes" if said else "no"


def _sources_of(wish: Wish) -> str:
    if not wish.bases and not wish.groups:
        raise TaskRefused("bases", "Choose at least one school, or a group.")
    if not wish.groups:
        by_file = [base for base in wish.bases if base.mis == SIMS_7]
        by_api = [base for base in wish.bases if base.mis != SIMS_7]
        if by_file and by_api and wish.data != Data.ATTENDANCE:
            raise TaskRefused(
                "bases",
                f"Schools that send files and schools that are asked through an API are never collected by one task. "
                f"{_named(by_file)} {'send' if len(by_file) > 1 else 'sends'} files; "
                f"{_named(by_api)} {'are' if len(by_api) > 1 else 'is'} asked. Make two tasks.",
            )
    members = [base for group in wish.groups for base in group.bases]
    kinds = {base.mis == SIMS_7 for base in (*wish.bases, *members)}
    if kinds == {True, False} and wish.data != Data.ATTENDANCE:
        raise TaskRefused(
            "groups",
            "In these groups are schools that send files and schools that are asked through an API; one task never "
            "collects both. Choose groups of one kind: a group by rule can be of one school system.",
        )
    sources = Sources.API if False in kinds else Sources.FILES
    if sources == Sources.API and wish.data == Data.ATTAINMENT:
        raise TaskRefused("kind", "Attainment is collected from schools with SIMS 7 only.")
    return sources


def clone(task: ScheduledTask, *, by: User | None, request: HttpRequest | None = None) -> ScheduledTask:
    """An inactive copy, to be changed."""
    with transaction.atomic():
        bases, groups = list(task.bases.all()), list(task.groups.all())
        same = {name: getattr(task, name) for name in _COPIED}
        copy = ScheduledTask.objects.create(name=f"Copy of {task.name}"[:100], active=False, changed_by=by, **same)
        copy.bases.set(bases)
        copy.groups.set(groups)
        record("task cloned", by=by, target=f"task {copy.pk}, {copy.name}", request=request)
    return copy


def switch(task: ScheduledTask, *, active: bool, by: User | None, request: HttpRequest | None = None) -> ScheduledTask:
    """Switch a task on or off; what is due while it is off is never made good.

    Raises TaskRefused where it would never be due, or its schools are of two kinds by now; ChangedMeanwhile where it
    is deleted.
    """
    with transaction.atomic():
        task = _held(task, None)
        if task.active != active:
            if active:
                task.sources = checked(replace(Wish.of(task), active=True))
            task.active, task.version = active, task.version + 1
            task.changed_at, task.changed_by = timezone.now(), by
            task.save()
            _schedule(task)
            did = "task switched on" if active else "task switched off"
            record(did, by=by, target=f"task {task.pk}, {task.name}", request=request)
    return task


def delete(task: ScheduledTask, *, by: User | None, request: HttpRequest | None = None) -> bool:
    """Delete an inactive task; what it did stays in the Task Log. False: it is active (reference 9.2).

    Runs of it that go on are called off: without it they would ask for pupils whom it leaves out. Raises
    ChangedMeanwhile where it is deleted already.
    """
    with transaction.atomic():
        task = _held(task, None)
        if task.active:
            return False
        record("task deleted", by=by, target=f"task {task.pk}, {task.name}", request=request)
        remove_schedule(task.schedule_name)
        collected = CollectionRun.objects.filter(task=task, state__in=[RunState.PENDING, RunState.COLLECTING])
        collected.take("cancel", level=Level.WARN, message="Its task was deleted.", next_try_at=None)
        task.delete()
    return True


def run_now(
    task: ScheduledTask, base: Base | None = None, *, by: User | None, request: HttpRequest | None = None
) -> int:
    """Have a task run now for all its bases, or for one; how many runs are new: none where one goes on already.

    Raises ChangedMeanwhile where the task is deleted.
    """
    with transaction.atomic():
        # Held, so that of two who ask at once the second sees the first's runs.
        task = _held(task, None)
        made = _ask(task, base, by)
        of = f" for {base.dfe_number}" if base is not None else ""
        target = f"task {task.pk}, {task.name}{of}"
        record("task run now", by=by, target=target, details=f"{made} runs", request=request)
    return made


def _ask(task: ScheduledTask, base: Base | None, by: User | None) -> int:
    if base is None:
        return ask_for_runs(task, by=by)
    return int(ask_for_run(task, base, task.data, by=by) is not None)


def next_dues(tasks: Collection[ScheduledTask]) -> dict[int, Any]:
    """When each of these tasks is due next, by its number; those that never are again are not there."""
    names = {task.schedule_name: task.pk for task in tasks}
    found = Schedule.objects.filter(name__in=list(names), next_due_at__isnull=False)
    return {names[name]: at for name, at in found.values_list("name", "next_due_at")}


def terms_changed() -> None:
    """Set the schedules of tasks that run in term only anew, in the transaction that changes the terms."""
    for task in ScheduledTask.objects.filter(in_term=True, active=True):
        _schedule(task)


def terms() -> tuple[tuple[Any, Any], ...] | None:
    """The terms as a rule has them; None where nobody has entered any: then every day is one."""
    return tuple(Term.objects.values_list("first_day", "last_day").order_by("first_day")) or None


def rule_of_today(task: ScheduledTask) -> Rule:
    """The task's rule with the terms as they are set now."""
    return replace(task.rule, terms=terms()) if task.in_term else task.rule


def _schedule(task: ScheduledTask) -> None:
    if task.active:
        set_schedule(task.schedule_name, rule_of_today(task), kind=DUE, args={"task": task.pk})
    else:
        remove_schedule(task.schedule_name)


def _held(task: ScheduledTask, version: int | None) -> ScheduledTask:
    found = ScheduledTask.objects.select_for_update(of=("self",)).filter(pk=task.pk).first()
    if found is None or (version is not None and found.version != version):
        raise ChangedMeanwhile
    return found


def _named(bases: Iterable[Base]) -> str:
    names = [base.name for base in bases]
    shown = names[:3]
    return f"{', '.join(shown)} and {len(names) - 3} more" if len(names) > 3 else " and ".join(shown)
