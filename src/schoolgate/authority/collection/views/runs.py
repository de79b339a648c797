"""The Task Log, and one run: what came, what became of it, and what to do where it went wrong."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from schoolgate.authority.bases.agents import agent_of, last_seen
from schoolgate.authority.collection.ending import cancel
from schoolgate.authority.collection.locks import Locked, why_not_run
from schoolgate.authority.collection.models import BaseMigration, CollectionRun, RunState
from schoolgate.authority.collection.running import ask_for_run
from schoolgate.authority.collection.task_log import counts_drawn, log_table, state_words
from schoolgate.authority.collection.views.quarantine import label_of
from schoolgate.authority.exchange import outbox
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.jobs.showing import progress_bar
from schoolgate.commons.jobs.submitting import cancel as cancel_job
from schoolgate.commons.web.tables import NotYet
from schoolgate.wire.mis.connector import Trouble

LIVE_SECONDS = 2

WHAT_TO_DO = {
    Trouble.CREDENTIAL: "Compare the settings with what was sent for this school, correct them and test them.",
    Trouble.KEY: "The key is the same for all schools of one supplier: compare it, correct it and test it.",
    Trouble.CONSENT: "Ask the school to allow the application again, then run the task now.",
    Trouble.SCOPE: "The scope is an option of the system: whoever administers this site can set it.",
    Trouble.NETWORK: "Ask who looks after the network here whether this machine may reach the service.",
    Trouble.DATA: "Run it again. If it happens again, tell the vendor which call failed: the lines below say it.",
    Trouble.BUSY: "Nothing: it goes on by itself when the service takes calls again.",
    Trouble.DOWN: "Nothing: the service is tried again when the task is next due. Run it now when it is back.",
}
"""By what went wrong, what a person does about it (SCREENS 5.3)."""

_AT_THE_SETTINGS = frozenset({Trouble.CREDENTIAL, Trouble.KEY, Trouble.SCOPE})


@who("administrator", "officer")
def task_log(request: PersonRequest) -> HttpResponseBase:
    """All runs."""
    table = log_table(
        request,
        CollectionRun.objects.visible_to(request.user),
        empty=NotYet("Nothing has been collected yet. A run stands here as soon as a task is due."),
    )
    return table.response("authority_collection/task_log.html")


@who("administrator", "officer")
def one_run(request: PersonRequest, pk: int) -> HttpResponseBase:
    run = _find(request, pk)
    job = Job.objects.filter(pk=run.job_id or 0).first()
    trouble = Trouble(run.code) if run.code in set(Trouble) else None
    failed = run.state == RunState.FAILED
    waits = run.state == RunState.PENDING and run.next_try_at is not None and run.next_try_at > timezone.now()
    context = {
        "run": run,
        "system": label_of(run.connector) if run.connector else "",
        "state": state_words(run),
        "failed": failed,
        "live_seconds": LIVE_SECONDS if run.is_open and run.state != RunState.ASKED else 0,
        "job": job,
        "bar": progress_bar(job) if job is not None else "",
        "waits_until": run.next_try_at if waits else None,
        "agent": last_seen(agent_of(run.base)) if run.state == RunState.ASKED else "",
        "what_to_do": WHAT_TO_DO[trouble] if failed and trouble else "",
        "to_settings": failed and trouble in _AT_THE_SETTINGS,
        "counts": counts_drawn(run),
        "lines": run.lines.all(),
        "held_back": run.rows_held_back.count(),
        "locked": "" if run.is_open else why_not_run(run.task, run.base),
        "migration": BaseMigration.objects.marked().filter(base=run.base_id).first(),
        "can_cancel": run.state in {RunState.PENDING, RunState.COLLECTING, RunState.ASKED},
    }
    return render(request, "authority_collection/run.html", context)


@who("administrator", "officer")
@require_POST
def run_again(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Ask for the same of the same base now."""
    run = _find(request, pk)
    try:
        made = ask_for_run(run.task, run.base, run.data, by=request.user, days=run.days)
    except Locked as locked:
        messages.error(request, locked.sentence)
        return redirect("collection-run", pk)
    if made is None:
        messages.info(request, "It is being collected already.")
        return redirect("collection-run", pk)
    record("run asked for", by=request.user, target=f"{run.task_name} of {run.base.dfe_number}", request=request)
    messages.success(request, "It is queued, and collected next.")
    return redirect("collection-run", made.pk)


@who("administrator", "officer")
@require_POST
def cancel_run(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Call a run off: what was asked of the school with it."""
    run = _find(request, pk)
    job = Job.objects.filter(pk=run.job_id or 0).first()
    if job is not None:
        cancel_job(job)
    if run.state == RunState.COLLECTING:
        # The worker sees it at its next call, and ends the run itself.
        messages.success(request, "It is asked to stop.")
    elif cancel(run):
        outbox.withdraw(run.base, run=run.pk)
        messages.success(request, "It is called off.")
    else:
        messages.info(request, "It has ended already.")
    record("run called off", by=request.user, target=f"{run.task_name} of {run.base.dfe_number}", request=request)
    return redirect("collection-run", pk)


def _find(request: PersonRequest, pk: int) -> CollectionRun:
    related = ("base__account__agent", "task", "asked_by", "its_import")
    return get_object_or_404(CollectionRun.objects.visible_to(request.user).select_related(*related), pk=pk)
