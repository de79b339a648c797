"""*It is for order …*, *It credits invoice …*: what a person says of a document that does not say it itself."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.school.purchasing.access import purchasing_view
from schoolgate.school.purchasing.documents import DocumentRefused
from schoolgate.school.purchasing.forms.assigning import AssignForm
from schoolgate.school.purchasing.invoicing.assigning import can_be_said, say
from schoolgate.school.purchasing.models import DocumentState
from schoolgate.school.purchasing.store import UNREADABLE
from schoolgate.school.purchasing.views.documents import document_address, find_document


@purchasing_view("enters_invoices")
def assign_document(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Choose the order or the invoice, and try the document again."""
    this = find_document(request, pk)
    form = AssignForm(request.POST if request.method == "POST" else None, document=this)
    if request.method == "POST" and form.is_valid():
        target = form.cleaned_data["target"]
        try:
            say(this, target, by=request.user, request=request)
        except DocumentRefused as refused:
            messages.error(request, str(refused))
        except UNREADABLE:
            messages.error(request, "Nothing was done: the document cannot be read from this site's files.")
        else:
            if this.state == DocumentState.IMPORTED:
                messages.success(request, f"It was booked for {target}.")
            else:
                messages.warning(request, f"It was tried for {target} and still waits. See below why.")
        return redirect(document_address(this))
    context = {"document": this, "form": form, "may": can_be_said(this)}
    return render(request, "school_purchasing/assign_document.html", context, status=422 if form.errors else 200)
