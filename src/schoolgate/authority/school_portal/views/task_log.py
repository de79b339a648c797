"""The Task Log of a school, and one run: what came and what to do, without a child's name (SCREENS 5.4)."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models import CollectionRun, RunState
from schoolgate.authority.collection.task_log import counts_drawn, log_table, state_words
from schoolgate.authority.collection.views.runs import LIVE_SECONDS
from schoolgate.authority.school_portal.access import of_school
from schoolgate.authority.school_portal.own_tasks import tasks_shown
from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.web.tables import NotYet, Table
from schoolgate.wire.mis.connector import Trouble

WHAT_TO_DO = {
    Trouble.CREDENTIAL: "The values by which your system is asked are wrong. Enter them again and test them, or tell "
    "the council.",
    Trouble.KEY: "The key is the supplier’s, the same for all its schools. Tell the council.",
    Trouble.CONSENT: "Allow the application in your system again, then run the task now.",
    Trouble.SCOPE: "The council sets what may be asked for. Tell the council.",
    Trouble.NETWORK: "Nothing: the council’s site could not reach the service. It is tried again.",
    Trouble.DATA: "Run it again. If it happens again, tell the council.",
    Trouble.BUSY: "Nothing: it goes on by itself when the service takes calls again.",
    Trouble.DOWN: "Nothing: the service is tried again when the task is next due.",
}
"""By what went wrong, what a school does about it."""


def table_of_runs(
    request: PersonRequest, base: Base, runs: QuerySet[CollectionRun], empty: NotYet, *, but: Sequence[str] = ()
) -> Table:
    """Runs of this school, each leading to its page in the portal."""
    return log_table(
        request,
        runs,
        empty=empty,
        but=["base__name", *but],
        page_of=lambda run: reverse("portal-run", args=[base.pk, run.pk]),
    )


@of_school
def task_log(request: PersonRequest, base: Base) -> HttpResponseBase:
    """All runs of this school."""
    runs = CollectionRun.objects.visible_to(request.user).filter(base=base)
    table = table_of_runs(request, base, runs, NotYet("No runs yet."))
    return table.response("authority_school_portal/task_log.html", {"base": base})


@of_school
def one_run(request: PersonRequest, base: Base, pk: int) -> HttpResponseBase:
    """One run: its steps and numbers. Whoever asked for it at the authority is the council here."""
    run = get_object_or_404(CollectionRun.objects.visible_to(request.user).select_related("asked_by"), pk=pk, base=base)
    failed = run.state == RunState.FAILED
    by_school = run.asked_by is not None and run.asked_by.schools.filter(pk=base.pk).exists()
    context = {
        "base": base,
        "run": run,
        "task": tasks_shown(base).visible_to(request.user).filter(pk=run.task_id or 0).first(),
        "state": state_words(run),
        "failed": failed,
        "live_seconds": LIVE_SECONDS if run.is_open and run.state != RunState.ASKED else 0,
        "asked_by": run.asked_by if by_school else "the council",
        "what_to_do": WHAT_TO_DO[Trouble(run.code)] if failed and run.code in set(Trouble) else "",
        "counts": counts_drawn(run),
        "lines": run.lines.all(),
    }
    return render(request, "authority_school_portal/run.html", context)
