"""Many bases from a CSV file: choose it, see what each line would do, confirm."""

import base64
import binascii

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.authority.bases.batch import Made, carry_out, count, plan
from schoolgate.authority.bases.forms import ImportForm
from schoolgate.authority.bases.schools_csv import SchoolsFile, read_schools
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.csv_lists import CsvRefused

LONGEST_FILE_NAME = 100


@who("administrator", "officer")
def import_bases(request: PersonRequest) -> HttpResponseBase:
    """Take the file and show what would become of each line. Nothing is made yet."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["file"]
        content = chosen.read()
        try:
            file = read_schools(content)
        except CsvRefused as refused:
            form.add_error("file", str(refused))
        else:
            return _preview(request, file, content, chosen.name[-LONGEST_FILE_NAME:])
    status = 422 if form.errors else 200
    return render(request, "authority_bases/import.html", {"form": form}, status=status)


@who("administrator", "officer")
@require_POST
def confirm_import(request: PersonRequest) -> HttpResponseBase:
    """Do what the preview showed. The file comes back with the form and is worked out anew: nothing is kept between."""
    words = request.POST.get("name", "")[-LONGEST_FILE_NAME:] or "a CSV file"
    try:
        file = read_schools(base64.b64decode(request.POST.get("content", ""), validate=True))
    except (binascii.Error, CsvRefused):
        messages.error(request, "The file did not come back whole. Choose it once more.")
        return redirect("import-bases")
    made = carry_out(file, words=words, by=request.user, request=request)
    _say(request, made)
    return redirect("code-batch", made.codes.pk) if made.codes else redirect("bases")


def _preview(request: PersonRequest, file: SchoolsFile, content: bytes, name: str) -> HttpResponseBase:
    planned = plan(file)
    counts = count(planned)
    context = {
        "planned": sorted(planned, key=lambda one: (one.state != "wrong", one.line.number_in_file)),
        "counts": counts,
        "notes": file.notes,
        "name": name,
        "content": base64.b64encode(content).decode("ascii"),
        "cancel": reverse("import-bases"),
    }
    return render(request, "authority_bases/import_preview.html", context)


def _say(request: PersonRequest, made: Made) -> None:
    counts = count(made.planned)
    known = f" {counts['known']} were known and are left as they were." if counts["known"] else ""
    if made.bases:
        schools = "1 base was" if len(made.bases) == 1 else f"{len(made.bases)} bases were"
        messages.success(request, f"{schools} made.{known}")
    else:
        messages.info(request, f"Nothing was changed.{known}")
    if counts["wrong"]:
        lines = ", ".join(str(one.line.number_in_file) for one in made.planned if one.state == "wrong")
        messages.warning(request, f"Not made, because something is wrong with them: line {lines[:300]}.")
