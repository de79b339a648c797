"""Scheduled Tasks: the list, one task, and what people do with it (SCREENS 5.3)."""

from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, Prefetch, Q, Subquery
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from schoolgate.authority.bases.models import Base, BaseGroup
from schoolgate.authority.collection import tasks as steps
from schoolgate.authority.collection.late import late_after
from schoolgate.authority.collection.models import CollectionRun, Data, ScheduledTask, Sources, last_run_status
from schoolgate.authority.collection.sentence import clock_notes, filters_in_words, sentence, when
from schoolgate.authority.collection.task_form import TaskForm
from schoolgate.authority.collection.task_log import log_table
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.web.tables import Column, NotYet, Table

_MEANWHILE = (
    "Somebody else has changed this task since you opened it. What they saved stands below as it is now; "
    "enter your change again."
)


@who("administrator", "officer")
def tasks(request: PersonRequest) -> HttpResponseBase:
    """All tasks; `?base=` those of one school."""
    base = _base_of(request)
    found = ScheduledTask.objects.visible_to(request.user)
    if base is not None:
        in_it = [group.pk for group in BaseGroup.objects.all() if group.bases.filter(pk=base.pk).exists()]
        found = found.filter(pk__in=found.filter(Q(bases=base) | Q(groups__in=in_it)).order_by().values("pk"))
    newest = CollectionRun.objects.filter(task=OuterRef("pk")).order_by("-made_at", "-pk").values("pk")[:1]
    named = found.annotate(last_run=Subquery(newest)).prefetch_related(
        "groups", Prefetch("bases", Base.objects.order_by("name"))
    )

    def prepare(page: list[Any]) -> None:
        dues = steps.next_dues(page)
        runs = CollectionRun.objects.in_bulk([task.last_run for task in page if task.last_run])
        late = late_after()
        for task in page:
            run = runs.get(task.last_run)
            task.next_due = dues.get(task.pk)
            task.status = last_run_status(run, late)
            task.last_at = run.made_at if run else None

    table = Table(
        [
            Column("name", "Task", search=True, link=lambda task: reverse("task", args=[task.pk])),
            Column("whom", "Schools", sort="", value=whom),
            Column("sources", "By", choices=Sources.choices, value=sources_words),
            Column("owner", "Owner", choices=[("la", "LA"), ("school", "School")], value=_owner),
            Column("data", "Kind", choices=Data.choices, value=lambda task: task.get_data_display()),
            Column("when", "When", sort="", value=lambda task: when(task.rule, in_term=task.in_term)),
            Column("next_due", "Next", kind="time", sort=""),
            Column("last_at", "Last run", kind="time", sort=""),
            Column("status", "Last Run Status", kind="state", sort=""),
            Column("active", "Active", kind="state", value=lambda task: "active" if task.active else "not active"),
        ],
        named,
        request,
        name="tasks",
        noun=("task", "tasks"),
        empty=NotYet("No tasks. Start with “Snapshot, weekly” for a group.", "Add New Task", reverse("add-task")),
        kept=["base"],
        prepare=prepare,
    )
    return table.response("authority_collection/tasks.html", {"base": base})


@who("administrator", "officer")
def task(request: PersonRequest, pk: int) -> HttpResponseBase:
    """One task and its log."""
    found = _find(request, pk)
    bases = list(found.collected_bases.order_by("name"))
    dues = steps.next_dues([found])
    newest = found.runs.order_by("-made_at", "-pk").first()
    next_due = dues.get(found.pk)
    soon = f"Next {timezone.localtime(next_due):%a %d %b %H:%M}." if next_due else "It is not due by itself."
    table = log_table(
        request,
        CollectionRun.objects.visible_to(request.user).filter(task=found),
        empty=NotYet(f"This task has not run yet. {soon}"),
        but=["task_name", "data"],
    )
    context = {
        "task": found,
        "bases": bases,
        "named": found.named_bases.count(),
        "sentence": sentence(
            found.rule, found.data, len(bases), in_term=found.in_term, filters=filters_in_words(found)
        ),
        "next_due": next_due,
        "status": last_run_status(newest, late_after()),
        "newest": newest,
        "clock_notes": clock_notes(found.rule, timezone.localdate()),
        "no_terms": found.in_term and steps.terms() is None,
    }
    return table.response("authority_collection/task.html", context)


@who("administrator", "officer")
def add(request: PersonRequest) -> HttpResponseBase:
    base = _base_of(request)
    initial: dict[str, Any] = {"bases": [base.pk]} if base is not None else {}
    form = TaskForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        try:
            made = steps.save(form.wish(), by=request.user, request=request)
        except steps.TaskRefused as refused:
            form.add_error(refused.field, refused.sentence)
        else:
            messages.success(request, "Saved.")
            return redirect("task", made.pk)
    context = {"form": form, "heading": "Add New Task", "said": _said(form), "cancel": reverse("tasks")}
    return render(request, "authority_collection/edit_task.html", context, status=422 if form.errors else 200)


