"""*Orders* and *One order*: what there is, how one stands, changing it, and raising one here (SCREENS 5.2)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.forms import BoundField
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.web.tables import Column, NotYet, Table
from schoolgate.school.purchasing import establishment, sending
from schoolgate.school.purchasing.access import may, purchasing_view
from schoolgate.school.purchasing.budget import rooms_of
from schoolgate.school.purchasing.forms.orders import (
    LINES_AT_FIRST,
    LINES_MORE,
    Choices,
    HeadForm,
    LineForm,
    NewLineForms,
    RaiseForm,
    line_form,
    new_lines,
)
from schoolgate.school.purchasing.invoicing import counting, three_way
from schoolgate.school.purchasing.invoicing.progress import Progress, progress_of
from schoolgate.school.purchasing.invoicing.receiving import RECEIVES
from schoolgate.school.purchasing.models import COMMITTED, INVOICED, FinancialYear, Order, OrderLine, OrderState
from schoolgate.school.purchasing.models.order import STEPS
from schoolgate.school.purchasing.orders import (
    ChangedMeanwhile,
    NothingLeft,
    OrderRefused,
    about,
    change_order,
    raise_order,
)
from schoolgate.school.purchasing.standing import standing_of
from schoolgate.school.purchasing.years import current_year, looked_at

LINES_A_PAGE = 100
LAST_YEARS = 3


@purchasing_view()
def orders(request: PersonRequest) -> HttpResponseBase:
    """Every order of every year, the newest on top; ways to those of the last years, and of the one looked at."""
    year, looked, years = current_year(), looked_at(request), list(FinancialYear.objects.all())
    progress: dict[int, Progress] = {}

    def prepare(rows: list[Order]) -> None:
        progress.clear()
        progress.update(progress_of(rows))

    table = Table(
        [
            Column("number", "Order no.", kind="code", search=True, link=order_address),
            Column("supplier__name", "Supplier", search=True),
            Column("basket_by", "Raised by", search=True, sort="", value=raised_by),
            Column("dated", "Date", kind="date", dates=True),
            Column("net", "Net", kind="money"),
            Column("vat", "VAT", kind="money"),
            Column("gross", "Gross", kind="money"),
            Column("state", "State", kind="state", choices=OrderState.choices, value=Order.get_state_display),
            Column("received", "Received", sort="", value=lambda one: progress[one.pk].received),
            Column("invoiced", "Invoiced", sort="", value=lambda one: progress[one.pk].invoiced),
            Column(
                "year__name",
                "Year",
                kind="code",
                choices=[(one.name, one.name) for one in years],
            ),
        ],
        Order.objects.visible_to(request.user).select_related("supplier", "raised_by", "year"),
        request,
        name="orders",
        noun=("order", "orders"),
        empty=NotYet(
            f"No orders in {year}." if year else "No orders yet.",
            *(("Raise an order", reverse("raise-order")) if may(request.user, "raises") else ()),
        ),
        prepare=prepare,
    )
    context = {
        "may_raise": may(request.user, "raises"),
        "years": [one for place, one in enumerate(years) if place < LAST_YEARS or one == looked],
        "shown_year": request.GET.get("year__name", ""),
    }
    return table.response("school_purchasing/orders.html", context)


@purchasing_view()
def order(request: PersonRequest, pk: int) -> HttpResponseBase:
    """One order: how it stands, its lines and why they are coded so, its budgets, and all that was done to it."""
    found = find_order(request, pk)
    lines = found.lines.select_related(
        "vat_code", "coding__fund", "coding__ledger_code", "coding__cost_centre", "removed_by"
    )
    raises, authorises = may(request.user, "raises"), may(request.user, "authorises")
    shown = page_of(request, lines.filter(removed_at=None))
    context = {
        "order": found,
        "raised_by": raised_by(found),
        "standing": standing_of(found),
        "lines": shown,
        "taken_off": lines.exclude(removed_at=None),
        "rooms": rooms_of(found) if found.state in (*COMMITTED, OrderState.UNAUTHORISED) else [],
        "trail": AuditEntry.objects.about(about(found)),
        "attempts": found.attempts.select_related("service"),
        "goes_out": sending.goes_out(found),
        "may_change": raises and found.state == OrderState.UNAUTHORISED and found.year.closed_at is None,
        "may_discard": raises and _may(found, "discard"),
        "may_authorise": authorises and _may(found, "authorise"),
        "may_take_back": authorises and _may(found, "take back"),
        "may_cancel": authorises
        and _may(found, "cancel")
        and found.year.closed_at is None
        and not counting.invoiced_net(found),
        "may_print": found.state in (*COMMITTED, OrderState.COMPLETE),
        **_received_and_invoiced(request, found, shown),
    }
    return render(request, "school_purchasing/order.html", context)


@purchasing_view("raises")
def change(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Change what may change of an order. Of two who do so at once the second sees what the first did, typed kept."""
    found = find_order(request, pk)
    if found.state != OrderState.UNAUTHORISED:
        messages.error(request, f"Order {found.number} is {found.get_state_display().lower()}: it cannot be changed.")
        return redirect("purchase-order", found.pk)
    data = request.POST if request.method == "POST" else None
    choices = Choices.of(found.year)
    form = HeadForm(data, instance=find_order(request, pk))
    lines = found.lines.select_related("vat_code", "coding__fund", "coding__ledger_code", "coding__cost_centre")
    shown = page_of(request, lines)
    known = [line_form(line, found, data, choices) for line in shown]
    added = None if found.is_content_order else new_lines(data, choices, LINES_MORE)
    page = {
        "order": found,
        "heading": f"Change order {found.number}",
        "cancel": order_address(found),
        "lines": shown,
    }
    if data is None or not _all_valid(form, known, added):
        return _form_page(request, form, known, added, choices, page)
    wanted = [line.wanted() for line in known] + (added.wanted() if added is not None else [])
    try:
        told = change_order(
            found, form.head, wanted, by=request.user, seen_version=seen_version(request), request=request
        )
    except ChangedMeanwhile as changed:
        return _form_page(request, form, known, added, choices, page | {"order": changed.order, "changed": changed})
    except NothingLeft as nothing:
        messages.warning(request, str(nothing))
        return redirect("discard-order", found.pk)
    except OrderRefused as refused:
        form.add_error(None, str(refused))
        return _form_page(request, form, known, added, choices, page)
    messages.success(request, f"Saved. {'; '.join(told)}." if told else "Nothing was changed.")
    return redirect("purchase-order", found.pk)


