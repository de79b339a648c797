"""The journal page, and deleting lines from it (handbook 04, "Viewing Logs")."""

from collections.abc import Collection

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest, signed_in
from schoolgate.commons.journal.models import JournalLine, JournalQuerySet
from schoolgate.commons.journal.reading import why_kept_from
from schoolgate.commons.journal.writing import bring_back, hide
from schoolgate.commons.web.tables import Column, NotYet, Table

LIVE_SECONDS = 5
MOST_QUOTED = 5

COLUMNS = [
    Column("pk", "Choose", kind="tick", value=lambda line: line, sort=""),
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
    return lines_table(request, lines, empty="Nothing has happened yet.").response("journal/journal.html")


@signed_in
def deleted_lines(request: PersonRequest) -> HttpResponseBase:
    """The lines that somebody deleted, each of which can be brought back."""
    lines = JournalLine.objects.visible_to(request.user).hidden()
    return lines_table(request, lines, empty="No line was deleted.").response("journal/deleted_lines.html")


def lines_table(
    request: PersonRequest,
    lines: JournalQuerySet,
    *,
    empty: str,
    without: Collection[str] = (),
    refresh_words: str = "Refresh Logs",
) -> Table:
    """These lines as a page shows them, `without` the columns of those names; `empty` is said when there are none."""
    return Table(
        [column for column in COLUMNS if column.name not in without],
        lines,
        request,
        name="journal",
        noun=("line", "lines"),
        empty=NotYet(why_kept_from(request.user) or empty),
        live_by_choice=LIVE_SECONDS,
        refresh_words=refresh_words,
    )


@signed_in
@require_POST
def delete_lines(request: PersonRequest) -> HttpResponseBase:
    """Take the ticked lines out of sight, after a question; they stay on record, as do files and receipts."""
    lines = _chosen(request, JournalLine.objects.visible_to(request.user).shown())
    back = _back(request)
    if not lines:
        messages.error(request, "Tick the lines first that you want to delete.")
        return redirect(back)
    if "confirmed" in request.POST:
        hide(lines, by=request.user, request=request)
        messages.success(request, f"{_many(lines)} deleted.")
        return redirect(back)
    context = {"lines": lines, "quoted": lines[:MOST_QUOTED], "more": max(0, len(lines) - MOST_QUOTED), "back": back}
    return render(request, "journal/delete.html", context)


@signed_in
@require_POST
def bring_back_lines(request: PersonRequest) -> HttpResponseBase:
    """Show the ticked lines in the journal again."""
    lines = _chosen(request, JournalLine.objects.visible_to(request.user).hidden())
    if not lines:
        messages.error(request, "Tick the lines first that you want to bring back.")
        return redirect("deleted-journal-lines")
    bring_back(lines, by=request.user, request=request)
    messages.success(request, f"{_many(lines)} brought back.")
    return redirect("journal")


def _chosen(request: PersonRequest, lines: JournalQuerySet) -> list[JournalLine]:
    keys = [int(key) for key in request.POST.getlist("chosen") if key.isascii() and key.isdigit() and len(key) < 19]
    return list(lines.filter(pk__in=keys))


def _back(request: PersonRequest) -> str:
    """The page of lines as it was filtered; no address of another site."""
    back = request.POST.get("back", "")
    ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if ours else reverse("journal")


def _many(lines: list[JournalLine]) -> str:
    return "The line was" if len(lines) == 1 else f"{len(lines)} lines were"
