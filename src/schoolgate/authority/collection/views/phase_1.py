"""The tasks that are still of the old product's first kind, and *Migrate to Phase 2* for one, some or all of them."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Concat
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.locks import in_words, locks_on
from schoolgate.authority.collection.migrating.phases import migrate_all_to_phase_2
from schoolgate.authority.collection.models import Data, Owner, Phase, ScheduledTask
from schoolgate.authority.collection.sentence import when
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.web.tables import Column, NotYet, Table

ROWS_AT_ONCE = 400
_NAMED = 3
"""So many reasons are told of why tasks were left."""


@who("administrator", "officer")
def phase_1_tasks(request: PersonRequest) -> HttpResponseBase:
    """The tasks that are still on Phase 1, with a box each."""
    table = _table(request)
    context = {
        "tick_all": table.address(ticked="all", page=""),
        "number": table.chosen_rows.count(),
        "migrating": _school(request) if request.GET.get("from") == "migration" else None,
    }
    return table.response("authority_collection/phase_1_tasks.html", context)


@who("administrator", "officer")
@require_POST
def migrate_tasks_to_phase_2(request: PersonRequest) -> HttpResponseBase:
    """Migrate the chosen tasks, or `all` that the list's filters leave, after a question."""
    every = "all" in request.POST
    if every:
        chosen = list(_table(request).chosen_rows.each())
    else:
        keys = [key for key in request.POST.getlist("chosen") if key.isascii() and key.isdigit() and len(key) < 19]
        chosen = list(_found(request).filter(pk__in=keys))
    if not chosen:
        messages.error(request, "Tick the tasks first. Tasks that are on Phase 2 already are not in the list.")
        return redirect(_back(request, chosen))
    if "sure" in request.POST:
        done, left = migrate_all_to_phase_2(chosen, by=request.user, request=request)
        _say(request, len(done), [why for _, why in left])
        return redirect(_back(request, chosen))
    locks = locks_on(chosen)
    context = {
        "chosen": [(task, in_words(locks.get(task.pk, []))) for task in chosen],
        "locked": len(locks),
        "every": every,
        "cancel": _back(request, chosen),
    }
    return render(request, "authority_collection/migrate_to_phase_2.html", context)


def _found(request: PersonRequest) -> Any:
    """The tasks on Phase 1, each with the name of its school as `base` and its number as `dfe`."""
    one = Base.objects.filter(tasks=OuterRef("pk")).order_by("pk")
    return (
        ScheduledTask.objects.visible_to(request.user)
        .filter(phase=Phase.ONE)
        .annotate(
            base=Subquery(one.values("name")[:1]),
            base_number=Subquery(one.values("pk")[:1]),
            dfe=Subquery(one.annotate(dfe=Concat("la", "number")).values("dfe")[:1]),
        )
        .order_by("base", "name", "pk")
    )


def _table(request: PersonRequest) -> Table:
    # The school that is asked for stands among them without such a task too: else its filter would leave those of all.
    asked = _school(request)
    some = Q(tasks__phase=Phase.ONE) | Q(pk=asked.pk if asked is not None else None)
    schools = Base.objects.visible_to(request.user).filter(some).distinct().order_by("name", "pk")

    def prepare(page: list[Any]) -> None:
        locks = locks_on(page)
        for task in page:
            task.lock = in_words(locks.get(task.pk, []))

    return Table(
        [
            Column("pk", "Choose", kind="tick", sort="", value=lambda task: task),
            Column("name", "Task", search=True, link=lambda task: reverse("task", args=[task.pk])),
            Column(
                "base",
                "School",
                search=True,
                choices=[(str(school.pk), str(school)) for school in schools],
                narrow=lambda tasks, school: tasks.filter(bases=school),
                link=lambda task: reverse("tasks-of-school", args=[task.base_number]),
            ),
            Column("dfe", "DfE no.", kind="code", search=True),
            Column("data", "Kind", choices=Data.choices, value=lambda task: task.get_data_display()),
            Column("owner", "Owner", choices=Owner.choices, value=lambda task: task.get_owner_display()),
            Column("when", "When", sort="", value=lambda task: when(task.rule, in_term=task.in_term)),
            Column(
                "active",
                "Active",
                kind="state",
                choices=[("True", "active"), ("False", "not active")],
                value=lambda task: "active" if task.active else "not active",
            ),
            Column("lock", "Lock", sort=""),
        ],
        _found(request),
        request,
        name="phase-1-tasks",
        noun=("task", "tasks"),
        page_size=ROWS_AT_ONCE,
        prepare=prepare,
        empty=NotYet("No task is on Phase 1.", "Import tasks", reverse("import-tasks")),
    )


def _school(request: PersonRequest) -> Base | None:
    """The one that the list is asked for."""
    number = request.GET.get("base", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return Base.objects.visible_to(request.user).filter(pk=number).first()


def _back(request: PersonRequest, chosen: Collection[Any]) -> str:
    """Where the person came from: a task, a school's tasks, its migration, or the list with its filters."""
    numbers = {task.base_number for task in chosen}
    come_from = request.GET.get("from", "")
    if come_from == "task" and len(chosen) == 1:
        return reverse("task", args=[next(iter(chosen)).pk])
    if come_from == "migration" and chosen and (school := _school(request)) is not None:
        return reverse("base-migration", args=[school.pk])
    if come_from == "school" and len(numbers) == 1:
        return reverse("tasks-of-school", args=[numbers.pop()])
    return reverse("phase-1-tasks") + (f"?{request.GET.urlencode()}" if request.GET else "")


def _say(request: PersonRequest, done: int, left: Collection[str]) -> None:
    if done:
        tasks = "1 task is" if done == 1 else f"{done:,} tasks are"
        messages.success(request, f"{tasks} on Phase 2 now, and all else of {'it' if done == 1 else 'them'} as before.")
    if left:
        tasks = "1 task stays" if len(left) == 1 else f"{len(left):,} tasks stay"
        reasons = Counter(left).most_common()
        several = len(reasons) > 1
        told = " ".join(f"{why} ({number:,})" if several else why for why, number in reasons[:_NAMED])
        more = " The list says why for the others." if len(reasons) > _NAMED else ""
        messages.warning(request, f"{tasks} on Phase 1. {told}{more}")
