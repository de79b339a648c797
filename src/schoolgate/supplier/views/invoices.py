"""Make an invoice from an order, and a credit note from an invoice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.documents.ebis.json_values import JsonRefused
from schoolgate.documents.ebis.money import number_text
from schoolgate.documents.problems import DocumentError, Problem
from schoolgate.supplier.forms.invoice import MOST_LINES, ChargeForm, ChargeForms, InvoiceForm
from schoolgate.supplier.forms.lines import errors_of, take_refusals, vat_of, without_empty
from schoolgate.supplier.invoicing import Billable, billable_of_invoice, billable_of_order, seen_as
from schoolgate.supplier.models import Buyer, Document, DocumentContent, Kind, Order
from schoolgate.supplier.queue.composing import Composed, compose_invoice, queue_composed
from schoolgate.supplier.queue.putting import NotQueued


class InvoicedMeanwhile(Exception):
    """Another quantity is left by now than the person saw."""


@dataclass(frozen=True)
class Source:
    """What an invoice or credit note is made from. `value` is what its JSON has of it, `back` leads there.

    `lines_now` looks again what is left of each line.
    """

    kind: Kind
    heading: str
    of: str
    back: str
    buyer: Buyer
    made_from: Order | None
    value: dict[str, Any]
    lines_now: Callable[[], list[Billable]]

    @cached_property
    def lines(self) -> list[Billable]:
        return self.lines_now()


@who("administrator", "staff")
def invoice_order(request: PersonRequest, pk: int) -> HttpResponseBase:
    order = get_object_or_404(
        Order.objects.visible_to(request.user).select_related("buyer__supplier", "buyer__account"), pk=pk
    )
    if not order.number:
        messages.error(request, "The order has no number, by which the school would know what the invoice is for.")
        return redirect("order", order.pk)
    source = Source(
        kind=Kind.INVOICE,
        heading="Make an invoice",
        of=f"order {order}",
        back=order.get_absolute_url(),
        buyer=order.buyer,
        made_from=order,
        value={"order": order.number, "reference": order.reference},
        lines_now=lambda: billable_of_order(order),
    )
    try:
        return _make(request, source)
    except DocumentError:
        messages.error(request, "The order cannot be read, so no invoice can be made from it.")
        return redirect("order", order.pk)


@who("administrator", "staff")
def credit_invoice(request: PersonRequest, pk: int) -> HttpResponseBase:
    document = get_object_or_404(
        Document.objects.visible_to(request.user).select_related("buyer__supplier", "buyer__account", "made_from"),
        pk=pk,
        kind=Kind.INVOICE,
    )
    try:
        invoice, _ = billable_of_invoice(document)
    except (DocumentError, DocumentContent.DoesNotExist):
        messages.error(request, "The invoice is not kept any more, so no credit note can be made from it.")
        return redirect("document", document.pk)
    source = Source(
        kind=Kind.CREDIT_NOTE,
        heading="Make a credit note",
        of=f"invoice {invoice.number}",
        back=document.get_absolute_url(),
        buyer=document.buyer,
        made_from=document.made_from,
        value={
            "order": invoice.order_number,
            "reference": invoice.reference,
            "currency": invoice.currency,
            "credits": invoice.number,
        },
        lines_now=lambda: billable_of_invoice(document)[1],
    )
    return _make(request, source)


def _make(request: PersonRequest, source: Source) -> HttpResponseBase:
    if len(source.lines) > MOST_LINES:
        messages.error(request, f"It has more than {MOST_LINES} lines. Make it by the API, which knows the order.")
        return redirect(source.back)
    if request.method != "POST":
        return _page(request, source, InvoiceForm(), _usual(source))
    form, charges = InvoiceForm(request.POST), ChargeForms(request.POST, prefix="lines")
    if len(charges.forms) != len(source.lines):
        return _page(request, source, InvoiceForm(initial=request.POST.dict()), _usual(source))
    if not (form.is_valid() and charges.is_valid()):
        return _page(request, source, form, charges)
    filled = [(line, charge) for line, charge in zip(source.lines, charges.forms, strict=True) if charge.is_filled]
    for line, charge in filled:
        if line.is_exceeded_by(charge.cleaned_data["quantity"]):
            charge.add_error("quantity", f"At most {number_text(line.left)} are left.")
    if errors_of(charges):
        return _page(request, source, form, charges)
    try:
        made = compose_invoice(source.buyer.supplier, _value(source, form, filled))
        document, new = _queue(request, source, made)
    except JsonRefused as refused:
        take_refusals(refused.problems, form, [charge for _, charge in filled])
    except NotQueued as refused:
        return _page(request, source, form, charges, problems=refused.problems)
    except InvoicedMeanwhile:
        form.add_error(None, "Somebody invoiced or credited of it meanwhile. See below how many are left now.")
    else:
        if new:
            messages.success(request, f"{document.get_kind_display()} {document.doc_id} waits for {source.buyer.name}.")
        else:
            messages.info(request, f"This very document is in the queue already, as {document.doc_id}.")
        return redirect("document", document.pk)
    return _page(request, source, form, charges)


def _usual(source: Source) -> Any:
    """All that is left, at the VAT that it was ordered at."""
    usual = [{"quantity": number_text(line.left), "vat": vat_of(line.line.tax)} for line in source.lines]
    return ChargeForms(initial=usual, prefix="lines")


def _value(source: Source, form: InvoiceForm, filled: list[tuple[Billable, ChargeForm]]) -> dict[str, Any]:
    typed = form.cleaned_data
    return without_empty(
        {
            **source.value,
            "kind": source.kind.value,
            "buyer": source.buyer.account_number or source.buyer.account.username,
            "number": typed["number"],
            "date": typed["date"].isoformat(),
            "note": typed["note"],
            "lines": [line.as_json(charge.cleaned_data["quantity"], charge.tax) for line, charge in filled],
        }
    )


def _queue(request: PersonRequest, source: Source, made: Composed) -> tuple[Document, bool]:
    """Queue it where as much is left as the person saw. Raises InvoicedMeanwhile, and NotQueued."""
    with transaction.atomic():
        # As every document of a school is queued, one after the other (`put_document`).
        Buyer.objects.select_for_update(of=("self",), no_key=True).get(pk=source.buyer.pk)
        now = seen_as(source.lines_now())
        document, new = queue_composed(
            made, made_from=source.made_from, by=request.user, request=request, through="screen"
        )
        # Pressed twice, it is the one that is there already; what is left has changed by it.
        if new and request.POST.get("seen") != now:
            raise InvoicedMeanwhile
        return document, new


def _page(
    request: PersonRequest,
    source: Source,
    form: InvoiceForm,
    charges: Any,
    *,
    problems: Sequence[Problem] = (),
) -> HttpResponseBase:
    line_errors = errors_of(charges)
    context = {
        "source": source,
        "form": form,
        "charges": charges,
        "rows": zip(source.lines, charges.forms, strict=True),
        "line_errors": line_errors,
        "problems": problems,
        "seen": seen_as(source.lines),
    }
    wrong = bool(form.errors or line_errors or problems)
    return render(request, "supplier/make_invoice.html", context, status=422 if wrong else 200)
