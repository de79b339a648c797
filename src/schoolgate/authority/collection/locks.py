"""A school keeps its tasks, or one of them, to itself (seed, "Locking down a scheduled task"; reference 9.8).

While a lock is on, the authority neither adds, changes, runs, copies nor deletes what it is on; tasks that are there
keep running on their times. Whoever acts holds the rows in one order, groups before bases before tasks and each by its
number, so that a lock which is set at the same moment comes before the act, or after it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet, prefetch_related_objects
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.bases.models import SCHOOL_USER, Base, BaseGroup, BaseQuerySet
from schoolgate.authority.collection.last_runs import members_of
from schoolgate.authority.collection.models import ScheduledTask, TasksLock
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.journal.writing import write

_SHOWN = 3
"""So many schools are named by one sentence."""


class LockRefused(Exception):
    """A lock cannot be set or lifted so; the sentence says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Locked(Exception):
    """A school keeps this to itself; the sentence says which, since when, and whom to ask."""

    def __init__(self, locks: "Collection[Lock]") -> None:
        self.sentence = in_words(locks)
        super().__init__(self.sentence)


@dataclass(frozen=True)
class Lock:
    """A lock on all tasks of a school, or on one that is its alone."""

    base: Base
    since: datetime
    by: User | None

    def __str__(self) -> str:
        """Greenfield Primary (J. Price) since 3 Nov"""
        day = timezone.localtime(self.since)
        year = "" if day.year == timezone.localtime().year else f" {day.year}"
        person = f" ({self.by})" if self.by is not None else ""
        return f"{self.base.name}{person} since {day.day} {day:%b}{year}"


def in_words(locks: Collection[Lock]) -> str:
    """Locked by Greenfield Primary (J. Price) since 3 Nov. Ask the school. Empty without a lock."""
    told = by_whom(locks)
    return (
        f"Locked by {told}. Ask the school{'s' if len({lock.base.pk for lock in locks}) > 1 else ''}." if told else ""
    )


def by_whom(locks: Collection[Lock]) -> str:
    """Greenfield Primary (J. Price) since 3 Nov; each school once, though it locked a task and then all."""
    told = list({lock.base.pk: str(lock) for lock in locks}.values())
    more = len(told) - _SHOWN
    return ", ".join(told[:_SHOWN]) + (f", and {more} more" if more > 0 else "")


def is_own(by: User | None, base: Base) -> bool:
    """Whether this is one of the school's own people; without a person it is the authority's command line."""
    return base.pk in _own(by)


def lock_of(base: Base) -> TasksLock | None:
    """The lock that a school has on all its tasks."""
    return TasksLock.objects.select_related("by").filter(base=base).first()


def why_locked(task: ScheduledTask) -> str:
    """Who has locked a task for the authority, since when, and whom to ask; empty where it is open to it."""
    return in_words(locks_on([task]).get(task.pk, []))


def why_not_run(task: ScheduledTask | None, base: Base) -> str:
    """Why the authority may not have a task, or any data, collected from a school now; empty where it may."""
    return in_words([*(_single(task) if task is not None else []), *locks_of([base])])


def locks_of(bases: Iterable[Base] | BaseQuerySet) -> list[Lock]:
    """The locks that these schools have on all their tasks, by the schools' names. A closed school's binds nobody."""
    return list(_locks([base.pk for base in bases]).values())


def locks_on(tasks: Collection[ScheduledTask]) -> Mapping[int, list[Lock]]:
    """By the numbers of these tasks every lock that closes them to the authority; open ones are not there."""
    alone = [task for task in tasks if task.locked_at is not None]
    prefetch_related_objects(alone, "bases", "locked_by")
    single = {task.pk: _single(task) for task in alone}
    of_all = _locks()
    named = _named(tasks, of_all)
    found: dict[int, list[Lock]] = {}
    for task in tasks:
        locks = [lock for number, lock in of_all.items() if number in named[task.pk]]
        if locks := [*single.get(task.pk, []), *locks]:
            found[task.pk] = locks
    return found


def locked_tasks() -> QuerySet[ScheduledTask]:
    """Those that are closed to the authority."""
    named = ScheduledTask.objects.naming(Base.objects.filter(active=True, tasks_lock__isnull=False))
    single = Q(locked_at__isnull=False, bases__active=True)
    return ScheduledTask.objects.filter(single | Q(pk__in=named.order_by().values("pk"))).distinct()


def hold(bases: Iterable[Base] | BaseQuerySet) -> list[Base]:
    """Hold these schools until the transaction ends, so that none sets or lifts a lock; before any task is held."""
    wanted = [base.pk for base in bases]
    return list(Base.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=wanted).order_by("pk"))


