"""Suppliers: the list, one of them, and many from a CSV file (SCREENS 5.2)."""

from typing import Any

from django.contrib import messages
from django.db.models import Max
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.csv_lists import CsvRefused
from schoolgate.commons.web.tables import Column, NotYet, Table
from schoolgate.school.purchasing.access import may, purchasing_view
from schoolgate.school.purchasing.chart import THREE
from schoolgate.school.purchasing.forms.suppliers import SupplierForm, SuppliersListForm
from schoolgate.school.purchasing.models import OrderMethod, Supplier
from schoolgate.school.purchasing.post_and_packing import code_post_and_packing
from schoolgate.school.purchasing.set_up_csv import State
from schoolgate.school.purchasing.suppliers import CHANGEABLE, close_supplier, reopen_supplier, save_supplier
from schoolgate.school.purchasing.suppliers_csv import take_suppliers
from schoolgate.school.purchasing.views.saving import form_page, saved
from schoolgate.school.purchasing.years import current_year

STATES = [("open", "Open"), ("closed", "Closed")]


@purchasing_view()
def suppliers(request: PersonRequest) -> HttpResponseBase:
    table = Table(
        [
            Column("name", "Name", search=True, link=_page),
            Column("account_number", "Account no.", kind="code", search=True),
            Column("duns", "DUNS", kind="code", search=True),
            Column("xml_reference_number", "XML ref.", kind="code", search=True),
            Column(
                "order_method",
                "Order method",
                choices=OrderMethod.choices,
                value=lambda supplier: supplier.get_order_method_display(),
            ),
            Column("web_service__name", "Web service"),
            Column("last_order", "Last order", kind="date"),
            Column(
                "open",
                "State",
                kind="state",
                choices=STATES,
                narrow=lambda rows, state: rows.filter(open=state == "open"),
                value=lambda supplier: "open" if supplier.open else "closed",
            ),
        ],
        Supplier.objects.visible_to(request.user)
        .select_related("web_service")
        .annotate(last_order=Max("orders__dated"))
        .order_by("name", "id"),
        request,
        name="suppliers",
        noun=("supplier", "suppliers"),
        empty=NotYet("Add your first supplier.", "Add a supplier", reverse("purchasing-add-supplier")),
    )
    return table.response("school_purchasing/suppliers.html", {"sets_up": may(request.user, "sets_up")})


@purchasing_view()
def supplier(request: PersonRequest, pk: int) -> HttpResponseBase:
    found, year = _supplier(request, pk), current_year()
    context = {
        "supplier": found,
        "orders": found.orders.order_by("-dated", "-id")[:5],
        "sets_up": may(request.user, "sets_up"),
        "year": year,
        "post_and_packing": code_post_and_packing(found, year) if year else None,
    }
    return render(request, "school_purchasing/supplier.html", context)


@purchasing_view("sets_up")
def add(request: PersonRequest) -> HttpResponseBase:
    made = Supplier()
    form = SupplierForm(request.POST or None, now={})
    if request.method == "POST" and form.is_valid():

        def save() -> None:
            save_supplier(made, form.wanted, by=request.user, request=request)

        if saved(form, save):
            messages.success(request, f"{made.name} was added.")
            return redirect(_page(made))
    return form_page(request, form, "Add a supplier", reverse("purchasing-suppliers"))


@purchasing_view("sets_up")
def edit(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = _supplier(request, pk)
    heading = f"Change {found.name}"
    form = SupplierForm(request.POST or None, now=_values(found))
    if request.method == "POST" and form.is_valid():

        def save() -> None:
            save_supplier(found, form.wanted, seen=form.seen, by=request.user, request=request)

        if saved(form, save, lambda: _values(_supplier(request, pk))):
            messages.success(request, "Saved.")
            return redirect(_page(found))
    return form_page(request, form, heading, _page(found))


@purchasing_view("sets_up")
def close(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Close or reopen a supplier, after a question."""
    found = _supplier(request, pk)
    if request.method == "POST":
        # What was asked for, whatever a colleague has done meanwhile.
        if request.POST.get("to") == "closed":
            close_supplier(found, by=request.user, request=request)
            messages.success(request, f"{found.name} is closed: nothing new is ordered from it.")
        else:
            reopen_supplier(found, by=request.user, request=request)
            messages.success(request, f"{found.name} is open again.")
        return redirect(_page(found))
    return render(request, "school_purchasing/close_supplier.html", {"supplier": found})


@purchasing_view("sets_up")
def import_list(request: PersonRequest) -> HttpResponseBase:
    """Take a CSV list of suppliers, and say what became of each line."""
    form = SuppliersListForm(request.POST or None, request.FILES or None)
    result, only_look = None, False
    if request.method == "POST" and form.is_valid():
        content, only_look = form.cleaned_data["file"].read(), form.cleaned_data["only_look"]
        try:
            result = take_suppliers(content, by=request.user, request=request, only_look=only_look)
        except CsvRefused as error:
            form.add_error("file", str(error))
    states: tuple[State, ...] = ("new", "changed", "known", "wrong")
    counts = {state: result.count(state) for state in states} if result else {}
    context = {"form": form, "result": result, "counts": counts, "only_look": only_look}
    return render(request, "school_purchasing/import_suppliers.html", context, status=422 if form.errors else 200)


def _supplier(request: PersonRequest, pk: int) -> Supplier:
    linked = ("web_service", *(f"post_and_packing__{field}" for field in THREE))
    found: Supplier = get_object_or_404(Supplier.objects.visible_to(request.user).select_related(*linked), pk=pk)
    return found


def _values(supplier: Supplier) -> dict[str, Any]:
    return {name: getattr(supplier, name) for name in CHANGEABLE}


def _page(supplier: Supplier) -> str:
    return reverse("purchasing-supplier", args=[supplier.pk])
