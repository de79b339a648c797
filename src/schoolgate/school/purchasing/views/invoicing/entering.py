"""*Enter an invoice*: by hand from the paper, for an order or for none; and a credit note against an invoice."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.forms import BoundField, Form
from django.http.response import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.school.purchasing.access import purchasing_view
from schoolgate.school.purchasing.forms.invoices import (
    CreditedForm,
    CreditNoteForm,
    InvoiceForm,
    OrderedForm,
    PaperForm,
    TypedForms,
    as_typed,
    typed_lines,
)
from schoolgate.school.purchasing.forms.orders import LINES_AT_FIRST, Choices
from schoolgate.school.purchasing.invoicing import counting
from schoolgate.school.purchasing.invoicing.entering import (
    Differs,
    Duplicate,
    enter,
    enter_credit_note,
)
from schoolgate.school.purchasing.invoicing.standing import InvoiceRefused
from schoolgate.school.purchasing.models import (
    BOOKED,
    INVOICED,
    DocumentState,
    FetchedDocument,
    FinancialYear,
    Invoice,
    InvoiceLine,
    Order,
    OrderLine,
    VatCode,
)
from schoolgate.school.purchasing.views.invoicing.one import find_invoice, invoice_address
from schoolgate.school.purchasing.views.invoicing.prefilling import Prefilled, prefill
from schoolgate.school.purchasing.years import current_year

LINES_BESIDE_AN_ORDER = 3
MOST_LINES_OF_AN_ORDER = 400
"""More fields than a form may send would be needed above it; such invoices come as documents."""


@purchasing_view("enters_invoices")
def enter_invoice(request: PersonRequest) -> HttpResponseBase:
    """Type an invoice: for an order (`?order=`), or without; `?document=`: from one that waits, for either."""
    order, document = _order(request), _document(request, FetchedDocument.Kind.INVOICE)
    year = order.year if order is not None and order.year.closed_at is None else current_year()
    if year is None:
        messages.error(request, "No financial year is open: an invoice is booked in one. Add a year first.")
        return redirect("purchase-invoices")
    data = request.POST if request.method == "POST" else None
    if order is not None:
        return _enter_for_order(request, order, document, year, data)
    choices = Choices.of(year)
    more = data is not None and "more" in data
    if data is not None and more:
        filled = Prefilled(head=data.dict(), lines=as_typed(data, choices))
    else:
        filled = prefill(document, choices) if document is not None and data is None else Prefilled()
    sent = None if more else data
    form = InvoiceForm(sent, initial=filled.head, vat_codes=choices.vat.values())
    typed = typed_lines(sent, choices, LINES_AT_FIRST, filled.lines)
    page = {
        "heading": "Enter an invoice",
        "document": document,
        "orders": _invoiced_orders(request, document),
        "may_add_lines": True,
    }
    if sent is None or not _all_valid(form, typed):
        return _page(request, form, (), typed, choices, page)
    try:
        made = enter(
            form.stated(),
            supplier=form.cleaned_data["supplier"],
            lines=typed.entries(),
            document=document,
            seen=request.POST.getlist("seen"),
            by=request.user,
            request=request,
        )
    except InvoiceRefused as refused:
        return _refused(request, refused, form, (), typed, choices, page)
    return _entered(request, made)


@purchasing_view("enters_invoices")
def enter_credit_note_of(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Type a credit note against an invoice: of each line so many, or so much, as is still to be credited."""
    invoice = find_invoice(request, pk)
    if invoice.is_credit_note or invoice.state not in BOOKED:
        messages.error(request, f"Nothing of {invoice} is credited: it is {invoice.get_state_display().lower()}.")
        return redirect(invoice_address(invoice))
    document = _document(request, FetchedDocument.Kind.CREDIT_NOTE)
    data = request.POST if request.method == "POST" else None
    lines = list(invoice.lines.select_related("vat_code", "order_line", "coding__year")[:MOST_LINES_OF_AN_ORDER])
    number = {"number": document.reference} if document is not None else None
    form = CreditNoteForm(data, initial=number, vat_codes=_vat_codes(lines))
    left = counting.left_to_credit(lines)
    known = [CreditedForm(data, line=line, left=left[line.pk]) for line in lines]
    page = {
        "heading": f"Enter a credit note for {invoice}",
        "credits": invoice,
        "document": document,
        "cancel": invoice_address(invoice),
    }
    if data is None or not _all_valid(form, *known):
        return _page(request, form, known, None, None, page)
    try:
        made = enter_credit_note(
            form.stated(),
            invoice=invoice,
            lines=[entry for line in known if (entry := line.entry()) is not None],
            document=document,
            seen=request.POST.getlist("seen"),
            by=request.user,
            request=request,
        )
    except InvoiceRefused as refused:
        return _refused(request, refused, form, known, None, None, page)
    return _entered(request, made)