def require_open(
    task: ScheduledTask | None,
    by: User | None,
    *,
    bases: Iterable[Base] = (),
    groups: Iterable[BaseGroup] = (),
) -> None:
    """Raise Locked unless `by` may change a task, or have it name these schools and all in these groups.

    Holds them all until the transaction ends; to be called before it holds the task.
    """
    wanted = [group.pk for group in groups]
    held_groups = list(BaseGroup.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk"))
    named = {base.pk: base for base in bases}
    for more in (task.named_bases if task is not None else (), *(group.bases for group in held_groups)):
        named.update((base.pk, base) for base in more)
    locks = locks_of(hold(named.values()))
    if task is not None:
        locks = [*_single_held(task), *locks]
    _require_own(locks, by)


def require_open_bases(bases: Iterable[Base], by: User | None) -> None:
    """Raise Locked unless `by` may act on tasks of these schools. Holds them until the transaction ends."""
    require_open(None, by, bases=bases)


def require_open_to_run(task: ScheduledTask | None, base: Base, by: User | None) -> None:
    """Raise Locked unless `by` may have a task, or without one some data, collected from a school now. Holds both."""
    locks = locks_of(hold([base]))
    _require_own([*_single_held(task), *locks] if task is not None else locks, by)


def open_to_run(task: ScheduledTask, by: User | None) -> list[Base]:
    """The schools that `by` may have a task collected from now, of those it is for; all are held.

    Raises Locked where there are schools and each is locked, or the task itself is.
    """
    bases = hold(task.collected_bases)
    locks = locks_of(bases)
    _require_own(_single_held(task), by)
    closed = {lock.base.pk for lock in locks} - _own(by)
    left = [base for base in bases if base.pk not in closed]
    if bases and not left:
        _require_own(locks, by)
    return left


@transaction.atomic
def lock_base(base: Base, on: bool, *, by: User, request: HttpRequest | None = None) -> None:
    """Lock all tasks of a school for the authority, or open them to it; what is so already stays as it is.

    Raises LockRefused for whoever is not of the school.
    """
    (base,) = hold([base])
    _require_of_school(by, base)
    lock = lock_of(base)
    if (lock is not None) == on:
        return
    if lock is not None:
        lock.delete()
    else:
        TasksLock.objects.create(base=base, by=by)
    record("tasks locked" if on else "tasks opened", by=by, target=base.dfe_number, request=request)
    _tell(base, "its scheduled tasks", "them", on, ("tasks-of-school", base.pk))


@transaction.atomic
def lock_task(task: ScheduledTask, on: bool, *, by: User, request: HttpRequest | None = None) -> None:
    """Lock one task for the authority, or open it; what is so already stays as it is.

    Raises LockRefused for whoever is not of the school, and where the task is not this school's alone.
    """
    bases = hold(task.bases.all())
    task = ScheduledTask.objects.select_for_update(of=("self",)).get(pk=task.pk)
    if len(bases) != 1 or task.groups.exists():
        raise LockRefused("This task is not of your school alone, and cannot be locked. Lock all tasks of the school.")
    (base,) = bases
    _require_of_school(by, base)
    if (task.locked_at is not None) == on:
        return
    task.locked_at, task.locked_by = (timezone.now(), by) if on else (None, None)
    task.save(update_fields=["locked_at", "locked_by"])
    target = f"task {task.pk}, {task.name}"
    record("task locked" if on else "task opened", by=by, target=target, details=base.dfe_number, request=request)
    _tell(base, f"its task {task.name}", "it", on, ("task", task.pk))


def why_not_moved(group: BaseGroup, bases: Collection[int], by: User | None) -> str:
    """Why these schools may not come into a group, or leave it, by this person's hand: a locked one has tasks by it."""
    tasks = list(ScheduledTask.objects.filter(groups=group).values_list("name", flat=True))
    locks = locks_of(hold(Base.objects.filter(pk__in=bases))) if tasks else []
    closed = [lock for lock in locks if lock.base.pk not in _own(by)]
    if not closed:
        return ""
    return f"This would move a school into or out of the task “{tasks[0]}”. {in_words(closed)}"


def _own(by: User | None) -> set[int]:
    if by is None or by.role != SCHOOL_USER:
        return set()
    return set(by.schools.values_list("pk", flat=True))


def _single(task: ScheduledTask) -> list[Lock]:
    """The lock on this very task."""
    if task.locked_at is None:
        return []
    return [Lock(base, task.locked_at, task.locked_by) for base in task.bases.all() if base.active]


def _single_held(task: ScheduledTask) -> list[Lock]:
    """The same as it is now; the task is held. Empty where it is deleted."""
    now = ScheduledTask.objects.select_for_update(of=("self",)).filter(pk=task.pk).first()
    return _single(now) if now is not None else []


def _require_own(locks: Collection[Lock], by: User | None) -> None:
    own = _own(by) if locks else set()
    if closed := [lock for lock in locks if lock.base.pk not in own]:
        raise Locked(closed)


def _require_of_school(by: User, base: Base) -> None:
    if not is_own(by, base):
        raise LockRefused(f"Only the people of {base.name} lock and open its tasks, in the School Portal.")


def _tell(base: Base, what: str, pronoun: str, on: bool, page: tuple[str, int]) -> None:
    name, number = page
    did = "locked" if on else "opened"
    to = f"for its own use: the authority can see {pronoun}, and change nothing" if on else "to the authority again"
    link = reverse(name, args=[number], urlconf=settings.ROOT_URLCONF)
    write("INFO", f"{base.name} has {did} {what} {to}.", la=base.la, school=base.number, link=link)


def _locks(bases: Collection[int] | None = None) -> dict[int, Lock]:
    """The locks of these schools, or of all, on all their tasks."""
    found = TasksLock.objects.filter(base__active=True).select_related("base", "by").order_by("base__name", "pk")
    if bases is not None:
        found = found.filter(base__in=bases)
    return {one.base_id: Lock(one.base, one.since, one.by) for one in found}


def _named(tasks: Collection[ScheduledTask], bases: Collection[int]) -> Mapping[int, set[int]]:
    """Which of these schools each task names, itself or through a group."""
    named: defaultdict[int, set[int]] = defaultdict(set)
    if not bases:
        return named
    numbers = [task.pk for task in tasks]
    directly = ScheduledTask.bases.through.objects.filter(scheduledtask__in=numbers, base__in=list(bases))
    for task, base in directly.values_list("scheduledtask", "base"):
        named[task].add(base)
    members = members_of(list(BaseGroup.objects.filter(tasks__in=numbers).distinct()), bases)
    through = ScheduledTask.groups.through.objects.filter(scheduledtask__in=numbers, basegroup__in=list(members))
    for task, group in through.values_list("scheduledtask", "basegroup"):
        named[task] |= members[group]
    return named
