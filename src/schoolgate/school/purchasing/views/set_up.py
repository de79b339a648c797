"""*Set-up*: the ways to all that the ledger needs, and the establishment's details."""

from collections.abc import Iterator

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.school.purchasing.access import purchasing_view
from schoolgate.school.purchasing.chart import KINDS
from schoolgate.school.purchasing.establishment import DUNS, change_details, details
from schoolgate.school.purchasing.forms.set_up import EstablishmentForm
from schoolgate.school.purchasing.models import (
    Coding,
    CodingTemplate,
    FinancialYear,
    PurchasingRights,
    Supplier,
    VatCode,
    WebService,
)
from schoolgate.school.purchasing.views.saving import form_page, saved
from schoolgate.school.purchasing.years import current_year, looked_at


@purchasing_view()
def set_up(request: PersonRequest) -> HttpResponseBase:
    """What the ledger needs, in the order in which it is set up, and what of it is there."""
    year = looked_at(request)
    context = {
        "steps": [
            (reverse("establishment"), "Establishment details", "name, DUNS number, order numbers", bool(DUNS.get())),
            (reverse("financial-years"), "Financial years", "and the year end", year is not None),
            *_steps_of_the_year(year),
            (reverse("vat-codes"), "VAT codes", "with their rates", VatCode.objects.exists()),
            (
                reverse("purchasing-services"),
                "eProcurement set-up",
                "the web services of suppliers and portals",
                WebService.objects.exists(),
            ),
            (reverse("purchasing-suppliers"), "Suppliers", "and how they are ordered from", Supplier.objects.exists()),
            (
                reverse("purchasing-people"),
                "Users and limits",
                "who raises, imports, authorises, enters invoices and sets up",
                PurchasingRights.objects.filter(authorises_to__isnull=False, user__is_active=True).exists(),
            ),
        ],
    }
    return render(request, "school_purchasing/set_up.html", context)


@purchasing_view("sets_up")
def establishment(request: PersonRequest) -> HttpResponseBase:
    """Whose ledger this is, and what its documents say of it."""
    form = EstablishmentForm(request.POST or None, now=details(), year=current_year())
    if request.method == "POST" and form.is_valid():

        def save() -> None:
            change_details(form.wanted, seen=form.seen, by=request.user, request=request)

        if saved(form, save, details):
            messages.success(request, "Saved.")
            return redirect("ledger-set-up")
    return form_page(request, form, "Establishment details", reverse("ledger-set-up"))


def _steps_of_the_year(year: FinancialYear | None) -> Iterator[tuple[str, str, str, bool]]:
    words = {"funds": "whose money it is", "ledger-codes": "what it is spent on", "cost-centres": "who spends it"}
    for chart, kind in KINDS.items():
        rows = kind.model.objects.filter(year=year)
        yield reverse("account-codes", args=[chart]), kind.many.capitalize(), words[chart], rows.exists()
    links = Coding.objects.filter(year=year)
    yield reverse("coding-links"), "Links and budgets", "which three belong together, and what there is", links.exists()
    templates = CodingTemplate.objects.filter(year=year)
    yield reverse("coding-templates"), "Coding templates", "how lines of baskets are coded", templates.exists()
