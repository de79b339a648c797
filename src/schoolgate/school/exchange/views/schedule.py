"""When to send: the one schedule for everything (handbook 04), and the runs it had."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.schedules.models import Run
from schoolgate.commons.web.tables import Column, NotYet, Table
from schoolgate.school.exchange import schedule_in_words as words
from schoolgate.school.exchange.forms.schedule import ScheduleForm
from schoolgate.school.exchange.scheduling import (
    dismiss_missed_runs,
    is_usually_off,
    missed_runs,
    next_runs,
    not_running,
    runs,
    set_when_to_send,
    when_to_send,
)

NEXT = 3


@who("administrator")
def schedule(request: PersonRequest) -> HttpResponseBase:
    """Days and time, and the next three runs in words."""
    now_set = when_to_send()
    form = ScheduleForm(request.POST) if request.method == "POST" else ScheduleForm.of(now_set.rule)
    if request.method == "POST" and form.is_valid():
        set_when_to_send(form.rule(), by=request.user, request=request)
        if form.rule().days:
            messages.success(request, "Saved.")
        else:
            messages.warning(request, "Saved. No day is ticked, so nothing is sent by itself.")
        return redirect("schedule")
    context = {
        "form": form,
        "when": now_set,
        "next": [words.moment(due) for due in next_runs(NEXT)],
        "notes": words.clock_notes(now_set.rule, timezone.localdate()),
        "usually_off": is_usually_off(),
        "not_running": not_running(),
    }
    return render(request, "school_exchange/schedule.html", context, status=422 if form.errors else 200)


@who("administrator", "sender")
def scheduled_runs(request: PersonRequest) -> HttpResponseBase:
    """Every run of the schedule, the newest on top, and what was missed."""
    table = Table(
        [
            Column("due_at", "Due", kind="time", dates=True),
            Column("began_at", "Began", kind="time"),
            Column("missed", "Missed", kind="number"),
            Column("told", "What happened", value=_told, sort=""),
        ],
        runs().visible_to(request.user),
        request,
        name="scheduled-runs",
        noun=("run", "runs"),
        empty=NotYet("The schedule has not come due yet.", "When to send", reverse("schedule")),
    )
    return table.response("school_exchange/scheduled_runs.html", {"missed": missed_runs()})


@who("administrator", "sender")
@require_POST
def dismiss_missed(request: PersonRequest) -> HttpResponseBase:
    """Take what was missed off the first page."""
    dismiss_missed_runs(by=request.user, request=request)
    messages.success(request, "The first page does not tell of it any more.")
    return redirect("scheduled-runs")


def _told(run: Run) -> str:
    if run.began_at is None:
        return "It waits to begin."
    return words.told(run) if run.missed else "It began in time."