@purchasing_view("raises")
def raise_one(request: PersonRequest) -> HttpResponseBase:
    """Raise an order at a supplier that sends no baskets."""
    year = current_year()
    if year is None:
        messages.error(request, "No financial year is open: an order belongs to one. Add a year first.")
        return redirect("purchasing-orders")
    data = request.POST if request.method == "POST" else None
    choices = Choices.of(year)
    form = RaiseForm(data, initial={"delivery_address": establishment.DELIVERY_ADDRESS.get()})
    added = new_lines(data, choices, LINES_AT_FIRST)
    page = {"heading": "Raise an order", "cancel": reverse("purchasing-orders")}
    if data is None or not _all_valid(form, (), added):
        return _form_page(request, form, (), added, choices, page)
    try:
        made = raise_order(form.cleaned_data["supplier"], form.head, added.wanted(), by=request.user, request=request)
    except OrderRefused as refused:
        form.add_error(None, str(refused))
        return _form_page(request, form, (), added, choices, page)
    messages.success(request, f"Order {made.number} waits to be authorised.")
    return redirect("purchase-order", made.pk)


def find_order(request: PersonRequest, pk: int) -> Order:
    """An order that this person may see, with what its pages tell of it; else there is no such page."""
    found: Order = get_object_or_404(
        Order.objects.visible_to(request.user).select_related(
            "supplier__web_service", "year", "came_by", "document", "raised_by", "authorised_by", "changed_by"
        ),
        pk=pk,
    )
    return found


def order_address(order: Order) -> str:
    """The page of an order."""
    return reverse("purchase-order", args=[order.pk])


def raised_by(order: Order) -> str:
    """Who filled the basket, or raised it here."""
    return order.basket_by or (str(order.raised_by) if order.raised_by else "")


def seen_version(request: PersonRequest) -> int:
    """The version of the order that the person saw; 0, which none has, where nothing sensible came."""
    version = request.POST.get("version", "")
    return int(version) if re.fullmatch(r"[0-9]{1,9}", version) else 0


def page_of(request: PersonRequest, lines: "QuerySet[OrderLine]") -> "Page[OrderLine]":
    """Those lines of an order that the address asks for: browsers and forms bear no thousands."""
    return Paginator(lines, LINES_A_PAGE).get_page(request.GET.get("lines"))


def _received_and_invoiced(request: PersonRequest, order: Order, lines: Iterable[OrderLine]) -> dict[str, Any]:
    """What came of an order's lines and what was invoiced of them, and what this person may do about the rest."""
    invoices = order.invoices.select_related("supplier")
    if order.state not in RECEIVES and not invoices:
        return {}
    is_whole = counting.is_whole(order.lines.filter(removed_at=None))
    return {
        "three_way": three_way.rows_of_order(order, lines),
        "invoices": invoices,
        "may_receive": may(request.user, "receives") and order.state in RECEIVES,
        "may_enter_invoice": may(request.user, "enters_invoices") and order.state in INVOICED,
        "may_close_rest": may(request.user, "sends") and _may(order, "complete"),
        "may_open_rest": may(request.user, "authorises") and order.state == OrderState.COMPLETE and not is_whole,
    }


def _all_valid(form: HeadForm, known: Sequence[LineForm], added: NewLineForms | None) -> bool:
    """Whether all are; all are looked at, so that every fault is told at once."""
    valid = [form.is_valid(), *(line.is_valid() for line in known), added is None or added.is_valid()]
    return all(valid)


def _form_page(
    request: PersonRequest,
    form: HeadForm,
    known: Sequence[LineForm],
    added: NewLineForms | None,
    choices: Choices,
    page: Mapping[str, Any],
) -> HttpResponseBase:
    context = {
        "form": form,
        "known": known,
        "added": added,
        "codings": choices.codings.values(),
        "somebody_else": may(request.user, "authorises") and not establishment.OWN_ORDERS_TOO.get(),
        "line_errors": _errors_of([*known, *(added.forms if added is not None else ())]),
        **page,
    }
    wrong = bool(form.errors or context["line_errors"])
    status = 409 if "changed" in page else 422 if wrong else 200
    return render(request, "school_purchasing/order_form.html", context, status=status)


def _errors_of(lines: Sequence[LineForm]) -> list[tuple[str, BoundField, str]]:
    """What is wrong with each line: which one it is, the field and the sentence."""
    return [
        (line.title, field, str(error)) for line in lines if line.is_bound for field in line for error in field.errors
    ]


def _may(order: Order, step: str) -> bool:
    return order.state in STEPS[step][0]
