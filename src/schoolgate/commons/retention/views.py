"""*Retention*: what goes when, and why (SCREENS 5.3)."""

from django.contrib import messages
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.retention.clearing import look, next_run
from schoolgate.commons.retention.forms import DaysForm
from schoolgate.commons.retention.kinds import CLEARED, KEPT
from schoolgate.commons.web.tables import AllGood, Column, Table


@who("administrator")
def retention(request: PersonRequest) -> HttpResponseBase:
    """Each kind with its time, the next run, what would go and what is held back; and setting the times."""
    form = DaysForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save(by=request.user, request=request)
        messages.success(request, "Saved. Nothing goes before the next run.")
        return redirect("retention")
    context = {
        "form": form,
        "kinds": [look(kind) for kind in KEPT.values()],
        "cleared": CLEARED,
        "next_run": next_run(),
    }
    return render(request, "retention/retention.html", context)


@who("administrator")
def preview(request: PersonRequest, name: str) -> HttpResponseBase:
    """Every single thing that would go at the next run, and those that are held back."""
    if name not in KEPT:
        raise Http404
    due = look(KEPT[name])
    table = Table(
        [
            Column("name", "What", search=True, link=lambda item: item.address),
            Column("since", "Since", kind="time"),
            Column("size", "Size", kind="size"),
            Column("held_back", "Next run", value=lambda item: item.held_back or "goes"),
        ],
        [*due.going, *due.held_back],
        request,
        name="preview",
        noun=("thing", "things"),
        empty=AllGood("Nothing is due."),
    )
    return table.response("retention/preview.html", {"due": due, "next_run": next_run()})