def _enter_for_order(
    request: PersonRequest, order: Order, document: FetchedDocument | None, year: FinancialYear, data: Any
) -> HttpResponseBase:
    if order.state not in INVOICED:
        state = order.get_state_display().lower()
        messages.error(request, f"Order {order.number} is {state}: only what went to its supplier is invoiced.")
        return redirect("purchase-order", order.pk)
    choices = Choices.of(year)
    lines = order.lines.filter(removed_at=None).select_related("vat_code", "coding__year")[:MOST_LINES_OF_AN_ORDER]
    filled = prefill(document, choices) if document is not None else Prefilled()
    form = PaperForm(data, initial=filled.head, vat_codes=_vat_codes(lines))
    known = [OrderedForm(data, line=line) for line in lines]
    typed = typed_lines(data, choices, LINES_BESIDE_AN_ORDER)
    page = {
        "heading": f"Enter an invoice for order {order.number}",
        "order": order,
        "document": document,
        "more_lines": max(0, order.lines.filter(removed_at=None).count() - MOST_LINES_OF_AN_ORDER),
        "cancel": reverse("purchase-order", args=[order.pk]),
    }
    if data is None or not _all_valid(form, *known, typed):
        return _page(request, form, known, typed, choices, page)
    try:
        made = enter(
            form.stated(),
            supplier=order.supplier,
            order=order,
            document=document,
            lines=[*(entry for line in known if (entry := line.entry()) is not None), *typed.entries()],
            seen=request.POST.getlist("seen"),
            by=request.user,
            request=request,
        )
    except InvoiceRefused as refused:
        return _refused(request, refused, form, known, typed, choices, page)
    return _entered(request, made)


def _vat_codes(lines: Iterable[OrderLine] | Iterable[InvoiceLine]) -> list[VatCode]:
    """Those that are open, and those that these lines have all the same."""
    codes = {code.code: code for code in VatCode.objects.filter(open=True)}
    return list({**codes, **{line.vat_code.code: line.vat_code for line in lines}}.values())


def _order(request: PersonRequest) -> Order | None:
    """The order that the address names; there is no such page for one that is not there."""
    pk = request.GET.get("order", "")
    if not pk:
        return None
    found: Order = get_object_or_404(
        Order.objects.visible_to(request.user).select_related("supplier", "year"), pk=_number(pk)
    )
    return found


def _document(request: PersonRequest, kind: str) -> FetchedDocument | None:
    """The waiting document that the address names; there is no such page for another."""
    pk = request.GET.get("document", "")
    if not pk:
        return None
    found: FetchedDocument = get_object_or_404(
        FetchedDocument.objects.visible_to(request.user).select_related("supplier", "service"),
        kind=kind,
        state=DocumentState.WAITING,
        pk=_number(pk),
    )
    return found


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Http404
    return int(text)


def _invoiced_orders(request: PersonRequest, document: FetchedDocument | None) -> list[Order]:
    """Orders that an invoice, or one that came as this document, may be for, the newest first."""
    orders = Order.objects.visible_to(request.user).filter(state__in=INVOICED).select_related("supplier")
    if document is not None and document.supplier_id is not None:
        orders = orders.filter(supplier=document.supplier_id)
    return list(orders[:MOST_LINES_OF_AN_ORDER])


def _all_valid(*typed: Form | TypedForms) -> bool:
    """Whether all are; all are looked at, so that every fault is told at once."""
    valid = [one.is_valid() for one in typed]
    return all(valid)


def _refused(
    request: PersonRequest,
    refused: InvoiceRefused,
    form: PaperForm,
    known: Sequence[OrderedForm | CreditedForm],
    typed: TypedForms | None,
    choices: Choices | None,
    page: dict[str, Any],
) -> HttpResponseBase:
    """The page as it was typed, with what stands in the way."""
    if isinstance(refused, Differs):
        page = page | {"differences": refused.differences}
    elif isinstance(refused, Duplicate):
        form.add_error("number", str(refused))
        page = page | {"duplicate": refused}
    else:
        form.add_error(None, str(refused))
    return _page(request, form, known, typed, choices, page)


def _page(
    request: PersonRequest,
    form: PaperForm,
    known: Sequence[OrderedForm | CreditedForm],
    typed: TypedForms | None,
    choices: Choices | None,
    page: dict[str, Any],
) -> HttpResponseBase:
    lines = [*known, *(typed.forms if typed is not None else ())]
    errors: list[tuple[str, BoundField, str]] = [
        (line.title, field, str(error)) for line in lines if line.is_bound for field in line for error in field.errors
    ]
    context = {
        "form": form,
        "known": known,
        "typed": typed,
        "codings": choices.codings.values() if choices is not None else (),
        "line_errors": errors,
        "cancel": reverse("purchase-invoices"),
        **page,
    }
    wrong = bool(form.errors or errors or "differences" in page)
    return render(request, "school_purchasing/invoice_form.html", context, status=422 if wrong else 200)


def _entered(request: PersonRequest, made: Invoice) -> HttpResponseBase:
    waits = "what differs waits to be accepted" if made.differences.exists() else "it waits to be authorised"
    messages.success(request, f"{made.title} of {made.supplier} is entered: {waits}.")
    return redirect(invoice_address(made))