@who("administrator", "officer")
def edit(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = _find(request, pk)
    form = TaskForm(request.POST) if request.method == "POST" else TaskForm.of(found)
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        version = request.POST.get("version", "")
        try:
            steps.save(
                form.wish(),
                found,
                version=int(version) if version.isdecimal() and len(version) < 10 else -1,
                by=request.user,
                request=request,
            )
        except steps.TaskRefused as refused:
            form.add_error(refused.field, refused.sentence)
        except steps.ChangedMeanwhile:
            messages.error(request, _MEANWHILE)
            return redirect("edit-task", pk)
        else:
            messages.success(request, "Saved.")
            return redirect("task", pk)
    context = {
        "form": form,
        "heading": f"Edit {found.name}",
        "version": request.POST.get("version", found.version),
        "said": _said(form),
        "cancel": reverse("task", args=[pk]),
    }
    return render(request, "authority_collection/edit_task.html", context, status=422 if form.errors else 200)


@who("administrator", "officer")
@require_POST
def clone(request: PersonRequest, pk: int) -> HttpResponseBase:
    copy = steps.clone(_find(request, pk), by=request.user, request=request)
    messages.success(request, "This is the copy. It is not active until you say so.")
    return redirect("edit-task", copy.pk)


@who("administrator", "officer")
@require_POST
def switch(request: PersonRequest, pk: int) -> HttpResponseBase:
    active = request.POST.get("active") == "yes"
    steps.switch(_find(request, pk), active=active, by=request.user, request=request)
    messages.success(request, "It is active." if active else "It is not active any more: nothing of it runs by itself.")
    return redirect("task", pk)


@who("administrator", "officer")
@require_POST
def run_now(request: PersonRequest, pk: int) -> HttpResponseBase:
    """For all schools of the task, or the one that was chosen."""
    found = _find(request, pk)
    number = request.POST.get("base", "")
    base = found.collected_bases.filter(pk=number).first() if number.isdecimal() and len(number) < 19 else None
    if number and base is None:
        messages.error(request, "This school is not collected by the task any more.")
        return redirect("task", pk)
    made = steps.run_now(found, base, by=request.user, request=request)
    if made:
        messages.success(request, f"{made:,} school{'s are' if made != 1 else ' is'} collected next.")
    elif found.collected_bases.exists():
        messages.info(request, "It is being collected already.")
    else:
        messages.error(request, "There is no school of its kind in this task.")
    return redirect("task", pk)


@who("administrator", "officer")
def delete(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = _find(request, pk)
    if found.active:
        messages.error(request, "Only a task that is not active can be deleted. Switch it off first.")
        return redirect("task", pk)
    if request.method == "POST":
        if steps.delete(found, by=request.user, request=request):
            messages.success(request, "Deleted. What it did stays in the Task Log.")
            return redirect("tasks")
        messages.error(request, "Somebody has switched it on meanwhile.")
        return redirect("task", pk)
    context = {
        "heading": f"Delete {found.name}?",
        "text": "It never runs again. What it did stays in the Task Log, and what was collected stays as it is.",
        "submit": "Delete",
        "cancel": reverse("task", args=[pk]),
    }
    return render(request, "web/confirm.html", context)


def whom(task: Any) -> str:
    """The schools and groups of a task: one by its name, several by their number."""
    names = [group.name for group in task.groups.all()]
    bases = list(task.bases.all())
    if len(bases) == 1:
        names.append(bases[0].name)
    elif bases:
        names.append(f"{len(bases):,} schools")
    return ", ".join(names) or "no school"


def sources_words(task: ScheduledTask) -> str:
    """How its schools are collected; the cloud stands for an API."""
    return "☁ API" if task.sources == Sources.API else "Files"


def _owner(task: ScheduledTask) -> str:
    return str(task.get_owner_display())


def _said(form: TaskForm) -> tuple[str, list[str]] | None:
    """The sentence of what was typed in, and what the clocks do to it; None while it is not whole."""
    if not form.is_bound or form.errors:
        return None
    wish = form.wish()
    try:
        sources = steps.sources_of(wish)
    except steps.TaskRefused as refused:
        form.add_error(refused.field, refused.sentence)
        return None
    members = Base.objects.filter(pk__in=[base.pk for base in wish.bases])
    for group in wish.groups:
        members = members | Base.objects.filter(pk__in=group.bases.values("pk"))
    collected = members.exclude(mis="sims-7") if sources == Sources.API else members.filter(mis="sims-7")
    as_task = ScheduledTask(nc_years=list(wish.nc_years), looked_after=wish.looked_after, leavers=wish.leavers)
    told = sentence(wish.rule, wish.data, collected.count(), in_term=wish.in_term, filters=filters_in_words(as_task))
    return told, clock_notes(wish.rule, timezone.localdate())


def _find(request: PersonRequest, pk: int) -> ScheduledTask:
    return get_object_or_404(ScheduledTask.objects.visible_to(request.user), pk=pk)


def _base_of(request: PersonRequest) -> Base | None:
    number = request.GET.get("base", "")
    if not (number.isdecimal() and len(number) < 19):
        return None
    return get_object_or_404(Base.objects.visible_to(request.user), pk=number)
