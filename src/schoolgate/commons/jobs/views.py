"""The jobs of this site: what is waiting, being done, done, and what failed."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record
from schoolgate.commons.jobs.health import health, last_sign_of_life
from schoolgate.commons.jobs.kinds import KINDS, STATE_WORDS, state_in_words, words_of
from schoolgate.commons.jobs.models import Job, State, may
from schoolgate.commons.jobs.queue import RATE_MINUTES, colleagues, kinds_of_work, lease_seconds
from schoolgate.commons.jobs.showing import (
    ProgressText,
    attempts,
    progress_bar,
    result_in_words,
    span_in_words,
    took,
)
from schoolgate.commons.jobs.submitting import cancel, start_again
from schoolgate.commons.web.tables import Column, NotYet, Table

SEE = ("administrator", "officer", "sender")
LIVE_SECONDS = 2
QUEUE_LIVE_SECONDS = 5


@who(*SEE)
def jobs(request: PersonRequest) -> HttpResponseBase:
    """All work, the newest on top. Routine work that went well is left out unless its kind is asked for."""
    rows = Job.objects.visible_to(request.user)
    active = (rows.filter(state=State.RUNNING) | rows.due()).exists()
    routine = [kind.name for kind in KINDS.values() if kind.routine]
    if request.GET.get("kind") not in routine:
        rows = rows.exclude(kind__in=routine, state=State.DONE)
    kinds = sorted(((kind.name, kind.label) for kind in KINDS.values()), key=lambda kind: kind[1])
    table = Table(
        [
            Column(
                "kind",
                "Work",
                choices=kinds,
                value=lambda job: words_of(job.kind, job.args),
                link=lambda job: reverse("job", args=[job.pk]),
            ),
            Column(
                "state",
                "State",
                kind="state",
                choices=list(STATE_WORDS.items()),
                value=lambda job: state_in_words(job.kind, job.state),
            ),
            Column("progress", "Progress", value=ProgressText, sort=""),
            Column("created_at", "Asked for", kind="time", dates=True),
            Column("started_at", "Started", kind="time"),
            Column("took", "Took", value=took, sort=""),
            Column("attempt", "Attempts", value=attempts),
            Column("error", "Error", kind="details", sort=""),
        ],
        rows,
        request,
        name="jobs",
        noun=("job", "jobs"),
        empty=NotYet("No work has been asked for yet. Whatever takes a while shows here while it is being done."),
        live_seconds=LIVE_SECONDS if active else 0,
    )
    context = {
        "health": health(),
        "failed": rows.filter(state=State.FAILED).count(),
        "parked": rows.filter(state=State.PARKED).count(),
        "routine": routine,
    }
    return table.response("jobs/jobs.html", context)


@who(*SEE)
def queue(request: PersonRequest) -> HttpResponseBase:
    """For the operator: what works and waits, of each kind, and who works. The same numbers are told as metrics."""
    context: dict[str, Any] = {
        "health": health(),
        "kinds": [(kind, span_in_words(kind.oldest) if kind.waiting else "") for kind in kinds_of_work()],
        "colleagues": colleagues(),
        "rate_minutes": RATE_MINUTES,
        "lease_seconds": lease_seconds(),
        "last_sign_of_life": last_sign_of_life(),
        "live_seconds": QUEUE_LIVE_SECONDS,
    }
    context["done_per_minute"] = sum(kind.per_minute for kind, _ in context["kinds"])
    context["oldest"] = span_in_words(timedelta(seconds=context["health"].oldest_seconds))
    return render(request, "jobs/queue.html", context)


@who(*SEE)
def job(request: PersonRequest, job_id: int) -> HttpResponseBase:
    """One job: what it is, how far it is, what went wrong, and the steps its state allows."""
    this = _find(request, job_id)
    running = this.state == State.RUNNING
    waits_for = _waits_for(this)
    context = {
        "job": this,
        "words": words_of(this.kind, this.args),
        "state": state_in_words(this.kind, this.state),
        "bar": progress_bar(this),
        "progress": ProgressText(this),
        "took": took(this),
        "attempts": attempts(this),
        "result": result_in_words(this),
        "live_seconds": LIVE_SECONDS if this.state in {State.READY, State.RUNNING} else 0,
        "may_cancel": (running and not this.cancel_asked) or may("cancel", this.state),
        "may_start_again": may("start again", this.state),
        "ended_badly": this.state in {State.FAILED, State.PARKED},
        "waits_for": waits_for,
        "waits_for_words": words_of(waits_for.kind, waits_for.args) if waits_for else "",
    }
    return render(request, "jobs/job.html", context)


@who(*SEE)
def cancel_job(request: PersonRequest, job_id: int) -> HttpResponseBase:
    """Call a job off, after a question."""
    this = _find(request, job_id)
    if request.method == "POST":
        with transaction.atomic():
            cancelled = cancel(this)
            if cancelled:
                record("job cancelled", by=request.user, target=f"job {this.pk}", request=request)
        this.refresh_from_db()
        if not cancelled:
            messages.error(request, "The job has ended already, so there is nothing to cancel.")
        elif this.state == State.RUNNING:
            messages.success(request, "The job was asked to stop. It does so where it can leave things in good order.")
        else:
            messages.success(request, "The job is cancelled.")
        return redirect("job", this.pk)
    ended = this.ended_at is not None
    question = {
        "heading": "Set this job aside?" if ended else "Cancel this job?",
        "text": f"{words_of(this.kind, this.args)}. "
        + (
            "It no longer counts as something to be looked at. It can still be started again."
            if ended
            else "What is done already stays done; the rest is left. The job can be started again later."
        ),
        "submit": "Set it aside" if ended else "Cancel the job",
        "cancel": reverse("job", args=[this.pk]),
    }
    return render(request, "web/confirm.html", question)


@who(*SEE)
@require_POST
def start_job_again(request: PersonRequest, job_id: int) -> HttpResponseBase:
    """Put a job that failed, was parked or cancelled back in the queue."""
    this = _find(request, job_id)
    with transaction.atomic():
        started = start_again(this)
        if started:
            record("job started again", by=request.user, target=f"job {this.pk}", request=request)
    if started:
        messages.success(request, "The job is queued again, with all its attempts.")
    else:
        messages.error(request, "Only a job that failed, was parked or was cancelled can be started again.")
    return redirect("job", this.pk)


def _find(request: PersonRequest, job_id: int) -> Job:
    return get_object_or_404(Job.objects.visible_to(request.user), pk=job_id)


def _waits_for(this: Job) -> Job | None:
    """The running job of the same key, for which this one waits."""
    if this.state != State.READY or not this.key:
        return None
    return Job.objects.filter(key=this.key, state=State.RUNNING).first()
