"""The old product's tasks from a CSV file: choose it, see what each line would do, confirm."""

import base64
import binascii
from collections.abc import Sequence

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.authority.collection.sentence import when
from schoolgate.authority.collection.task_import import PlannedTask, carry_out, count, plan
from schoolgate.authority.collection.task_list_form import TaskListForm
from schoolgate.authority.collection.tasks_csv import (
    COLUMNS,
    DATA,
    OWNERS,
    RHYTHMS,
    TRANSFER_TYPES,
    TasksFile,
    read_tasks,
)
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.csv_lists import CsvRefused

LONGEST_FILE_NAME = 100
SHOWN = 500
"""So many lines stand in a preview: those first of which something is to be said."""


@who("administrator", "officer")
def import_tasks(request: PersonRequest) -> HttpResponseBase:
    """Take the file and show what would become of each line. Nothing is made yet."""
    form = TaskListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["file"]
        content = chosen.read()
        try:
            file = read_tasks(content)
        except CsvRefused as refused:
            form.add_error("file", str(refused))
        else:
            return _preview(request, file, content, chosen.name[-LONGEST_FILE_NAME:])
    context = {
        "form": form,
        "columns": [(column.name, column.required) for column in COLUMNS],
        "words": {
            "data": list(DATA),
            "when": RHYTHMS,
            "owners": list(OWNERS),
            "transfer_types": [name for name in TRANSFER_TYPES if "(" not in name],
        },
    }
    return render(request, "authority_collection/import_tasks.html", context, status=422 if form.errors else 200)


@who("administrator", "officer")
@require_POST
def confirm_import_tasks(request: PersonRequest) -> HttpResponseBase:
    """Do what the preview showed. The file comes back with the form and is worked out anew: nothing is kept between."""
    words = request.POST.get("name", "")[-LONGEST_FILE_NAME:] or "a CSV file"
    try:
        file = read_tasks(base64.b64decode(request.POST.get("content", ""), validate=True))
    except (binascii.Error, CsvRefused):
        messages.error(request, "The file did not come back whole. Choose it once more.")
        return redirect("import-tasks")
    _say(request, carry_out(file, words=words, by=request.user, request=request))
    return redirect("tasks")


def _preview(request: PersonRequest, file: TasksFile, content: bytes, name: str) -> HttpResponseBase:
    planned = plan(file)
    worst_first = sorted(planned, key=lambda one: (one.state != "wrong", not one.note, one.line.number_in_file))
    context = {
        "rows": [(one, _when(one)) for one in worst_first[:SHOWN]],
        "more": max(0, len(planned) - SHOWN),
        "counts": count(planned),
        "notes": file.notes,
        "name": name,
        "content": base64.b64encode(content).decode("ascii"),
        "cancel": reverse("import-tasks"),
    }
    return render(request, "authority_collection/import_tasks_preview.html", context)


def _when(planned: PlannedTask) -> str:
    rule = planned.line.rule
    return when(rule, in_term=planned.line.in_term) if rule is not None else ""


def _say(request: PersonRequest, planned: Sequence[PlannedTask]) -> None:
    counts = count(planned)
    known = f" {counts['known']:,} were here and are left as they were." if counts["known"] else ""
    if counts["new"]:
        tasks = "1 task was" if counts["new"] == 1 else f"{counts['new']:,} tasks were"
        off = counts["not_active"]
        told = f" {off:,} of them {'is' if off == 1 else 'are'} not active; each one’s page says why." if off else ""
        messages.success(request, f"{tasks} made.{told}{known}")
    else:
        messages.info(request, f"Nothing was changed.{known}")
    if counts["wrong"]:
        lines = ", ".join(str(one.line.number_in_file) for one in planned if one.state == "wrong")
        messages.warning(request, f"Not made, because something is wrong with them: line {lines[:300]}.")
