"""VAT codes (SCREENS 5.2)."""

from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.web.tables import Column, NotYet, Table
from schoolgate.school.purchasing.access import may, purchasing_view
from schoolgate.school.purchasing.changing import SetUpRefused
from schoolgate.school.purchasing.forms.set_up import VatForm
from schoolgate.school.purchasing.models import VatCode
from schoolgate.school.purchasing.vat import SENT_AS, add_usual, remove_code, save_code
from schoolgate.school.purchasing.views.chart import state_column
from schoolgate.school.purchasing.views.saving import form_page, question, saved

FIELDS = ("code", "name", "rate", "sent_as", "standard", "open")


@purchasing_view()
def vat_codes(request: PersonRequest) -> HttpResponseBase:
    sets_up = may(request.user, "sets_up")
    table = Table(
        [
            Column("code", "Code", kind="code", search=True, link=_address if sets_up else None),
            Column("name", "Name", search=True),
            Column("rate", "Rate", kind="money"),
            Column("sent_as", "Sent as", value=lambda code: dict(SENT_AS).get(code.sent_as, "")),
            Column("standard", "Taken by rate", value=lambda code: "yes" if code.standard else ""),
            state_column(),
        ],
        VatCode.objects.visible_to(request.user),
        request,
        name="vat-codes",
        noun=("VAT code", "VAT codes"),
        empty=NotYet("No VAT codes yet."),
    )
    context = {
        "actions": [
            (reverse("add-vat-code"), "Add a VAT code"),
            (reverse("import-set-up", args=["vat-codes"]), "Add many from a CSV file"),
        ]
        if sets_up
        else [],
        "offer_usual": sets_up and not VatCode.objects.exists(),
    }
    return table.response("school_purchasing/vat_codes.html", context)


@purchasing_view("sets_up")
@require_POST
def add_usual_ones(request: PersonRequest) -> HttpResponseBase:
    """Add the usual codes that are not here."""
    added = add_usual(by=request.user, request=request)
    messages.success(request, f"{added} VAT codes were added." if added else "They are all here. Nothing was changed.")
    return redirect("vat-codes")


@purchasing_view("sets_up")
def add(request: PersonRequest) -> HttpResponseBase:
    form, code = VatForm(request.POST or None, now={"open": True}), VatCode()
    if request.method == "POST" and form.is_valid():

        def save() -> None:
            save_code(code, form.wanted, by=request.user, request=request)

        if saved(form, save):
            messages.success(request, f"{code} was added.{_said_of_rate(code)}")
            return redirect("vat-codes")
    return form_page(request, form, "Add a VAT code", reverse("vat-codes"))


@purchasing_view("sets_up")
def vat_code(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = _find(request, pk)

    def now() -> dict[str, Any]:
        row = _find(request, pk)
        return {name: getattr(row, name) for name in FIELDS}

    form, heading = VatForm(request.POST or None, now=now()), str(found)
    if request.method == "POST" and form.is_valid():

        def save() -> None:
            save_code(found, form.wanted, seen=form.seen, by=request.user, request=request)

        if saved(form, save, now):
            messages.success(request, f"Saved.{_said_of_rate(found)}")
            return redirect("vat-codes")
    return form_page(
        request, form, heading, reverse("vat-codes"), remove=(reverse("remove-vat-code", args=[pk]), "Remove it")
    )


@purchasing_view("sets_up")
def remove(request: PersonRequest, pk: int) -> HttpResponseBase:
    found, refused = _find(request, pk), ""
    said = str(found)
    if request.method == "POST":
        try:
            remove_code(found, by=request.user, request=request)
        except SetUpRefused as error:
            refused = str(error)
        else:
            messages.success(request, f"{said} was removed.")
            return redirect("vat-codes")
    text = "Only a code that no order has can be removed; what is used is closed."
    return question(request, f"Remove {said}?", text, "Remove", reverse("vat-code", args=[pk]), refused)


def _find(request: PersonRequest, pk: int) -> VatCode:
    return get_object_or_404(VatCode.objects.visible_to(request.user), pk=pk)


def _address(code: VatCode) -> str:
    return reverse("vat-code", args=[code.pk])


def _said_of_rate(code: VatCode) -> str:
    """Which code a document gets that says only this rate, where there are several."""
    of_rate = [one for one in VatCode.objects.filter(open=True) if one.rate == code.rate]
    standard = next((one for one in of_rate if one.standard), None)
    if len(of_rate) < 2 or standard is None:
        return ""
    return f" {len(of_rate)} codes have the rate {code.rate} %: where a document says only that, {standard} is taken."
