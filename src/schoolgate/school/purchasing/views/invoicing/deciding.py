"""What is decided of an invoice or credit note: each after a question that says what follows (SCREENS 5.2)."""

from collections.abc import Callable

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.school.purchasing.access import purchasing_view, rights_of
from schoolgate.school.purchasing.budget import rooms_of_invoice
from schoolgate.school.purchasing.forms.orders import ReasonForm
from schoolgate.school.purchasing.invoicing.accepting import accept
from schoolgate.school.purchasing.invoicing.paying import (
    STOPS_ANYBODY,
    NotAuthorised,
    authorise,
    discard,
    hindrances_of,
    over_budget,
    take_back,
    who_can,
)
from schoolgate.school.purchasing.invoicing.standing import InvoiceRefused
from schoolgate.school.purchasing.models import Difference, Invoice
from schoolgate.school.purchasing.models.invoice import STEPS
from schoolgate.school.purchasing.views.invoicing.one import find_invoice, invoice_address
from schoolgate.school.purchasing.views.orders import seen_version


@purchasing_view("pays")
def authorise_invoice(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Ask first, with all that the person must know; then authorise it for payment."""
    invoice = find_invoice(request, pk)
    over = over_budget(invoice)
    asks_reason = bool(over) and rights_of(request.user).over_budget
    data = request.POST if request.method == "POST" else None
    form = ReasonForm(data, label="Why may it go over budget?", required=asks_reason)
    if data is not None and form.is_valid():
        try:
            authorise(
                invoice,
                by=request.user,
                seen_version=seen_version(request),
                reason=form.cleaned_data["reason"],
                request=request,
            )
        except NotAuthorised as refused:
            messages.error(request, str(refused))
            return redirect(invoice_address(invoice))
        except InvoiceRefused as refused:
            messages.error(request, str(refused))
            return redirect("authorise-invoice", invoice.pk)
        messages.success(request, f"{invoice.title} is authorised. It goes into the next export.")
        return redirect(invoice_address(invoice))
    hindrances = hindrances_of(invoice, request.user)
    is_personal = any(hindrance.code not in STOPS_ANYBODY for hindrance in hindrances)
    context = {
        "invoice": invoice,
        "form": form,
        "asks_reason": asks_reason,
        "rooms": rooms_of_invoice(invoice),
        "hindrances": hindrances,
        "accepted": invoice.differences.exclude(accepted_at=None).select_related("accepted_by"),
        "able": [one for one in who_can([invoice])[invoice.pk] if one != request.user] if is_personal else [],
        "lines": invoice.lines.count(),
    }
    return render(request, "school_purchasing/authorise_invoice.html", context, status=422 if form.errors else 200)


@purchasing_view("pays")
def take_back_invoice(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Undo an authorisation that is in no export yet, after a question."""
    return _ask(
        request,
        find_invoice(request, pk),
        "take back",
        heading="Take the authorisation back?",
        text="It is not exported, and waits to be authorised again.",
        submit="Take it back",
        do=lambda invoice, seen, _: take_back(invoice, by=request.user, seen_version=seen, request=request),
        done="It is unauthorised again.",
    )


@purchasing_view("clears")
def discard_invoice(request: PersonRequest, pk: int) -> HttpResponseBase:
    """It is wrong, or here twice: asked first, with a reason."""
    invoice = find_invoice(request, pk)
    text = "It counts no more: what it took of its order and of budgets is as it was before. It stays in the list."
    if invoice.document_id is not None:
        text += " Its document stays imported: if the supplier sends it again, or it is typed, it is a new one."
    return _ask(
        request,
        invoice,
        "discard",
        heading=f"Discard this {invoice.get_kind_display().lower()}?",
        text=f"{text} The supplier is told nothing.",
        submit="Discard it",
        do=lambda invoice, seen, reason: discard(
            invoice, by=request.user, seen_version=seen, reason=reason, request=request
        ),
        done="It is discarded.",
        reason="Why: is it wrong, or here twice?",
    )


@purchasing_view("clears")
def accept_difference(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Say why a difference is right all the same."""
    found: Difference = get_object_or_404(
        Difference.objects.visible_to(request.user).select_related("invoice__supplier", "line"), pk=pk
    )
    data = request.POST if request.method == "POST" else None
    form = ReasonForm(data, label="Why is it right all the same?")
    if data is not None and form.is_valid():
        try:
            accept(found, by=request.user, reason=form.cleaned_data["reason"], request=request)
        except InvoiceRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, "Accepted.")
        return redirect(invoice_address(found.invoice))
    context = {"difference": found, "invoice": found.invoice, "form": form}
    return render(request, "school_purchasing/accept_difference.html", context, status=422 if form.errors else 200)


def _ask(
    request: PersonRequest,
    invoice: Invoice,
    step: str,
    *,
    heading: str,
    text: str,
    submit: str,
    do: Callable[[Invoice, int, str], None],
    done: str,
    reason: str = "",
) -> HttpResponseBase:
    """The question before a step of an invoice, and the step."""
    if invoice.state not in STEPS[step][0]:
        messages.error(request, f"It is “{invoice.get_state_display().lower()}”: see below.")
        return redirect(invoice_address(invoice))
    data = request.POST if request.method == "POST" else None
    form = ReasonForm(data, label=reason) if reason else None
    if data is not None and (form is None or form.is_valid()):
        try:
            do(invoice, seen_version(request), form.cleaned_data["reason"] if form else "")
        except InvoiceRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, done)
        return redirect(invoice_address(invoice))
    context = {"invoice": invoice, "heading": heading, "text": text, "submit": submit, "form": form}
    status = 422 if form is not None and form.errors else 200
    return render(request, "school_purchasing/ask_invoice.html", context, status=status)
