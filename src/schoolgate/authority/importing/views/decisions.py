"""What people decided, and taking a step back."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, OuterRef, Subquery
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from schoolgate.authority.importing.conflicts.jobs import StillDecided, being_decided, job_of, undo_decision
from schoolgate.authority.importing.conflicts.taking_back import left_by, may_be_undone
from schoolgate.authority.importing.forms import UndoForm
from schoolgate.authority.importing.models import Conflict, KnownAs
from schoolgate.authority.importing.refused_values import item_label, sent
from schoolgate.authority.records.models import Decision, Enrolment, MergedInto
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.jobs.showing import ProgressText
from schoolgate.commons.web.tables import Column, NotYet, Table

LEFT_LOOKED_FOR = 500
"""Of a larger decision it is not told beforehand what cannot be put back: that takes longer than a page may."""

_WHO_IS_WHO = {Decision.Kind.MATCH, Decision.Kind.ADD}

_TOLD = {
    "decided": "{:,} decided",
    "changed": "{:,} left, changed meanwhile",
    "refused": "{:,} left, cannot be taken",
    "put_back": "{:,} values put back",
    "left": "{:,} values stay, changed since",
    "waits_again": "{:,} wait again",
}


@who("administrator", "officer")
def decisions(request: PersonRequest) -> HttpResponseBase:
    """All steps, the newest first."""
    own = Conflict.objects.filter(decision=OuterRef("pk")).order_by().values("decision")
    table = Table(
        [
            Column("at", "When", kind="time", dates=True, link=lambda one: reverse("decision", args=[one.pk])),
            Column("kind", "What", choices=Decision.Kind.choices, value=str),
            Column("conflicts_decided", "Conflicts", kind="number", sort=""),
            Column("by__username", "Who", exact=True, value=lambda one: str(one.by or "the command line")),
            Column("reason", "Why", kind="long", sort=""),
            Column("undone_at", "Undone", kind="time"),
        ],
        Decision.objects.visible_to(request.user)
        .select_related("by")
        .annotate(conflicts_decided=Subquery(own.annotate(found=Count("pk")).values("found"))),
        request,
        name="decisions",
        noun=("decision", "decisions"),
        empty=NotYet("Nobody has decided anything yet.", "See what waits", reverse("conflicts")),
    )
    return table.response("authority_importing/decisions.html")


@who("administrator", "officer")
def decision(request: PersonRequest, pk: int) -> HttpResponseBase:
    """One step: on whom, what became of it, and undoing it."""
    this: Decision = get_object_or_404(Decision.objects.visible_to(request.user).select_related("by", "undoes"), pk=pk)
    form = UndoForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        _undo(request, this, form.cleaned_data["reason"])
        return redirect("decision", pk)
    job = job_of(this)
    closed = Conflict.objects.visible_to(request.user).filter(decision=this).select_related("pupil", "base")
    can_undo = may_be_undone(this) and not being_decided(this)
    number = closed.count()
    record("decision seen", by=request.user, target=f"decision {this.pk}", request=request)
    context = {
        "decision": this,
        "undo_step": Decision.objects.filter(undoes=this).select_related("by").first(),
        "job": _job_words(job),
        "told": _told(job.result if job else None),
        "left": len(left_by(this)) if can_undo and 0 < number <= LEFT_LOOKED_FOR else 0,
        "form": form if can_undo else None,
        "matched": _matched(this, request.user) if this.kind in _WHO_IS_WHO else [],
        "merged": MergedInto.objects.visible_to(request.user).filter(decision=this).select_related("pupil"),
    }
    if this.kind != Decision.Kind.CONFLICTS:
        return render(request, "authority_importing/decision.html", context)
    return _table(request, closed).response("authority_importing/decision.html", context)


def _matched(this: Decision, user: User) -> list[Enrolment]:
    """At which schools the step said who somebody is, as far as that stands and ``user`` may know."""
    known = set(KnownAs.objects.filter(decision=this).values_list("pupil_id", "base_id"))
    shown = Enrolment.objects.visible_to(user).select_related("pupil", "base")
    found = {one.pk: one for one in shown.filter(created_by__decision=this)}
    of_pupils = shown.filter(pupil__in={pupil for pupil, _ in known}) if known else ()
    found |= {one.pk: one for one in of_pupils if (one.pupil_id, one.base_id) in known}
    return [one for _, one in sorted(found.items())]


def _table(request: PersonRequest, closed: Any) -> Table:
    return Table(
        [
            Column("pupil", "Name", sort="pupil__surname_key", value=lambda one: one.pupil.listed_name, link=_pupil),
            Column("base__name", "School"),
            Column("item", "Item", value=lambda one: item_label(one.group, one.item)),
            Column("value", "Theirs", kind="long", sort="", value=_theirs),
            Column(
                "outcome",
                "What became of it",
                choices=Conflict.Outcome.choices[1:],
                value=lambda one: one.get_outcome_display(),
            ),
        ],
        closed,
        request,
        name="decision",
        noun=("conflict", "conflicts"),
        empty=NotYet("No conflict was decided by it."),
    )


def _theirs(conflict: Conflict) -> str:
    return sent(conflict.group, conflict.item, conflict.incoming_text)


def _pupil(conflict: Conflict) -> str:
    return reverse("pupil", args=[conflict.pupil_id]) + f"?group={conflict.data_group.name}"


def _undo(request: PersonRequest, this: Decision, reason: str) -> None:
    try:
        told = undo_decision(this, reason, by=request.user, request=request)
    except StillDecided:
        messages.error(request, "It is still being done. Wait until it has ended.")
        return
    if told is None:
        messages.error(request, "It cannot be undone: somebody has done so already.")
    elif told:
        messages.success(request, f"Undone: {', '.join(_told(told))}.")
    else:
        messages.success(request, "It is being undone.")


def _job_words(job: Job | None) -> str:
    if job is None or job.ended_at is not None:
        return ""
    return f"At work: {ProgressText(job)}" if job.state == "running" else "It waits for its turn."


def _told(result: Any) -> list[str]:
    return [words.format(result[key]) for key, words in _TOLD.items() if result and result.get(key)]
