"""What a school does with a task: run, switch, copy and delete its own, lock one, and change whose it is."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection import taking_over
from schoolgate.authority.collection import tasks as steps
from schoolgate.authority.collection.locks import lock_of
from schoolgate.authority.collection.models import ScheduledTask
from schoolgate.authority.school_portal.access import of_school
from schoolgate.authority.school_portal.own_tasks import find_task, of_own_task
from schoolgate.commons.accounts.access import PersonRequest


@of_own_task
@require_POST
def run_now(request: PersonRequest, base: Base, task: ScheduledTask) -> HttpResponseBase:
    """Of an API it is collected next, else the school's own program, or its people, are asked for the file."""
    if steps.run_now(task, base, by=request.user, request=request):
        by_file = "A file is asked for. Send it with your program, or upload it here."
        messages.success(request, "It is collected next." if base.is_collected else by_file)
    elif task.collected_bases.exists():
        messages.info(request, "It is being collected already.")
    else:
        messages.error(request, "This task is not for the school system that you have now.")
    return redirect("portal-task", base.pk, task.pk)


@of_own_task
@require_POST
def switch(request: PersonRequest, base: Base, task: ScheduledTask) -> HttpResponseBase:
    active = request.POST.get("active") == "yes"
    try:
        steps.switch(task, active=active, by=request.user, request=request)
    except steps.TaskRefused as refused:
        messages.error(request, f"It stays off. {refused.sentence}")
        return redirect("portal-edit-task", base.pk, task.pk)
    messages.success(request, "It is active." if active else "It is not active any more: nothing of it runs by itself.")
    return redirect("portal-task", base.pk, task.pk)


@of_own_task
@require_POST
def clone(request: PersonRequest, base: Base, task: ScheduledTask) -> HttpResponseBase:
    copy = steps.clone(task, by=request.user, request=request)
    messages.success(request, "This is the copy. It is not active until you say so.")
    return redirect("portal-edit-task", base.pk, copy.pk)


@of_own_task
def delete(request: PersonRequest, base: Base, task: ScheduledTask) -> HttpResponseBase:
    address = reverse("portal-task", args=[base.pk, task.pk])
    if task.active:
        messages.error(request, "Only a task that is not active can be deleted. Switch it off first.")
        return redirect(address)
    if request.method == "POST":
        steps.delete(task, by=request.user, request=request)
        messages.success(request, "Deleted. What it did stays in the Task Log.")
        return redirect("portal-tasks", base.pk)
    context = {
        "heading": f"Delete {task.name}?",
        "text": "It never runs again. What it did stays in the Task Log, and what was collected stays as it is.",
        "submit": "Delete",
        "cancel": address,
    }
    return render(request, "web/confirm.html", context)


@of_own_task
def give_back(request: PersonRequest, base: Base, task: ScheduledTask) -> HttpResponseBase:
    address = reverse("portal-task", args=[base.pk, task.pk])
    if request.method == "POST":
        taking_over.give_back(task, by=request.user, request=request)
        messages.success(request, "The task is the council’s now.")
        return redirect(address)
    locked = " It stays locked while all your tasks are." if lock_of(base) else " A lock of this one task ends."
    context = {
        "heading": f"Give {task.name} to the council?",
        "text": f"It goes on as it is, and from now on the council looks after it.{locked}",
        "submit": "Give it to the council",
        "cancel": address,
    }
    return render(request, "web/confirm.html", context)


@of_school
@require_POST
def ask_for(request: PersonRequest, base: Base, pk: int) -> HttpResponseBase:
    """Ask the authority to give its task to the school."""
    try:
        taking_over.ask_for(find_task(request, base, pk), base, by=request.user, request=request)
    except taking_over.TakeOverRefused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, "The council is asked. Until it gives you the task, all stays as it is.")
    return redirect("portal-task", base.pk, pk)


@of_school
@require_POST
def take_over(request: PersonRequest, base: Base, pk: int) -> HttpResponseBase:
    """Take the authority's task over, which a school may while it keeps all tasks to itself."""
    try:
        taking_over.take_over(find_task(request, base, pk), base, by=request.user, request=request)
    except taking_over.TakeOverRefused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, "The task is your school’s own now.")
    return redirect("portal-task", base.pk, pk)
