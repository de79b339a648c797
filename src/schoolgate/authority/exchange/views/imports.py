"""Import Job Progress: every import, how it stands, and what it made of its pupils (reference 9.3)."""

from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.import_steps import delete, retry
from schoolgate.authority.exchange.import_words import STATE_WORDS, number_of, progress_words, state_words
from schoolgate.authority.exchange.views.site import base_link
from schoolgate.authority.importing.models import Import, ImportState
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.web.tables import Column, NotYet, Table

LIVE_SECONDS = 5
"""As the page that the field knows refreshes itself (reference 9.3)."""
FAILED_AT_ONCE = 400

_NUMBERS = {
    "added": "Added",
    "changed": "Changed",
    "same": "Same",
    "unmatched": "Unmatched",
    "in_conflict": "In conflict",
    "left_out": "Left out",
}
_RUNS = (ImportState.PROCESSING, ImportState.QUEUED)
_OPEN = (ImportState.WAITING, ImportState.FAILED, *_RUNS)


@who("administrator", "officer")
def imports(request: PersonRequest) -> HttpResponseBase:
    listed = Import.objects.visible_to(request.user).listed()
    numbers = {state: listed.in_state(state).count() for state in _OPEN}
    failed = request.GET.get("stands") == ImportState.FAILED
    table = Table(
        [*([Column("pk", "Choose", kind="tick", sort="", value=lambda this: this)] if failed else []), *_columns()],
        listed.select_related("base", "job"),
        request,
        name="imports",
        noun=("import", "imports"),
        page_size=FAILED_AT_ONCE if failed else 50,
        empty=NotYet(
            "No jobs queued or running. Each file that arrives is imported here.",
            "See the schools that may send",
            reverse("bases"),
        ),
        live_seconds=LIVE_SECONDS if any(numbers[state] for state in _RUNS) else 0,
    )
    context = {
        "shortcuts": [(number, STATE_WORDS[state].lower(), state.value) for state, number in numbers.items()],
        "failed": failed,
        "tick_all": table.address(ticked="all", page=""),
        "tick_none": table.address(ticked="", page=""),
    }
    return table.response("authority_exchange/imports.html", context)


@who("administrator", "officer")
@require_POST
def chosen(request: PersonRequest) -> HttpResponseBase:
    """Start failed imports again, or delete them from the list after a question."""
    back = reverse("imports") + "?stands=failed"
    keys = [key for key in request.POST.getlist("chosen") if key.isascii() and key.isdigit() and len(key) < 19]
    found = Import.objects.visible_to(request.user).listed().in_state(ImportState.FAILED).filter(pk__in=keys)
    rows = list(found.select_related("base"))
    if not rows:
        messages.error(request, "Tick the failed imports first, then choose what is to happen with them.")
        return redirect(back)
    if request.POST.get("action") == "retry":
        number = sum(retry(this, by=request.user, request=request) for this in rows)
        messages.success(request, f"{number} import{'s are' if number != 1 else ' is'} queued again.")
        return redirect("imports")
    if "sure" in request.POST:
        number = delete([this.pk for this in rows], by=request.user, request=request)
        messages.success(request, f"{number} failed import{'s' if number != 1 else ''} deleted from the list.")
        return redirect("imports")
    return render(request, "authority_exchange/delete_imports.html", {"chosen": rows, "back": back})


def _columns() -> list[Column]:
    bases = [(str(base.pk), str(base)) for base in Base.objects.order_by("name", "la", "number")]
    return [
        Column("arrived_at", "Queued", kind="time", dates=True),
        Column("source_name", "File", kind="long", search=True, link=lambda this: reverse("import", args=[this.pk])),
        Column(
            "base",
            "School",
            choices=bases,
            sort="base__name",
            value=lambda this: this.base.name,
            link=lambda this: base_link(this.base),
        ),
        Column(
            "stands",
            "Status",
            kind="state",
            sort="",
            choices=[(state.value, words) for state, words in STATE_WORDS.items()],
            narrow=lambda rows, state: rows.in_state(ImportState(state)),
            value=state_words,
        ),
        Column("progress", "Progress", sort="", value=progress_words),
        *(Column(what, heading, kind="number", sort="", value=_number(what)) for what, heading in _NUMBERS.items()),
    ]


def _number(what: str) -> Any:
    return lambda this: number_of(this, what)
