"""Funds, ledger codes and cost centres; which three are linked, and their budgets (SCREENS 5.2)."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet, Sum
from django.http.response import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.web.tables import Column, NotYet, Table
from schoolgate.school.purchasing.access import may, purchasing_view
from schoolgate.school.purchasing.changing import SetUpRefused
from schoolgate.school.purchasing.chart import KINDS, AccountCode, Kind, remove, save_code, save_link
from schoolgate.school.purchasing.forms.set_up import BudgetForm, CodeForm, LinkForm
from schoolgate.school.purchasing.models import Coding, FinancialYear
from schoolgate.school.purchasing.views.saving import form_page, question, saved
from schoolgate.school.purchasing.years import looked_at

OPEN = [("True", "Open"), ("False", "Closed")]


def state_column() -> Column:
    """Whether a row is open, as all lists of the set-up have it."""
    return Column("open", "State", kind="state", choices=OPEN, value=lambda row: "open" if row.open else "closed")


@purchasing_view()
def codes(request: PersonRequest, chart: str) -> HttpResponseBase:
    """All codes of one kind in the year that is looked at."""
    kind, year = _kind(chart), looked_at(request)
    sets_up = may(request.user, "sets_up")
    add, bring = reverse("add-account-code", args=[chart]), reverse("import-set-up", args=["codes"])
    table = Table(
        [
            Column("code", "Code", kind="code", search=True, link=_link_to("account-code", chart) if sets_up else None),
            Column("name", "Name", search=True),
            state_column(),
        ],
        kind.model.objects.visible_to(request.user).filter(year=year),
        request,
        name=chart,
        noun=(kind.one, kind.many),
        empty=_empty(f"No {kind.many}{f' in {year}' if year else ''} yet.", year, sets_up, add),
    )
    actions = [(add, f"Add a {kind.one}"), (bring, "Add many from a CSV file")] if sets_up and year else []
    return table.response("school_purchasing/set_up_list.html", {"heading": kind.many.capitalize(), "actions": actions})


@purchasing_view("sets_up")
def add_code(request: PersonRequest, chart: str) -> HttpResponseBase:
    kind, year = _kind(chart), looked_at(request)
    if year is None:
        return redirect("add-financial-year")
    code, form = kind.model(year=year), CodeForm(request.POST or None, now={"open": True})
    if request.method == "POST" and form.is_valid():

        def save() -> None:
            save_code(code, form.wanted, by=request.user, request=request)

        if saved(form, save):
            messages.success(request, f"{code} was added.")
            return redirect("account-codes", chart)
    return form_page(request, form, f"Add a {kind.one}", reverse("account-codes", args=[chart]))


@purchasing_view("sets_up")
def code(request: PersonRequest, chart: str, pk: int) -> HttpResponseBase:
    kind = _kind(chart)
    found = _find_code(request, kind, pk)

    def now() -> dict[str, Any]:
        row = _find_code(request, kind, pk)
        return {"code": row.code, "name": row.name, "open": row.open}

    form, heading = CodeForm(request.POST or None, now=now()), str(found)
    if request.method == "POST" and form.is_valid():

        def save() -> None:
            save_code(found, form.wanted, seen=form.seen, by=request.user, request=request)

        if saved(form, save, now):
            messages.success(request, "Saved.")
            return redirect("account-codes", chart)
    away = reverse("remove-account-code", args=[chart, pk])
    return form_page(request, form, heading, reverse("account-codes", args=[chart]), remove=(away, "Remove it"))


@purchasing_view("sets_up")
def remove_code(request: PersonRequest, chart: str, pk: int) -> HttpResponseBase:
    found = _find_code(request, _kind(chart), pk)
    cancel = reverse("account-code", args=[chart, pk])
    return _remove(request, found, cancel, reverse("account-codes", args=[chart]))


@purchasing_view()
def links(request: PersonRequest) -> HttpResponseBase:
    """Which three are linked, each with its budget for the year that is looked at."""
    year, sets_up = looked_at(request), may(request.user, "sets_up")
    add, bring = reverse("add-coding-link"), reverse("import-set-up", args=["links"])
    rows = Coding.objects.visible_to(request.user).filter(year=year)
    table = Table(
        [
            Column("fund__code", "Fund", kind="code", choices=_codes(year, "funds")),
            Column("cost_centre__code", "Cost centre", kind="code", choices=_codes(year, "cost-centres")),
            Column("cost_centre__name", "Who spends", search=True, link=_link_to("coding-link") if sets_up else None),
            Column("ledger_code__code", "Ledger code", kind="code", choices=_codes(year, "ledger-codes")),
            Column("ledger_code__name", "Spent on", search=True),
            Column("budget", "Budget", kind="money"),
            Column("open", "State", kind="state", choices=OPEN, value=_state_of_link),
        ],
        rows.select_related("fund", "ledger_code", "cost_centre"),
        request,
        name="links",
        noun=("link", "links"),
        empty=_empty(f"Nothing is linked{f' in {year}' if year else ''} yet.", year, sets_up, add),
    )
    context = {
        "heading": "Links and budgets",
        "total": rows.aggregate(budgets=Sum("budget"))["budgets"],
        "looked_at": year,
        "actions": [(add, "Add a link"), (bring, "Add many from a CSV file")] if sets_up and year else [],
    }
    return table.response("school_purchasing/links.html", context)


@purchasing_view("sets_up")
def add_link(request: PersonRequest) -> HttpResponseBase:
    year = looked_at(request)
    if year is None:
        return redirect("add-financial-year")
    form = LinkForm(request.POST or None, now={"open": True}, year=year)
    if request.method == "POST" and form.is_valid():
        wanted = form.wanted
        three = {name: wanted.pop(name) for name in ("fund", "ledger_code", "cost_centre")}
        link = Coding(year=year, **three)

        def save() -> None:
            save_link(link, wanted, by=request.user, request=request)

        if saved(form, save):
            messages.success(request, f"{link} are linked.")
            return redirect("coding-links")
    return form_page(request, form, "Add a link", reverse("coding-links"))


@purchasing_view("sets_up")
def link(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = _find_link(request, pk)

    def now() -> dict[str, Any]:
        row = _find_link(request, pk)
        return {"budget": row.budget, "open": row.open}

    form = BudgetForm(request.POST or None, now=now())
    if request.method == "POST" and form.is_valid():

        def save() -> None:
            save_link(found, form.wanted, seen=form.seen, by=request.user, request=request)

        if saved(form, save, now):
            messages.success(request, "Saved.")
            return redirect("coding-links")
    three = f"{found.fund.name}, {found.ledger_code.name}, {found.cost_centre.name}"
    away = (reverse("remove-coding-link", args=[pk]), "Take the link away")
    return form_page(request, form, str(found), reverse("coding-links"), text=three, remove=away)


@purchasing_view("sets_up")
def remove_link(request: PersonRequest, pk: int) -> HttpResponseBase:
    return _remove(request, _find_link(request, pk), reverse("coding-link", args=[pk]), reverse("coding-links"))


def _remove(request: PersonRequest, row: AccountCode | Coding, cancel: str, then: str) -> HttpResponseBase:
    said, refused = str(row), ""
    if request.method == "POST":
        try:
            remove(row, by=request.user, request=request)
        except SetUpRefused as error:
            refused = str(error)
        else:
            messages.success(request, f"{said} was removed.")
            return redirect(then)
    text = "Only what nothing uses can be removed; what is used is closed."
    return question(request, f"Remove {said}?", text, "Remove", cancel, refused)


def _kind(chart: str) -> Kind:
    if chart not in KINDS:
        raise Http404("There is no such kind of account code.")
    return KINDS[chart]


def _find_code(request: PersonRequest, kind: Kind, pk: int) -> AccountCode:
    codes: Any = kind.model.objects
    found: AccountCode = get_object_or_404(codes.visible_to(request.user).select_related("year"), pk=pk)
    return found


def _find_link(request: PersonRequest, pk: int) -> Coding:
    found: Coding = get_object_or_404(
        Coding.objects.visible_to(request.user).select_related("year", "fund", "ledger_code", "cost_centre"), pk=pk
    )
    return found


def _codes(year: FinancialYear | None, chart: str) -> list[tuple[str, str]]:
    rows: QuerySet[Any] = KINDS[chart].model.objects.filter(year=year)
    return [(row.code, str(row)) for row in rows]


def _state_of_link(link: Coding) -> str:
    if link.open and not link.is_open:
        return "closed by its code"
    return "open" if link.open else "closed"


def _link_to(route: str, *parts: str) -> Any:
    return lambda row: reverse(route, args=[*parts, row.pk])


def _empty(text: str, year: FinancialYear | None, sets_up: bool, add: str) -> NotYet:
    """The next step of an empty list: the year first, then what the year before has, then one by one."""
    if not sets_up:
        return NotYet(text)
    if year is None:
        return NotYet(text, "Add a financial year first", reverse("add-financial-year"))
    if FinancialYear.objects.filter(first_day__lt=year.first_day).exists():
        return NotYet(text, "Copy from the year before", reverse("copy-structures", args=[year.pk]))
    return NotYet(text, "Add the first one", add)
