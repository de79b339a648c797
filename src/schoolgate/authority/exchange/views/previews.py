"""What an import would do, and the list behind each of its numbers."""

from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.authority.exchange.import_words import problem_words
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.exchange.preview_job import ask_for_preview, preview_job, stale
from schoolgate.authority.importing.counting import GROUPS, PUPILS
from schoolgate.authority.importing.models import Import, ImportState, Preview, Waiting
from schoolgate.authority.importing.previewing import Value, new_pupils, values
from schoolgate.authority.importing.refusal_words import words_of
from schoolgate.authority.records.groups.registry import GROUPS as DATA_GROUPS
from schoolgate.authority.records.groups.registry import group_named
from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.showing import label_of
from schoolgate.authority.records.subjects import NOUNS
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record
from schoolgate.commons.jobs.showing import progress_bar
from schoolgate.commons.web.charts import Bar, bars, parts
from schoolgate.commons.web.tables import AllGood, Column, Table

LIVE_SECONDS = 2

_PUPIL_WORDS = {
    "added": ("Would be added", "new"),
    "changed": ("Would be changed", "processing"),
    "in_conflict": ("Would only wait for a person", "warning"),
    "same": ("Same", ""),
    "twice": ("Twice, with differences", "warning"),
    "unmatched": ("Would be unmatched", "warning"),
}
_GROUP_WORDS = {
    "added": ("Added", "new"),
    "changed": ("Changed", "processing"),
    "same": ("Same", ""),
    "conflict": ("Conflicts", "warning"),
    "yielded": ("Left to the main school", ""),
    "left_out": ("Left out", "warning"),
    "missing": ("Missing", ""),
}
_WHAT = {"changed": "would be written", "conflict": "would wait for a person", "left_out": "would be left out"}


@who("administrator", "officer")
def preview(request: PersonRequest, pk: int) -> HttpResponseBase:
    """What the import would do; how far the preview is while it is made."""
    this = _find(request, pk)
    made = Preview.objects.visible_to(request.user).filter(of=this).first()
    job = preview_job(this)
    context: dict[str, Any] = {
        "this": this,
        "preview": made,
        "job": job,
        "bar": progress_bar(job) if job is not None else "",
        "live_seconds": LIVE_SECONDS if job is not None else 0,
        "waits": this.state is ImportState.WAITING,
        "has_content": ReceivedFile.objects.filter(its_import=this, content_gone_at=None).exists(),
    }
    if made is not None:
        is_stale = stale(made)
        context |= {
            "stale": is_stale,
            # Who lets it go on from here has seen all that it would ask, as far as this holds.
            "seen": [] if is_stale or made.problems else [*made.asks, Waiting.ASKED],
            "asks": [Waiting(one).label for one in made.asks if one != Waiting.ASKED],
            "problems": [{**one, "words": problem_words(one)} for one in made.problems],
            **_numbers(made),
        }
    return render(request, "authority_exchange/preview.html", context)


@who("administrator", "officer")
@require_POST
def make_preview(request: PersonRequest, pk: int) -> HttpResponseBase:
    this = _find(request, pk)
    ask_for_preview(this, by=request.user, request=request)
    return redirect("import-preview", pk)


@who("administrator", "officer")
def preview_new(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The pupils who would be added."""
    made = _made(request, pk)
    _looked(request, made, "pupils who would be added")
    table = Table(
        [
            Column("surname", "Surname", search=True),
            Column("forename", "Forename", search=True),
            Column("born", "Date of birth"),
            Column("year_group", "Year"),
            Column("number", "Place in the file", kind="number"),
        ],
        new_pupils(made),
        request,
        name="preview-new",
        noun=NOUNS[made.of.told_of],
        empty=AllGood("Nobody would be added."),
    )
    return table.response("authority_exchange/preview_list.html", {"this": made.of, "heading": "Would be added"})


@who("administrator", "officer")
def preview_values(request: PersonRequest, pk: int, group: str = "") -> HttpResponseBase:
    """Value by value what would be written, wait or be left out of pupils who are known here."""
    made = _made(request, pk)
    try:
        of = group_named(group) if group else None
    except KeyError:
        raise Http404("There is no such data group.") from None
    _looked(request, made, of.label if of else "all data groups")
    told = [one for one in values(made) if of is None or one.data_group is of]
    shown = Pupil.people.visible_to(request.user).in_bulk({one.pupil for one in told})

    def name(row: Value) -> str:
        return f"{shown[row.pupil].surname}, {shown[row.pupil].forename}"

    table = Table(
        [
            Column("pupil", "Name", value=name, sort="", link=lambda row: reverse("pupil", args=[row.pupil])),
            Column("group", "Group", value=lambda row: row.data_group.label),
            Column("item", "Item", value=lambda row: label_of(row.data_group, row.item)),
            Column("ours", "Held", kind="long", sort=""),
            Column("theirs", "In the file", kind="long", sort=""),
            Column("what", "What happens", choices=list(_WHAT.items()), value=_happens),
        ],
        [one for one in told if one.pupil in shown],
        request,
        name="preview-values",
        noun=("value", "values"),
        empty=AllGood("No value of anybody who is known here would change."),
    )
    heading = f"{of.label}: what would happen" if of else "What would happen, value by value"
    return table.response("authority_exchange/preview_list.html", {"this": made.of, "heading": heading})


def _happens(row: Value) -> str:
    return f"{_WHAT[row.what]}: {words_of(row.code).why}" if row.code else _WHAT[row.what]


def _looked(request: PersonRequest, made: Preview, details: str) -> None:
    did = "preview of an import downloaded" if request.GET.get("format") else "preview of an import seen"
    record(did, by=request.user, target=f"import {made.of_id}, {made.of}", details=details, request=request)


def _numbers(made: Preview) -> dict[str, Any]:
    of_pupils, of_groups = made.counts.get("pupils", {}), made.counts.get("groups", {})
    behind = {"added": "import-preview-new", "changed": "import-preview-values", "in_conflict": "import-preview-values"}

    def address(what: str) -> str:
        return reverse(behind[what], args=[made.of_id]) if what in behind and of_pupils.get(what) else ""

    pupils = [
        Bar(label, of_pupils.get(what, 0), state, address(what))
        for what, (label, state) in _PUPIL_WORDS.items()
        if what in PUPILS
    ]
    groups = []
    with_values = {one.group for one in values(made)}
    for group in DATA_GROUPS:
        if numbers := of_groups.get(group.name):
            drawn = [Bar(words[0].lower(), numbers.get(what, 0), words[1]) for what, words in _GROUP_WORDS.items()]
            cells = [{"heading": _GROUP_WORDS[what][0], "number": numbers.get(what, 0)} for what in GROUPS]
            behind_it = group.number in with_values
            list_of = reverse("import-preview-group", args=[made.of_id, group.name]) if behind_it else ""
            groups.append({"label": group.label, "address": list_of, "cells": cells, "bar": parts(group.label, drawn)})
    return {
        "pupils": bars(f"{made.of.people.capitalize()} of the file", pupils),
        "groups": groups,
        "group_headings": [_GROUP_WORDS[what][0] for what in GROUPS],
    }


def _made(request: PersonRequest, pk: int) -> Preview:
    this = _find(request, pk)
    return get_object_or_404(Preview.objects.visible_to(request.user).select_related("of"), of=this)


def _find(request: PersonRequest, pk: int) -> Import:
    return get_object_or_404(Import.objects.visible_to(request.user).select_related("base", "job"), pk=pk)
