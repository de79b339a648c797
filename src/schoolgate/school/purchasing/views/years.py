"""Financial years: adding one, looking at another, copying structures, the year-end check and the close."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.accounts.models import ADMINISTRATOR
from schoolgate.commons.web.tables import Column, NotYet, Table
from schoolgate.school.purchasing import year_end
from schoolgate.school.purchasing.access import may, purchasing_view
from schoolgate.school.purchasing.changing import SetUpRefused
from schoolgate.school.purchasing.copying import copy_structures
from schoolgate.school.purchasing.forms.set_up import CopyForm, YearForm
from schoolgate.school.purchasing.models import FinancialYear
from schoolgate.school.purchasing.views.saving import form_page, question, saved
from schoolgate.school.purchasing.years import add, current_year, look_at, year_before


@purchasing_view()
def years(request: PersonRequest) -> HttpResponseBase:
    sets_up, current = may(request.user, "sets_up"), current_year()

    def state(year: FinancialYear) -> str:
        if year.closed_at is not None:
            return "closed"
        return "current" if year == current else "open"

    table = Table(
        [
            Column("name", "Year", link=lambda year: reverse("financial-year", args=[year.pk])),
            Column("first_day", "First day", kind="date"),
            Column("last_day", "Last day", kind="date"),
            Column("state", "State", kind="state", sort="closed_at", value=state),
            Column("look", "Look at its lists", kind="button", sort="", value=lambda _: "Look", link=_look_address),
        ],
        FinancialYear.objects.visible_to(request.user),
        request,
        name="years",
        noun=("year", "years"),
        empty=NotYet(
            "No financial year yet: it is the first thing that the ledger needs.",
            *(("Add a financial year", reverse("add-financial-year")) if sets_up else ()),
        ),
    )
    actions = [(reverse("add-financial-year"), "Add a year")] if sets_up else []
    return table.response("school_purchasing/set_up_list.html", {"heading": "Financial years", "actions": actions})


@purchasing_view("sets_up")
def add_year(request: PersonRequest) -> HttpResponseBase:
    """Add a year; the days of the one after the last are offered."""
    form = YearForm(request.POST or None, initial=_next_year())
    if request.method == "POST" and form.is_valid():
        made: list[FinancialYear] = []

        def save() -> None:
            made.append(add(**form.cleaned_data, by=request.user, request=request))

        if saved(form, save):
            messages.success(request, f"The financial year {made[0]} was added.")
            return redirect("copy-structures" if year_before(made[0]) else "financial-year", made[0].pk)
    return form_page(request, form, "Add a financial year", reverse("financial-years"))


@purchasing_view()
def year(request: PersonRequest, pk: int) -> HttpResponseBase:
    """One year, and whether it can be closed."""
    found = _find(request, pk)
    is_open = found.closed_at is None
    context = {
        "shown": found,
        "is_open": is_open,
        "current": found == current_year(),
        "counts": [
            ("Funds", found.funds.count()),
            ("Ledger codes", found.ledger_codes.count()),
            ("Cost centres", found.cost_centres.count()),
            ("Links", found.codings.count()),
            ("Coding templates", found.templates.count()),
            ("Orders", found.orders.count()),
        ],
        "blockers": year_end.check(found) if is_open else [],
        "remarks": list(year_end.remarks(found)) if is_open else [],
        "sets_up": may(request.user, "sets_up"),
        "reopens": request.user.role == ADMINISTRATOR,
        "may_copy": FinancialYear.objects.exclude(pk=found.pk).exists(),
    }
    return render(request, "school_purchasing/financial_year.html", context)


@purchasing_view()
@require_POST
def look(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Show this year's codes, links and templates from now on; orders go into the current year all the same."""
    look_at(request, _find(request, pk))
    return redirect("ledger-set-up")


@purchasing_view("sets_up")
def copy(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Take the structures of another year over."""
    found = _find(request, pk)
    form = CopyForm(request.POST or None, to_year=found, initial={"from_year": year_before(found)})
    if request.method == "POST" and form.is_valid():
        done: list[Any] = []

        def save() -> None:
            given = form.cleaned_data
            done.append(
                copy_structures(given["from_year"], found, by=request.user, budgets=given["budgets"], request=request)
            )

        if saved(form, save):
            messages.success(request, f"{done[0]} were made in {found}. What was there already stays as it was.")
            return redirect("financial-year", pk)
    text = (
        "Funds, ledger codes, cost centres, links and coding templates that are open there and missing here. VAT codes "
        "are not a year’s and stay as they are."
    )
    cancel = reverse("financial-year", args=[pk])
    return form_page(request, form, f"Copy into {found}", cancel, text=text, submit="Copy")


@purchasing_view("sets_up")
def close(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Close a year, after a question."""
    found, refused = _find(request, pk), ""
    if request.method == "POST":
        try:
            year_end.close(found, by=request.user, request=request)
        except SetUpRefused as error:
            refused = str(error)
        else:
            messages.success(request, f"The financial year {found} is closed.")
            return redirect("financial-year", pk)
    text = " ".join(
        [
            f"Nothing of {found} can be raised, authorised or changed any more. An administrator can open it again.",
            *map(str, year_end.remarks(found)),
        ]
    )
    cancel = reverse("financial-year", args=[pk])
    return question(request, f"Close {found}?", text, "Close the year", cancel, refused)


@purchasing_view("sets_up")
@require_POST
def reopen(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Open a closed year again: an administrator's."""
    if request.user.role != ADMINISTRATOR:
        raise PermissionDenied
    found = _find(request, pk)
    year_end.reopen(found, by=request.user, request=request)
    messages.success(request, f"The financial year {found} is open again.")
    return redirect("financial-year", pk)


def _find(request: PersonRequest, pk: int) -> FinancialYear:
    found: FinancialYear = get_object_or_404(FinancialYear.objects.visible_to(request.user), pk=pk)
    return found


def _look_address(year: FinancialYear) -> str:
    return reverse("look-at-year", args=[year.pk])


def _next_year() -> dict[str, Any]:
    last = FinancialYear.objects.first()
    if last is None:
        return {}
    first_day = last.last_day + timedelta(days=1)
    if first_day.day > 1:
        # Years of schools begin with a month; of another one only the beginning is known.
        return {"first_day": first_day}
    return {"first_day": first_day, "last_day": first_day.replace(year=first_day.year + 1) - timedelta(days=1)}
