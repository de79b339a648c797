"""One import: what it made of a file, why it waits or failed, and what can be done about it."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.authority.exchange.import_outcome import NOT_IMPORTED_BY_THE_LA
from schoolgate.authority.exchange.import_steps import LONGEST_REASON, agree, do_not_import, retry
from schoolgate.authority.exchange.import_words import DECIDED, number_of, problem_words, progress_words, state_words
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.importing.behind import missing_pupils, newly_left_out
from schoolgate.authority.importing.counting import GROUPS, PUPILS
from schoolgate.authority.importing.models import Import, ImportState, Waiting
from schoolgate.authority.importing.undo_job import undone_in_words
from schoolgate.authority.importing.undoing_imports import Progress, can_be_undone
from schoolgate.authority.records.groups.registry import GROUPS as DATA_GROUPS
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.jobs.showing import progress_bar
from schoolgate.commons.web.charts import Bar, bars, parts

LIVE_SECONDS = 2

_PUPIL_WORDS = {
    "added": ("Added", "new"),
    "changed": ("Changed", "processing"),
    "in_conflict": ("In conflict", "warning"),
    "same": ("Same", ""),
    "twice": ("Twice, with differences", "warning"),
    "unmatched": ("Unmatched", "warning"),
}
"""What a pupil's fate is called, and the state whose colour its bar has."""

_GROUP_WORDS = {
    "added": ("Added", "new"),
    "changed": ("Changed", "processing"),
    "same": ("Same", ""),
    "conflict": ("In conflict", "warning"),
    "yielded": ("Left to the main school", ""),
    "left_out": ("Left out", "warning"),
    "missing": ("Missing", ""),
}
_DRAWN = ("added", "changed", "conflict", "same", "left_out")


class ReasonForm(forms.Form):
    """Why a file is not imported."""

    reason = forms.CharField(
        label="Why it is not imported",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The school reads this. Say what it should do, and name no child.",
        error_messages={"required": "Say why, so that the school knows what to do."},
    )


@who("administrator", "officer")
def one_import(request: PersonRequest, pk: int) -> HttpResponseBase:
    this = _find(request, pk)
    job = Job.objects.filter(pk=this.job_id or 0).first()
    state = this.state
    runs = state in {ImportState.QUEUED, ImportState.PROCESSING}
    context = {
        "this": this,
        "file": ReceivedFile.objects.filter(its_import=this).first(),
        "state": state_words(this),
        "runs": runs,
        "failed": state is ImportState.FAILED,
        "waits": state is ImportState.WAITING,
        "live_seconds": LIVE_SECONDS if runs or (this.undo_id and not this.undone_at) else 0,
        "can_be_undone": can_be_undone(this),
        "undone": undone_in_words(Progress(**this.undone), this.told_of) if this.undone else "",
        "job": job,
        "bar": progress_bar(job) if job is not None else "",
        "progress": progress_words(this),
        "job_error": job.error if job is not None and state is ImportState.FAILED and not this.problems else "",
        "before_it": _before_it(this, job),
        "older_than": _older_than(this) if this.waiting == Waiting.OLDER else None,
        "is_few": this.waiting == Waiting.FEW,
        "absent": max(0, this.figures.get("roll", 0) - this.figures.get("of_roll", 0)),
        "decided": [
            {**one, "did": DECIDED[one["did"]], "at": datetime.fromisoformat(one["at"])} for one in this.decided
        ],
        "problems": _problems(this),
        **_numbers(this),
    }
    return render(request, "authority_exchange/import.html", context)


