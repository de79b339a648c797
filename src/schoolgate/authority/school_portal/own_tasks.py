"""Which tasks a school sees, and which of them are its own to change (reference 9.8; SCREENS 5.4)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.locks import hold
from schoolgate.authority.collection.models import Data, Owner, ScheduledTask, Sources
from schoolgate.authority.collection.models.task import ScheduledTaskQuerySet
from schoolgate.authority.collection.taking_over import is_alone, tasks_alone
from schoolgate.authority.collection.tasks import ChangedMeanwhile
from schoolgate.authority.school_portal.access import of_school
from schoolgate.commons.accounts.access import PersonRequest

GONE = "Somebody else has deleted this task meanwhile."


class NotOwn(Exception):
    """The task is not the school's own, or not any more."""

    sentence = "This task is the council’s, so only the council changes it. You can ask to take it over."


def tasks_shown(base: Base) -> ScheduledTaskQuerySet:
    """The tasks that collect the school, or start when it migrates, and all that name it itself."""
    kind = Sources.API if base.is_collected else Sources.FILES
    its_kind = Q(sources=kind) | Q(sources=Sources.API, data=Data.ATTENDANCE)
    itself = ScheduledTask.bases.through.objects.filter(base=base).values("scheduledtask")
    return ScheduledTask.objects.naming(Base.objects.filter(pk=base.pk)).filter(its_kind | Q(pk__in=itself))


def find_task(request: PersonRequest, base: Base, pk: int) -> ScheduledTask:
    """The task of this number, of those the school sees; no other exists."""
    return get_object_or_404(tasks_shown(base).visible_to(request.user), pk=pk)


def own_tasks(base: Base) -> ScheduledTaskQuerySet:
    """The tasks that are the school's own: it owns them, and no other school is in them."""
    return tasks_alone(base).filter(owner=Owner.SCHOOL)


@contextmanager
def held_as_own(task: ScheduledTask, base: Base) -> Iterator[ScheduledTask]:
    """Hold a task for as long as the school does something with it, in one transaction.

    Whatever a school changes, copies, switches, runs or deletes goes through here. Raises NotOwn where it is not the
    school's own by now, ChangedMeanwhile where it is deleted.
    """
    with transaction.atomic():
        hold([base])
        held = ScheduledTask.objects.select_for_update(of=("self",)).filter(pk=task.pk).first()
        if held is None:
            raise ChangedMeanwhile
        if held.owner != Owner.SCHOOL or not is_alone(held, base):
            raise NotOwn
        yield held


def of_own_task(
    view: Callable[[PersonRequest, Base, ScheduledTask], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Give the view the school's own task, held, which the address names as `pk`; who may not is told why."""

    @of_school
    @wraps(view)
    def with_task(request: PersonRequest, base: Base, pk: int) -> HttpResponseBase:
        task = find_task(request, base, pk)
        try:
            with held_as_own(task, base) as held:
                return view(request, base, held)
        except NotOwn as refused:
            messages.error(request, refused.sentence)
            return redirect("portal-task", base.pk, pk)
        except ChangedMeanwhile:
            return gone(request, base)

    return with_task


def gone(request: HttpRequest, base: Base) -> HttpResponseBase:
    """Back to the list, told that somebody else has deleted the task."""
    messages.info(request, GONE)
    return redirect("portal-tasks", base.pk)
