"""Check a document: the verdict, the checksum step by step, what is wrong and what to do. Nothing of it is kept."""

from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import render

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.documents.ebis.checking import Checked, check_document
from schoolgate.supplier.forms.trying import CheckForm
from schoolgate.supplier.models import Buyer

KINDS = {
    "order": "An order or basket",
    "quote": "A quote",
    "invoice": "An invoice",
    "creditnote": "A credit note",
    "fetch-index": "A list of documents (fetch index)",
    "": "None of the documents known here",
}


@who("administrator", "staff")
def check(request: PersonRequest) -> HttpResponseBase:
    form = CheckForm(request.POST or None, request.FILES or None, user=request.user)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        buyer: Buyer | None = form.cleaned_data["buyer"]
        checked = check_document(
            form.cleaned_data["data"],
            supplier_duns=buyer.supplier.duns if buyer else "",
            buyer_duns=buyer.duns if buyer else "",
        )
        context |= _told(checked, by_duns=buyer is not None)
    return render(request, "supplier/check_document.html", context, status=422 if form.errors else 200)


def _told(checked: Checked, *, by_duns: bool) -> dict[str, Any]:
    """What the page says. A document for a school that names other numbers would not be taken (reference 9.1)."""
    refusals = [*checked.refusals(), *(checked.duns if by_duns else [])]
    return {
        "checked": checked,
        "kind": KINDS[checked.kind],
        "refusals": refusals,
        "notes": [note for note in checked.notes() if note not in refusals],
    }
