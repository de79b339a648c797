"""The journal page, and hiding lines from it."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from schoolgate.commons.accounts.access import PersonRequest, signed_in
from schoolgate.commons.journal.models import JournalLine, JournalQuerySet
from schoolgate.commons.journal.writing import bring_back, hide
from schoolgate.commons.web.tables import Column, NotYet, Table

COLUMNS = [
    Column("at", "Date", kind="time", dates=True),
    Column("level", "Level", kind="state", choices=JournalLine.Level.choices),
    Column("la", "LA No.", kind="code", exact=True),
    Column("destination_la", "Dest. LA No.", kind="code", exact=True),
    Column("school", "School No.", kind="code", exact=True),
    Column("message", "Message", search=True, link=lambda line: line.link),
    Column("details", "Details", kind="details", sort=""),
]


@signed_in
def journal(request: PersonRequest) -> HttpResponseBase:
    """What the system did, the newest on top."""
    lines = JournalLine.objects.visible_to(request.user).shown()
    table = _table(request, lines, step="Hide", to="hide-journal-line", empty="Nothing has happened yet.")
    return table.response("journal/journal.html")


@signed_in
def hidden_lines(request: PersonRequest) -> HttpResponseBase:
    """The lines that somebody hid, each of which can be brought back."""
    lines = JournalLine.objects.visible_to(request.user).hidden()
    table = _table(request, lines, step="Bring back", to="bring-back-journal-line", empty="No line is hidden.")
    return table.response("journal/hidden_lines.html")


def _table(request: PersonRequest, lines: JournalQuerySet, *, step: str, to: str, empty: str) -> Table:
    act = Column("step", "", value=lambda _: step, sort="", link=lambda line: reverse(to, args=[line.pk]))
    return Table([*COLUMNS, act], lines, request, name="journal", noun=("line", "lines"), empty=NotYet(empty))


@signed_in
def hide_line(request: PersonRequest, line_id: int) -> HttpResponseBase:
    line = get_object_or_404(JournalLine.objects.visible_to(request.user).shown(), pk=line_id)
    if request.method == "POST":
        hide(line, by=request.user, request=request)
        messages.success(request, "The line is hidden.")
        return redirect("journal")
    context = {
        "heading": "Hide this line?",
        "text": f"“{line.message}” It can be brought back under Hidden lines.",
        "submit": "Hide the line",
        "cancel": reverse("journal"),
    }
    return render(request, "web/confirm.html", context)


@signed_in
def bring_back_line(request: PersonRequest, line_id: int) -> HttpResponseBase:
    line = get_object_or_404(JournalLine.objects.visible_to(request.user).hidden(), pk=line_id)
    if request.method == "POST":
        bring_back(line, by=request.user, request=request)
        messages.success(request, "The line is back in the journal.")
        return redirect("journal")
    context = {
        "heading": "Bring this line back?",
        "text": f"“{line.message}”",
        "submit": "Bring the line back",
        "cancel": reverse("hidden-journal-lines"),
    }
    return render(request, "web/confirm.html", context)
