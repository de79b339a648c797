"""Undoing an import: what it would put back, and what it cannot."""

from typing import Any

from django.contrib import messages
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from schoolgate.authority.importing.forms import UndoForm
from schoolgate.authority.importing.models import Import
from schoolgate.authority.importing.undo_job import undo_import
from schoolgate.authority.importing.undoing import Left
from schoolgate.authority.importing.undoing_imports import can_be_undone, left_by, written_to
from schoolgate.authority.records.groups.data_group import DataGroup
from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.showing import label_of
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record
from schoolgate.commons.web.tables import AllGood, Column, Table


@who("administrator", "officer")
def undo(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Say why an import is undone, and undo it."""
    this = _find(request, pk)
    form = UndoForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if undo_import(this, form.cleaned_data["reason"], by=request.user, request=request):
            messages.success(request, "It is being undone. This page says how far it is.")
        else:
            messages.error(request, "It cannot be undone: somebody has done so already, or it has not ended.")
        return redirect("import", pk)
    if not can_be_undone(this):
        raise Http404
    left = list(left_by(this))
    context = {
        "form": form,
        "this": this,
        "pupils": len(written_to(this)),
        "left": len(left),
        "left_pupils": len({one.pupil for one in left}),
    }
    return render(request, "authority_importing/undo.html", context, status=422 if form.errors else 200)


@who("administrator", "officer")
def left_behind(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The pupils of whom an import cannot be undone whole, or was not, with the values that stay and why."""
    this = _find(request, pk)
    left: dict[int, list[Left]] = {}
    for one in left_by(this):
        left.setdefault(one.pupil, []).append(one)
    did = "pupils of an undo downloaded" if request.GET.get("format") else "pupils of an undo seen"
    record(did, by=request.user, target=f"import {this.pk}, {this.source_name}", request=request)
    table = Table(
        [
            Column("surname", "Surname", search=True, link=lambda one: reverse("pupil", args=[one.pk])),
            Column("forename", "Forename", search=True),
            Column("born", "Date of birth", kind="date"),
            Column("values", "What stays", kind="long", sort="", value=lambda one: _values(left[one.pk])),
            Column("because", "Since", kind="long", sort="", value=lambda one: _because(left[one.pk])),
        ],
        Pupil.people.visible_to(request.user).filter(pk__in=list(left)),
        request,
        name="left-by-undo",
        noun=("pupil", "pupils"),
        empty=AllGood("Everything that this import wrote can be put back, or was."),
    )
    return table.response("authority_importing/left_behind.html", {"this": this})


def _values(left: list[Left]) -> str:
    items: dict[DataGroup, list[str]] = {}
    for one in left:
        items.setdefault(one.group, []).append(label_of(one.group, one.item))
    return "; ".join(f"{group.label}: {', '.join(dict.fromkeys(labels))}" for group, labels in items.items())


def _because(left: list[Left]) -> str:
    changes = dict.fromkeys(one.because for one in left)
    not_alone = "this import brought the pupil, and others speak of it"
    return "; ".join(f"{change.source_name}, {change.at:%d/%m/%Y}" if change else not_alone for change in changes)


def _find(request: PersonRequest, pk: int) -> Any:
    return get_object_or_404(Import.objects.visible_to(request.user).select_related("base", "job"), pk=pk)
