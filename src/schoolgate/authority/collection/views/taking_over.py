"""A school asks to take over a task: the authority gives it, or does not."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from schoolgate.authority.collection import taking_over
from schoolgate.authority.collection.models import ScheduledTask
from schoolgate.commons.accounts.access import PersonRequest, who


@who("administrator", "officer")
@require_POST
def answer_take_over(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Give the task to the school that asks for it where `give` is yes."""
    task = get_object_or_404(ScheduledTask.objects.visible_to(request.user), pk=pk)
    give = request.POST.get("give") == "yes"
    try:
        taking_over.answer(task, give=give, by=request.user, request=request)
    except taking_over.TakeOverRefused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, "The task is the school’s own now." if give else "It stays the authority’s task.")
    return redirect("task", pk)