@who("administrator", "officer")
@require_POST
def import_now(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Let an import go on that waits for a person."""
    this = _find(request, pk)
    if agree(this, seen=request.POST.getlist("seen"), by=request.user, request=request):
        messages.success(request, "It is queued, and imported next.")
    elif Import.objects.get(pk=pk).state is ImportState.WAITING:
        messages.error(request, "It waits with another question by now. Read it, and decide again.")
    else:
        messages.error(request, "It does not wait for anybody any more: somebody has decided already.")
    return redirect("import", pk)


@who("administrator", "officer")
def turn_down(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Decide that a file is not imported, and tell the school why."""
    this = _find(request, pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if do_not_import(this, form.cleaned_data["reason"], by=request.user, request=request):
            messages.success(request, "It is not imported. The school's program is told why when it asks next.")
        else:
            messages.error(request, "It does not wait for anybody any more: somebody has decided already.")
        return redirect("import", pk)
    return render(request, "authority_exchange/do_not_import.html", {"form": form, "this": this})


@who("administrator", "officer")
@require_POST
def start_again(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Queue a failed import again."""
    if retry(_find(request, pk), by=request.user, request=request):
        messages.success(request, "It is queued again.")
    else:
        messages.error(request, "Only an import that failed can be started again.")
    return redirect("import", pk)


def _find(request: PersonRequest, pk: int) -> Import:
    return get_object_or_404(Import.objects.visible_to(request.user).select_related("base", "job", "undo__by"), pk=pk)


def _before_it(this: Import, job: Job | None) -> Import | None:
    """The import of the same school that runs, for which a queued one waits."""
    if job is None or job.state != State.READY:
        return None
    running = Job.objects.filter(key=job.key, state=State.RUNNING)
    return Import.objects.filter(job__in=running).exclude(pk=this.pk).first()


def _older_than(this: Import) -> Import | None:
    newer = Import.objects.filter(base=this.base_id, subject=this.subject, full=this.full, completed_at__isnull=False)
    return newer.order_by("-written_at").first()


def _problems(this: Import) -> list[dict[str, Any]]:
    """Why the whole file was refused; why single pupils were not taken has lists of its own."""
    if not this.failed_at:
        return []
    told = [problem for problem in this.problems if problem["code"] != NOT_IMPORTED_BY_THE_LA]
    return [{**problem, "words": problem_words(problem)} for problem in told]


def _numbers(this: Import) -> dict[str, Any]:
    """What became of pupils and of their groups, each number with the address of the list behind it."""
    of_pupils = this.counts.get("pupils", {})
    pupils = [
        Bar(label, of_pupils.get(what, 0), state, _list(this, what, of_pupils.get(what, 0)))
        for what, (label, state) in _PUPIL_WORDS.items()
    ]
    dealt_with = sum(of_pupils.get(what, 0) for what in PUPILS)
    groups = []
    of_groups = this.counts.get("groups", {})
    for group in DATA_GROUPS:
        if group.name not in of_groups:
            continue
        numbers = of_groups[group.name]
        drawn = [Bar(_GROUP_WORDS[what][0].lower(), numbers.get(what, 0), _GROUP_WORDS[what][1]) for what in _DRAWN]
        cells = [
            {
                "heading": _GROUP_WORDS[what][0],
                "number": numbers.get(what, 0),
                "address": _list(this, what, numbers.get(what, 0), group.name),
            }
            for what in GROUPS
        ]
        groups.append({"label": group.label, "cells": cells, "bar": parts(group.label, drawn)})
    absent = missing_pupils(this).unrestricted().count() if this.full and this.completed_at else 0
    return {
        "pupils": bars(f"{this.people.capitalize()} of the file", pupils),
        "alike": this.pupils - dealt_with if this.completed_at else 0,
        "groups": groups,
        "group_headings": [_GROUP_WORDS[what][0] for what in GROUPS],
        "left_out": number_of(this, "left_out"),
        "left_out_address": _list(this, "left_out", number_of(this, "left_out") or 0),
        "in_conflict": number_of(this, "conflict"),
        "in_conflict_address": _list(this, "conflict", number_of(this, "conflict") or 0),
        "newly_left_out": newly_left_out(this),
        "absent_pupils": absent,
        "absent_address": _list(this, "missing", absent),
    }


def _list(this: Import, what: str, number: int, group: str = "") -> str:
    """The address of the list behind a number; none behind 0."""
    if not number:
        return ""
    slug = what.replace("_", "-")
    return (
        reverse("import-group-list", args=[this.pk, group, slug])
        if group
        else reverse("import-list", args=[this.pk, slug])
    )
