"""Coding templates: which coding lines of baskets get, by login and cost centre (SCREENS 5.2)."""

from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.web.tables import Column, NotYet, Table
from schoolgate.school.purchasing.access import may, purchasing_view
from schoolgate.school.purchasing.changing import SetUpRefused
from schoolgate.school.purchasing.forms.set_up import TemplateForm
from schoolgate.school.purchasing.models import CodingTemplate
from schoolgate.school.purchasing.templates import reach_of, remove_template, save_template
from schoolgate.school.purchasing.views.saving import form_page, question, saved
from schoolgate.school.purchasing.years import current_year, looked_at

MOST_SPECIFIC = (
    "Of those that fit a line, the most specific wins: first one for the login and the cost centre, then one for the "
    "login, then one for the cost centre, then the default."
)


@purchasing_view()
def coding_templates(request: PersonRequest) -> HttpResponseBase:
    year, sets_up = looked_at(request), may(request.user, "sets_up")
    reaches = reach_of(year) if year else {}

    def reach(template: CodingTemplate) -> str:
        return reaches[template.pk].said if template.coding.is_open else "Not used: its coding is closed"

    def address(template: CodingTemplate) -> str:
        return reverse("coding-template", args=[template.pk])

    rows = CodingTemplate.objects.visible_to(request.user).filter(year=year)
    table = Table(
        [
            Column("for", "For", sort="", value=in_words, link=address if sets_up else None),
            Column("login", "Login or name", search=True),
            Column("cost_centre", "Cost centre of the line", search=True),
            Column("coding", "Fund / Ledger code / Cost centre", kind="code", sort="coding__fund__code"),
            Column("reach", "Codes", sort="", value=reach),
            Column("changed_at", "Changed", kind="time"),
        ],
        rows.select_related("coding__fund", "coding__ledger_code", "coding__cost_centre"),
        request,
        name="coding-templates",
        noun=("template", "templates"),
        empty=NotYet(
            "No coding templates yet: baskets whose lines have no ledger code of ours wait until somebody makes one.",
            *(("Add a template", reverse("add-coding-template")) if sets_up and year else ()),
        ),
    )
    context = {
        "heading": "Coding templates",
        "text": MOST_SPECIFIC,
        "actions": [(reverse("add-coding-template"), "Add a template")] if sets_up and year else [],
    }
    return table.response("school_purchasing/set_up_list.html", context)


@purchasing_view("sets_up")
def add(request: PersonRequest) -> HttpResponseBase:
    """Add a template; a page of a basket that waits says for whom (`?login=`, `?cost_centre=`)."""
    year = looked_at(request)
    if year is None:
        return redirect("add-financial-year")
    template = CodingTemplate(year=year)
    shown = {name: request.GET.get(name, "") for name in ("login", "cost_centre")}
    form = TemplateForm(request.POST or None, now=shown, year=year)
    if request.method == "POST" and form.is_valid():

        def save() -> None:
            save_template(template, form.wanted, by=request.user, request=request)

        if saved(form, save):
            if year == current_year():
                messages.success(request, "The template was added. Baskets that waited for it come in by themselves.")
            else:
                now = f"Baskets come into {current_year()} now" if current_year() else "No year is open"
                messages.warning(request, f"The template was added to {year}. {now}: it codes none of them yet.")
            return redirect("coding-templates")
    return form_page(request, form, "Add a coding template", reverse("coding-templates"), text=MOST_SPECIFIC)


@purchasing_view("sets_up")
def coding_template(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = _find(request, pk)

    def now() -> dict[str, Any]:
        row = _find(request, pk)
        return {"login": row.login, "cost_centre": row.cost_centre, "coding": row.coding}

    form = TemplateForm(request.POST or None, now=now(), year=found.year)
    if request.method == "POST" and form.is_valid():

        def save() -> None:
            save_template(found, form.wanted, seen=form.seen, by=request.user, request=request)

        if saved(form, save, now):
            messages.success(request, "Saved. Lines that are coded already stay as they are.")
            return redirect("coding-templates")
    remove_step = (reverse("remove-coding-template", args=[pk]), "Remove it")
    return form_page(
        request, form, in_words(found), reverse("coding-templates"), text=MOST_SPECIFIC, remove=remove_step
    )


@purchasing_view("sets_up")
def remove(request: PersonRequest, pk: int) -> HttpResponseBase:
    found, refused = _find(request, pk), ""
    if request.method == "POST":
        try:
            remove_template(found, by=request.user, request=request)
        except SetUpRefused as error:
            refused = str(error)
        else:
            messages.success(request, "The template was removed.")
            return redirect("coding-templates")
    text = "Lines that it coded stay as they are. New baskets go by the templates that are left."
    cancel = reverse("coding-template", args=[pk])
    return question(request, f"Remove the template {in_words(found).lower()}?", text, "Remove", cancel, refused)


def in_words(template: CodingTemplate) -> str:
    """What a template is for."""
    if template.login and template.cost_centre:
        return "For a login and a cost centre"
    if template.login:
        return "For a login"
    return "For a cost centre" if template.cost_centre else "Default"


def _find(request: PersonRequest, pk: int) -> CodingTemplate:
    found: CodingTemplate = get_object_or_404(
        CodingTemplate.objects.visible_to(request.user).select_related(
            "year", "coding__fund", "coding__ledger_code", "coding__cost_centre"
        ),
        pk=pk,
    )
    return found
