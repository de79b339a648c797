"""Loading existing records: a file is tried without saving, looked at, and loaded."""

from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.views.decorators.http import require_POST

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.first_load.steps import KEPT_FOR, discard, give, load_now, try_again
from schoolgate.authority.importing.first_load.trying import WHAT, Told
from schoolgate.authority.importing.forms import FirstLoadForm
from schoolgate.authority.importing.models import FirstLoad, FirstLoadState
from schoolgate.authority.records.groups.registry import PUPIL_GROUPS
from schoolgate.authority.records.models import Pupil
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record
from schoolgate.commons.filestore import NoSpace
from schoolgate.commons.jobs.showing import progress_bar
from schoolgate.commons.web.charts import Bar, bars
from schoolgate.commons.web.downloads import csv_download
from schoolgate.commons.web.tables import AllGood, Column, NotYet, Table

LIVE_SECONDS = 3

_WORDS = {
    "new": ("New", "new"),
    "filled": ("Here already, and filled up", "processing"),
    "here": ("Here already, nothing to add", ""),
    "again": ("The same row a second time", ""),
    "twice": ("Twice, with differences", "warning"),
    "unclear": ("Not clear who it is", "warning"),
    "no-base": ("Of a school that is no base here", "warning"),
    "refused": ("Not right", "failed"),
}
"""What becomes of a row, and the state whose colour its bar has."""

_OF_A_SCHOOL = ("new", "filled", "here", "again", "twice", "unclear")

_GROUP_WORDS = {
    "added": "Written",
    "changed": "Changed",
    "same": "Same",
    "left_out": "Values left out",
    "left_alone": "Left as told here",
}


@who("administrator")
def first_load(request: PersonRequest) -> HttpResponseBase:
    """Choose a file to be tried, and all that were."""
    form = FirstLoadForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["file"]
        try:
            first = give(chosen.chunks(), chosen.name, by=request.user, request=request)
        except NoSpace as full:
            form.add_error("file", str(full))
        else:
            return redirect("first-load-file", first.pk)
    table = Table(
        [
            Column("at", "Given", kind="time", dates=True),
            Column("name", "File", kind="long", search=True, link=_address),
            Column("state", "State", kind="state", sort="", value=lambda first: str(first.state).capitalize()),
            Column("rows", "Pupils", kind="number", sort="", value=lambda first: first.outcome.get("rows")),
            Column("new", "New", kind="number", sort="", value=_loaded_or_new),
            Column("by", "By", sort="by__last_name", value=lambda first: first.by or "the command line"),
        ],
        FirstLoad.objects.visible_to(request.user).select_related("by", "job"),
        request,
        name="first-loads",
        noun=("file", "files"),
        empty=NotYet("No existing records have been loaded. Choose a file above; nothing is saved until you say so."),
    )
    answer = table.response("authority_importing/first_load.html", {"form": form})
    answer.status_code = 422 if form.errors else 200
    return answer


@who("administrator")
def first_load_file(request: PersonRequest, pk: int) -> HttpResponseBase:
    """What loading one file would do, or did."""
    first = _find(request, pk)
    state = first.state
    works = state in {FirstLoadState.TRYING, FirstLoadState.LOADING}
    outcome = first.outcome
    examples = _examples(request, first)
    if examples:
        record("existing records seen", by=request.user, target=first.name, request=request)
    context = {
        "first": first,
        "state": str(state).capitalize(),
        "step": state.name.lower(),
        "works": works,
        "live_seconds": LIVE_SECONDS if works else 0,
        "bar": progress_bar(first.job) if first.job and works else "",
        "pupils": _bars(first),
        "of_rows": outcome.get("rows", 0),
        "told": len(first.told),
        "refused": outcome.get("pupils", {}).get("refused", 0),
        "bases": _bases(first),
        "base_headings": [_WORDS[what][0] for what in _OF_A_SCHOOL],
        "groups": [
            (group.label, [(words, numbers.get(what, 0)) for what, words in _GROUP_WORDS.items()])
            for group in PUPIL_GROUPS
            if (numbers := outcome.get("groups", {}).get(group.name))
        ],
        "group_headings": list(_GROUP_WORDS.values()),
        "examples": examples,
        "loaded": outcome.get("loaded", {}).get("pupils", {}),
        "days_kept": KEPT_FOR.days,
    }
    return render(request, "authority_importing/first_load_file.html", context)


