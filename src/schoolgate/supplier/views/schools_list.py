"""Many schools from a CSV file: choose it, see what each line would do, confirm; then the passwords, once."""

import base64
import binascii
import csv
import io

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.csv_lists import CsvRefused
from schoolgate.supplier.buyers.schools_csv import Added, ListRefused, Plan, add_listed, in_numbers, plan_list
from schoolgate.supplier.forms.buyers import BuyersListForm
from schoolgate.supplier.models import Supplier

LONGEST_FILE_NAME = 100


@who("administrator", "staff")
def import_buyers(request: PersonRequest) -> HttpResponseBase:
    """Take the file and show what would become of each line. Nothing is made yet."""
    form = BuyersListForm(request.POST or None, request.FILES or None, user=request.user)
    if not form.has_supplier:
        return render(request, "supplier/no_supplier.html", {"heading": "Add many schools"})
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["file"]
        content = chosen.read()
        try:
            plan = plan_list(form.supplier, content)
        except CsvRefused as refused:
            form.add_error("file", str(refused))
        else:
            return _preview(request, form.supplier, plan, content, chosen.name[-LONGEST_FILE_NAME:])
    return render(request, "supplier/import_buyers.html", {"form": form}, status=422 if form.errors else 200)


@who("administrator", "staff")
@require_POST
def confirm_import(request: PersonRequest) -> HttpResponseBase:
    """Do what the preview showed. The file comes back with the form and is worked out anew: nothing is kept between."""
    number = request.POST.get("supplier", "")
    supplier = get_object_or_404(Supplier.objects.visible_to(request.user), pk=number if number.isdecimal() else 0)
    try:
        content = base64.b64decode(request.POST.get("content", ""), validate=True)
        added = add_listed(supplier, content, by=request.user, request=request)
    except (binascii.Error, CsvRefused):
        messages.error(request, "The file did not come back whole. Choose it once more.")
        return redirect("import-buyers")
    except ListRefused as refused:
        # Somebody has added a school of the list meanwhile, or taken a user name.
        messages.error(request, str(refused))
        return _preview(request, supplier, refused.plan, content, request.POST.get("name", "")[-LONGEST_FILE_NAME:])
    if not added:
        messages.info(request, "Every school of this file is here. Nothing was changed.")
        return redirect("buyers")
    answer = render(request, "supplier/passwords_once.html", {"added": added, "csv": _as_csv(added)})
    answer["Cache-Control"] = "no-store"
    return answer


def _preview(request: PersonRequest, supplier: Supplier, plan: Plan, content: bytes, name: str) -> HttpResponseBase:
    context = {
        "supplier": supplier,
        "lines": sorted(plan.lines, key=lambda line: (line.state != "wrong", line.number)),
        "counts": in_numbers(plan.lines),
        "notes": plan.notes,
        "name": name or "the list",
        "content": base64.b64encode(content).decode("ascii"),
        "cancel": reverse("import-buyers"),
    }
    return render(request, "supplier/import_preview.html", context)


def _as_csv(added: list[Added]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["name", "user", "password"])
    writer.writerows([one.buyer.name, one.buyer.account.username, one.password] for one in added)
    return text.getvalue()
