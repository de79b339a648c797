"""A task changes hands between the authority and a school: asked for, given, taken over, given back (SCREENS 5.4).

Only a task that is one school's alone: one that others share stays the authority's.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.locks import hold, lock_of, lock_task
from schoolgate.authority.collection.models import Owner, ScheduledTask
from schoolgate.authority.collection.models.task import ScheduledTaskQuerySet
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record


class TakeOverRefused(Exception):
    """The task cannot change hands; `sentence` says why, and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def tasks_alone(base: Base) -> ScheduledTaskQuerySet:
    """The tasks that name this school and nothing else, whoever owns them."""
    named = ScheduledTask.objects.filter(bases=base, groups=None).values("pk")
    alone = ScheduledTask.objects.filter(pk__in=named).annotate(named=Count("bases")).filter(named=1)
    return ScheduledTask.objects.filter(pk__in=alone.order_by().values("pk"))


def is_alone(task: ScheduledTask, base: Base) -> bool:
    """Whether the task names this school and nothing else."""
    return tasks_alone(base).filter(pk=task.pk).exists()


def asked_for() -> ScheduledTaskQuerySet:
    """The authority's tasks that schools ask to take over, in the order in which they asked."""
    return ScheduledTask.objects.filter(asked_for_at__isnull=False, owner=Owner.LA).order_by("asked_for_at", "pk")


def ask_for(task: ScheduledTask, base: Base, *, by: User, request: HttpRequest | None = None) -> None:
    """Ask the authority to give this task to the school; who asks again changes nothing. Raises TakeOverRefused."""
    with _of_the_authority(task, base) as held:
        if held.asked_for_at is not None:
            return
        held.asked_for_at, held.asked_for_by = timezone.now(), by
        held.save(update_fields=["asked_for_at", "asked_for_by"])
        _record("task asked for by the school", held, by, request)


@transaction.atomic
def answer(task: ScheduledTask, *, give: bool, by: User | None, request: HttpRequest | None = None) -> None:
    """Give a task that was asked for to its school, or leave it the authority's.

    A lock does not hinder it: it is what the school asks for. Raises TakeOverRefused.
    """
    held = _held(task)
    if held is None or held.owner != Owner.LA or held.asked_for_at is None:
        raise TakeOverRefused("Nobody asks to take this task over any more.")
    base = held.bases.first()
    if not give:
        held.asked_for_at = held.asked_for_by = None
        held.save(update_fields=["asked_for_at", "asked_for_by"])
    elif base is not None and is_alone(held, base):
        _hand_over(held, Owner.SCHOOL, by)
    else:
        raise TakeOverRefused("Other schools are in this task by now. Give the school one of its own.")
    _record("task given to the school" if give else "task not given to the school", held, by, request)


def take_over(task: ScheduledTask, base: Base, *, by: User, request: HttpRequest | None = None) -> None:
    """Make the authority's task the school's own, while the school keeps all to itself. Raises TakeOverRefused."""
    with _of_the_authority(task, base) as held:
        if lock_of(base) is None:
            raise TakeOverRefused(
                "Only while your tasks are locked may you take one over yourself. Ask for it instead."
            )
        _hand_over(held, Owner.SCHOOL, by)
        _record("task taken over by the school", held, by, request)


@transaction.atomic
def give_back(task: ScheduledTask, *, by: User, request: HttpRequest | None = None) -> None:
    """Give a school's own task to the authority. A lock of this one task ends: the authority is to work on it.

    Raises TakeOverRefused.
    """
    if task.locked_at is not None:
        lock_task(task, False, by=by, request=request)
    held = _held(task)
    if held is None or held.owner != Owner.SCHOOL:
        raise TakeOverRefused("It is the council’s already.")
    _hand_over(held, Owner.LA, by)
    _record("task given back to the authority", held, by, request)


def _held(task: ScheduledTask) -> ScheduledTask | None:
    return ScheduledTask.objects.select_for_update(of=("self",)).filter(pk=task.pk).first()


@contextmanager
def _of_the_authority(task: ScheduledTask, base: Base) -> Iterator[ScheduledTask]:
    with transaction.atomic():
        hold([base])
        held = _held(task)
        if held is None:
            raise TakeOverRefused("The council has deleted this task meanwhile.")
        if held.owner != Owner.LA:
            raise TakeOverRefused("It is your school’s own already.")
        if not is_alone(held, base):
            raise TakeOverRefused("Other schools are in this task too, so it stays the council’s. Add one of your own.")
        yield held


def _hand_over(task: ScheduledTask, owner: Owner, by: User | None) -> None:
    """A new version, so that who has it open to change it is told."""
    task.owner, task.version = owner, task.version + 1
    task.asked_for_at = task.asked_for_by = None
    task.changed_at, task.changed_by = timezone.now(), by
    task.save()


def _record(did: str, task: ScheduledTask, by: User | None, request: HttpRequest | None) -> None:
    record(did, by=by, target=f"task {task.pk}, {task.name}", request=request)
