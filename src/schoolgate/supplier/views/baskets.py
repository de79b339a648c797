"""Compose a basket: as many lines as one likes, none lost on the way, its XML looked at before it is queued."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.documents.ebis.json_values import JsonRefused
from schoolgate.documents.ebis.lines import Line
from schoolgate.documents.ebis.money import money_text, number_text
from schoolgate.documents.ebis.orders import Order, read_order
from schoolgate.documents.problems import DocumentError, Problem
from schoolgate.supplier.forms.basket import LINES_MORE, MOST_LINES, BasketForm, LineForm, LineForms
from schoolgate.supplier.forms.lines import errors_of, take_refusals, vat_of
from schoolgate.supplier.forms.schools import asked_school
from schoolgate.supplier.models import Buyer, Document, DocumentContent, Kind
from schoolgate.supplier.paper import read_paper
from schoolgate.supplier.queue.composing import Composed, compose_basket, queue_composed
from schoolgate.supplier.queue.putting import NotQueued

UNITS = ("EA", "BX", "PK", "PA", "CT", "SET", "DZN", "CEN", "MIL", "PR", "RO", "BG", "KGM", "LTR", "MTR")
"""Those that schools are sold by most, to choose from; any other of the list may be typed (reference 7.7)."""


class OtherSchool(Exception):
    """What names the school in JSON names another one."""


@who("administrator", "staff")
def compose(request: PersonRequest) -> HttpResponseBase:
    """The form, with more lines, with a preview, or queued, whichever button was pressed."""
    if request.method != "POST":
        return _empty_or_copied(request)
    if "add" in request.POST:
        typed = _rows(request.POST)
        lines = LineForms(initial=typed, prefix="lines")
        lines.extra = min(LINES_MORE, MOST_LINES - len(typed))
        return _page(request, BasketForm(initial=request.POST.dict(), user=request.user), lines)
    form, lines = BasketForm(request.POST, user=request.user), LineForms(request.POST, prefix="lines")
    if not (form.is_valid() and lines.is_valid()):
        return _page(request, form, lines)
    filled = [line for line in lines.forms if line.is_filled]
    buyer: Buyer = form.cleaned_data["buyer"]
    try:
        made = compose_basket(buyer.supplier, form.as_json(filled))
        if made.buyer != buyer:
            raise OtherSchool
        if "preview" in request.POST:
            return _page(request, form, lines, preview=made)
        document, new = queue_composed(made, by=request.user, request=request, through="screen")
    except JsonRefused as refused:
        take_refusals(refused.problems, form, filled)
    except OtherSchool:
        form.add_error("buyer", "Its user name is another school’s account number. Give it an account number first.")
    except NotQueued as refused:
        return _page(request, form, lines, problems=refused.problems)
    else:
        if new:
            messages.success(request, f"{document.get_kind_display()} {document.doc_id} waits for {buyer.name}.")
        else:
            messages.info(request, f"This very document is in the queue already, as {document.doc_id}.")
        return redirect("document", document.pk)
    return _page(request, form, lines)


def _page(
    request: PersonRequest,
    form: BasketForm,
    lines: Any,
    *,
    preview: Composed | None = None,
    problems: Sequence[Problem] = (),
) -> HttpResponseBase:
    line_errors = errors_of(lines)
    wrong = bool(form.errors or line_errors or problems)
    context: dict[str, Any] = {
        "form": form,
        "lines": lines,
        "line_errors": line_errors,
        "problems": problems,
        "units": UNITS,
        "more": min(LINES_MORE, MOST_LINES - lines.total_form_count()),
    }
    if preview:
        xml = preview.xml.decode()
        context |= {"xml": xml, "paper": read_paper(preview.kind, xml, preview.buyer.supplier, preview.buyer)}
    return render(request, "supplier/compose_basket.html", context, status=422 if wrong else 200)


def _rows(typed: Mapping[str, str]) -> list[dict[str, str]]:
    """What was typed in each line, as initial values: a form that is only made longer tells of no faults yet."""
    total = typed.get("lines-TOTAL_FORMS", "")
    number = min(int(total), MOST_LINES) if total.isascii() and total.isdigit() else 0
    return [{name: typed.get(f"lines-{place}-{name}", "") for name in LineForm.base_fields} for place in range(number)]


def _empty_or_copied(request: PersonRequest) -> HttpResponseBase:
    """An empty form, for a school if one is asked for; or what a former basket held, but for its reference."""
    asked = request.GET.get("copy", "")
    if not asked.isascii() or not asked.isdigit():
        school = asked_school(request.user, request.GET.get("buyer", ""))
        form = BasketForm(initial={"buyer": school}, user=request.user)
        return _page(request, form, LineForms(prefix="lines"))
    former = Document.objects.visible_to(request.user).filter(pk=int(asked), kind__in=[Kind.ORDER, Kind.QUOTE])
    content = DocumentContent.objects.filter(document__in=former).select_related("document__buyer__account").first()
    try:
        order = read_order(content.xml) if content else None
    except DocumentError:
        order = None
    if content is None or order is None:
        messages.error(request, "This basket cannot be copied: its content is not kept any more.")
        return redirect("compose-basket")
    lines = LineForms(initial=[_row(line) for line in order.lines[:MOST_LINES]], prefix="lines")
    return _page(request, BasketForm(initial=_head(order, content.document), user=request.user), lines)


def _head(order: Order, former: Document) -> dict[str, Any]:
    to = order.delivery
    return {
        "buyer": former.buyer,
        "kind": former.kind,
        "user": order.buyer.contact.name,
        "deliver_to": "\n".join(filter(None, (to.name, *to.address.lines))),
        "postcode": to.address.postcode,
        "note": "\n".join(order.notes),
    }


def _row(line: Line) -> dict[str, str]:
    return {
        "product": line.product,
        "description": line.description,
        "quantity": number_text(line.quantity),
        "unit": line.unit,
        "unit_price": money_text(line.unit_price),
        "vat": vat_of(line.tax),
        "cost_centre": line.cost_centre,
        "ledger_code": line.ledger_code,
    }