@who("administrator")
def first_load_rows(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The rows of which something is to be said, all of them in a file too."""
    first = _find(request, pk)
    table = Table(
        [
            Column("line", "Line", kind="number"),
            Column("school", "School", search=True, value=lambda told: told.school and f"{told.la}/{told.school}"),
            Column(
                "what",
                "What",
                choices=[(what, _WORDS[what][0]) for what in WHAT if what != "new"],
                value=lambda told: _WORDS[told.what][0],
            ),
            Column("column", "Column", search=True),
            Column("why", "Why", kind="long", search=True),
        ],
        [Told(*told) for told in first.told],
        request,
        name="rows",
        noun=("row", "rows"),
        empty=AllGood("Every row of the file is a new pupil, and nothing is wrong with any."),
    )
    return table.response("authority_importing/first_load_rows.html", {"first": first})


@who("administrator")
def schools_without_base(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The file's schools that are no base here, as a list for *Add many bases*; their names are to be written in."""
    first = _find(request, pk)
    rows = [["", la, school, count] for la, school, count in first.outcome.get("without_base", [])]
    return csv_download("schools-without-base", ["name", "LA no.", "school no.", "pupils"], rows)


@who("administrator")
@require_POST
def load_first(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Load now what the person has looked at."""
    tried_at = parse_datetime(request.POST.get("tried_at", ""))
    if load_now(_find(request, pk), tried_at, by=request.user, request=request):
        messages.success(request, "The records are being loaded. You can leave this page.")
    else:
        messages.error(request, "This is not what you looked at any more: look at it once more, then load it.")
    return redirect("first-load-file", pk)


@who("administrator")
@require_POST
def try_first_again(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Try the file once more, against what is here now."""
    if not try_again(_find(request, pk), by=request.user, request=request):
        messages.error(request, "It is at work, or has ended: there is nothing to try.")
    return redirect("first-load-file", pk)


@who("administrator")
@require_POST
def discard_first(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Stop, and remove the file."""
    if discard(_find(request, pk), by=request.user, request=request):
        messages.success(request, "The file is discarded. What had been loaded of it stays.")
    else:
        messages.error(request, "It has ended already: there is nothing to discard.")
    return redirect("first-load")


def _find(request: PersonRequest, pk: int) -> FirstLoad:
    return get_object_or_404(FirstLoad.objects.visible_to(request.user).select_related("by", "job"), pk=pk)


def _address(first: FirstLoad) -> str:
    return reverse("first-load-file", args=[first.pk])


def _loaded_or_new(first: FirstLoad) -> int | None:
    added: int | None = first.outcome.get("loaded", first.outcome).get("pupils", {}).get("added")
    new: int | None = first.outcome.get("pupils", {}).get("new")
    return new if added is None else added


def _bars(first: FirstLoad) -> Any:
    pupils = first.outcome.get("pupils", {})
    address = reverse("first-load-rows", args=[first.pk])
    return bars(
        "Rows of the file",
        [
            Bar(
                label,
                pupils.get(what, 0),
                state,
                f"{address}?what={what}" if what != "new" and pupils.get(what) else "",
            )
            for what, (label, state) in _WORDS.items()
        ],
    )


def _bases(first: FirstLoad) -> list[tuple[Base, int | None, list[tuple[str, int]]]]:
    """What becomes of each school's rows, with the import that loaded them; rows that are not right are nobody's."""
    told = first.outcome.get("bases", [])
    bases = Base.objects.in_bulk([one["base"] for one in told])
    imports = dict(first.imports.filter(completed_at__isnull=False).values_list("base_id", "pk"))
    return [
        (bases[base], imports.get(base), [(_WORDS[what][0], one.get(what, 0)) for what in _OF_A_SCHOOL])
        for one in told
        if (base := one["base"]) in bases
    ]


def _examples(request: PersonRequest, first: FirstLoad) -> list[dict[str, Any]]:
    """The examples, without pupils whom this person may not know of."""
    examples = first.outcome.get("examples", [])
    held = [one["pupil"] for one in examples if one["pupil"]]
    seen = set(Pupil.objects.visible_to(request.user).filter(pk__in=held).values_list("pk", flat=True))
    return [
        {**one, "words": _WORDS[one["what"]][0], "born": parse_date(one["born"])}
        for one in examples
        if one["pupil"] is None or one["pupil"] in seen
    ]
