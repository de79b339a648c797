"""Parts of the set-up from a CSV file: choose it, see what each line would do, confirm."""

import base64
import binascii

from django.contrib import messages
from django.http.response import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.csv_lists import CsvRefused
from schoolgate.school.purchasing.access import purchasing_view
from schoolgate.school.purchasing.changing import SetUpRefused
from schoolgate.school.purchasing.forms.set_up import ListForm
from schoolgate.school.purchasing.set_up_csv import LISTS, ListKind, ListResult, take
from schoolgate.school.purchasing.years import looked_at

LONGEST_FILE_NAME = 100

EXAMPLES = {
    "codes": (
        "kind,code,name",
        "fund,01,Delegated budget",
        "ledger code,E19,Learning resources",
        "cost centre,ENG,English",
    ),
    "links": ("fund,ledger code,cost centre,budget", "01,E19,ENG,1200.00", "01,E22,OFF,"),
    "vat-codes": ("code,name,rate,sent as,standard", "S,Standard rate,20,S,yes", "Z,Zero-rated,0,Z,yes"),
}
"""The first lines of each list, as its page shows them."""


@purchasing_view("sets_up")
def choose(request: PersonRequest, rows: str) -> HttpResponseBase:
    """Take the file and show what would become of each line. Nothing is changed yet."""
    kind = _kind(rows)
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["file"]
        content = chosen.read()
        try:
            result = take(rows, content, year=looked_at(request), by=request.user, request=request, only_look=True)
        except (CsvRefused, SetUpRefused) as refused:
            form.add_error("file", str(refused))
        else:
            return _preview(request, rows, result, content, chosen.name[-LONGEST_FILE_NAME:])
    context = {
        "form": form,
        "kind": kind,
        "example": EXAMPLES[rows],
        "year": looked_at(request) if kind.of_a_year else None,
        "cancel": _list_address(rows),
    }
    return render(request, "school_purchasing/import_set_up.html", context, status=422 if form.errors else 200)


@purchasing_view("sets_up")
@require_POST
def confirm(request: PersonRequest, rows: str) -> HttpResponseBase:
    """Do what the preview showed, for lines that are right and in the year that it showed.

    The file comes back with the form: none is kept between.
    """
    year = looked_at(request) if _kind(rows).of_a_year else None
    if year is not None and request.POST.get("year") != str(year.pk):
        messages.error(request, f"What you saw was for another financial year than {year}. Choose the file once more.")
        return redirect("import-set-up", rows)
    try:
        content = base64.b64decode(request.POST.get("content", ""), validate=True)
        result = take(rows, content, year=year, by=request.user, request=request)
    except (binascii.Error, CsvRefused):
        messages.error(request, "The file did not come back whole. Choose it once more.")
        return redirect("import-set-up", rows)
    except SetUpRefused as refused:
        messages.error(request, str(refused))
        return redirect("import-set-up", rows)
    done = f"{result.count('new'):,} added, {result.count('changed'):,} changed, {result.count('known'):,} as they were"
    wrong = result.count("wrong")
    if wrong:
        messages.warning(request, f"{done}, {wrong:,} not taken: correct these lines and choose the file again.")
    else:
        messages.success(request, f"{done}.")
    return redirect(_list_address(rows))


def _preview(request: PersonRequest, rows: str, result: ListResult, content: bytes, name: str) -> HttpResponseBase:
    context = {
        "rows": rows,
        "year": looked_at(request) if LISTS[rows].of_a_year else None,
        "lines": sorted(result.lines, key=lambda line: (line.state != "wrong", line.state == "known", line.number)),
        "new": result.count("new"),
        "changed": result.count("changed"),
        "known": result.count("known"),
        "wrong": result.count("wrong"),
        "to_do": result.count("new") + result.count("changed"),
        "notes": result.notes,
        "name": name or "the list",
        "content": base64.b64encode(content).decode("ascii"),
        "cancel": reverse("import-set-up", args=[rows]),
    }
    return render(request, "school_purchasing/import_set_up_preview.html", context)


def _kind(rows: str) -> ListKind:
    if rows not in LISTS:
        raise Http404("There is no such list.")
    return LISTS[rows]


def _list_address(rows: str) -> str:
    """Where what came in can be seen."""
    return reverse({"codes": "ledger-set-up", "links": "coding-links", "vat-codes": "vat-codes"}[rows])
