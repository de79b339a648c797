"""Put a document in: ready XML, from a file or pasted."""

from collections.abc import Sequence

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.documents.problems import Problem
from schoolgate.supplier.forms.put_in import PutInForm
from schoolgate.supplier.forms.schools import asked_school
from schoolgate.supplier.models import Buyer
from schoolgate.supplier.queue.putting import NotQueued, put_document


@who("administrator", "staff")
def put_in(request: PersonRequest) -> HttpResponseBase:
    """Queue it, or say what is wrong with it, where and what to do; what was typed stays."""
    if request.method != "POST":
        asked = {"buyer": asked_school(request.user, request.GET.get("buyer", ""))}
        return _page(request, PutInForm(user=request.user, initial=asked))
    form = PutInForm(request.POST, request.FILES, user=request.user)
    if not form.is_valid():
        return _page(request, form)
    typed = form.cleaned_data
    buyer: Buyer = typed["buyer"]
    try:
        document, new = put_document(
            buyer, typed["kind"], typed["xml"], doc_id=typed["doc_id"], by=request.user, request=request
        )
    except NotQueued as refused:
        of_id = [problem for problem in refused.problems if problem.code.startswith("doc-id")]
        for problem in of_id:
            form.add_error("doc_id", f"{problem.message} {problem.remedy}".strip())
        return _page(request, form, [problem for problem in refused.problems if problem not in of_id])
    if new:
        messages.success(request, f"{document.doc_id} waits for {buyer.name}.")
    else:
        messages.info(request, f"This very document is in the queue already, as {document.doc_id}.")
    return redirect("document", document.pk)


def _page(request: PersonRequest, form: PutInForm, problems: Sequence[Problem] = ()) -> HttpResponseBase:
    wrong = bool(form.errors or problems)
    context = {"form": form, "problems": problems}
    return render(request, "supplier/put_document.html", context, status=422 if wrong else 200)
