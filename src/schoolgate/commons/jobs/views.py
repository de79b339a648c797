"""The jobs of this site: what is waiting, being done, done, and what failed."""

from datetime import timedelta
from typing import Any, Self

from django.contrib import messages
from django.db import transaction
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record
from schoolgate.commons.jobs.health import health
from schoolgate.commons.jobs.kinds import KINDS, STATE_WORDS, state_in_words, words_of
from schoolgate.commons.jobs.models import Job, State, may
from schoolgate.commons.jobs.submitting import cancel, start_again
from schoolgate.commons.web.charts import progress
from schoolgate.commons.web.tables import Column, NotYet, Table

SEE = ("administrator", "officer", "sender")
LIVE_SECONDS = 2


class ProgressText(str):
    """How far a job is: plain words in a download, a bar on a page."""

    __slots__ = ("job",)

    def __new__(cls, job: Job) -> Self:
        done, total = job.progress_done, job.progress_total
        text = f"{done:,} of {total:,}" if total else f"{done:,}" if done else ""
        made = super().__new__(cls, " ".join(filter(None, [text, job.progress_text])))
        made.job = job  # type: ignore[attr-defined]  # mypy does not see slots of a str
        return made

    def __html__(self) -> str:
        job: Job = self.job  # type: ignore[attr-defined]
        if not self or not job.progress_done + job.progress_total:
            return str.__str__(self)
        return progress(words_of(job.kind, job.args), job.progress_done, job.progress_total)


def took(job: Job) -> str:
    """How long the job was, or has been, worked on since its last start: "3.2 s", "2 min 5 s", "1 h 4 min"."""
    if job.started_at is None or job.state == State.READY:
        return ""
    return in_words((job.ended_at or timezone.now()) - job.started_at)


def in_words(span: timedelta) -> str:
    seconds = max(0.0, span.total_seconds())
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


@who(*SEE)
def jobs(request: PersonRequest) -> HttpResponseBase:
    """All work, the newest on top. Routine work that went well is left out unless its kind is asked for."""
    rows = Job.objects.visible_to(request.user)
    routine = [kind.name for kind in KINDS.values() if kind.routine]
    if request.GET.get("kind") not in routine:
        rows = rows.exclude(kind__in=routine, state=State.DONE)
    active = rows.filter(state=State.RUNNING) | rows.due()
    table = Table(
        [
            Column(
                "kind",
                "Work",
                choices=sorted(((kind.name, kind.label) for kind in KINDS.values()), key=lambda pair: pair[1]),
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
            Column("attempt", "Attempts", value=lambda job: f"{job.attempt} of {job.max_attempts}"),
            Column("error", "What went wrong", kind="details", sort=""),
        ],
        rows,
        request,
        name="jobs",
        noun=("job", "jobs"),
        empty=NotYet("No work has been asked for yet. Files and imports show up here while they are worked on."),
        live_seconds=LIVE_SECONDS if active.exists() else 0,
    )
    return table.response("jobs/jobs.html", {"health": health(), "routine": routine[0] if routine else ""})


@who(*SEE)
def job(request: PersonRequest, job_id: int) -> HttpResponseBase:
    """One job: what it is, how far it is, what went wrong, and the steps its state allows."""
    return render(request, "jobs/job.html", _of(request, job_id))


def _of(request: PersonRequest, job_id: int) -> dict[str, Any]:
    this = get_object_or_404(Job.objects.visible_to(request.user), pk=job_id)
    title = words_of(this.kind, this.args)
    return {
        "job": this,
        "words": title,
        "state": state_in_words(this.kind, this.state),
        "took": took(this),
        "bar": progress(title, this.progress_done, this.progress_total) if this.progress_done else SafeString(""),
        "result": {name.replace("_", " ").capitalize(): value for name, value in (this.result or {}).items()},
        "live_seconds": LIVE_SECONDS if this.state in {State.READY, State.RUNNING} else 0,
        "may_cancel": (may("cancel", this.state) or this.state == State.RUNNING) and not this.cancel_asked,
        "may_start_again": may("start again", this.state),
    }


@who(*SEE)
def cancel_job(request: PersonRequest, job_id: int) -> HttpResponseBase:
    """Call a job off, after a question."""
    context = _of(request, job_id)
    this = context["job"]
    if request.method == "POST":
        with transaction.atomic():
            if cancel(this):
                record("job cancelled", by=request.user, target=f"job {this.pk}", request=request)
                messages.success(request, "The job is being stopped." if this.started_at else "The job is cancelled.")
            else:
                messages.error(request, "The job had ended already.")
        return redirect("job", this.pk)
    question = {
        "heading": "Cancel this job?",
        "text": f"{context['words']}. What is done already stays done; the rest is left. It can be started again.",
        "submit": "Cancel the job",
        "cancel": reverse("job", args=[this.pk]),
    }
    return render(request, "web/confirm.html", question)


@who(*SEE)
@require_POST
def start_job_again(request: PersonRequest, job_id: int) -> HttpResponseBase:
    """Put a job that failed, was parked or cancelled back in the queue."""
    this = _of(request, job_id)["job"]
    with transaction.atomic():
        if start_again(this):
            record("job started again", by=request.user, target=f"job {this.pk}", request=request)
            messages.success(request, "The job waits to be worked on again.")
        else:
            messages.error(request, "This job is not one that can be started again now.")
    return redirect("job", this.pk)
