"""Users and limits: who may do what in the ledger, and whether duties are separate (SCREENS 5.2)."""

from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.accounts.models import ADMINISTRATOR, User
from schoolgate.commons.web.tables import Column, Table
from schoolgate.school.purchasing import separation
from schoolgate.school.purchasing.access import may, purchasing_view, rights_of
from schoolgate.school.purchasing.establishment import OWN_ORDERS_TOO
from schoolgate.school.purchasing.forms.set_up import OwnOrdersForm, RightsForm
from schoolgate.school.purchasing.limits import give, people_visible_to, rights_given
from schoolgate.school.purchasing.models import PurchasingRights
from schoolgate.school.purchasing.models.visible import works_with_orders
from schoolgate.school.purchasing.views.saving import form_page, saved


@purchasing_view()
def people(request: PersonRequest) -> HttpResponseBase:
    """Everybody who works with orders, and who else may be let in."""
    sets_up = may(request.user, "sets_up")

    def address(person: User) -> str:
        return reverse("purchasing-person", args=[person.pk])

    rights: dict[int, PurchasingRights] = {}

    def prepare(people: list[User]) -> None:
        rights.clear()
        rights.update({person.pk: rights_of(person) for person in people})

    def answer(name: str) -> Any:
        return lambda person: "yes" if getattr(rights[person.pk], name) else ""

    table = Table(
        [
            Column("name", "Person", search=True, value=str, link=address if sets_up else None),
            Column("role", "Role", value=lambda person: person.role.capitalize()),
            Column("sees", "Sees the ledger", sort="", value=lambda one: "yes" if works_with_orders(one) else ""),
            Column("raises", "Raises", sort="", value=answer("raises")),
            Column("imports", "Imports", sort="", value=answer("imports")),
            Column("limit", "Orders up to £", kind="money", sort="", value=lambda one: rights[one.pk].authorises_to),
            Column("enters", "Enters invoices", sort="", value=answer("enters_invoices")),
            Column("pays_to", "Invoices up to £", kind="money", sort="", value=lambda one: rights[one.pk].pays_to),
            Column("over", "Over budget", sort="", value=answer("over_budget")),
            Column("sets_up", "Sets up", sort="", value=answer("sets_up")),
        ],
        people_visible_to(request.user).select_related("purchasing"),
        request,
        name="people",
        noun=("person", "people"),
        prepare=prepare,
    )
    context = {
        "findings": list(separation.findings()),
        "form": OwnOrdersForm(now={"own_orders": OWN_ORDERS_TOO.get()}) if sets_up else None,
        "own_orders": OWN_ORDERS_TOO.get(),
    }
    return table.response("school_purchasing/people.html", context)


@purchasing_view("sets_up")
def person(request: PersonRequest, pk: int) -> HttpResponseBase:
    """What one person may do."""
    found = get_object_or_404(people_visible_to(request.user), pk=pk)

    def now() -> dict[str, Any]:
        return rights_given(found)

    form = RightsForm(request.POST or None, now=now())
    if request.method == "POST" and form.is_valid():

        def save() -> None:
            give(found, form.wanted, seen=form.seen, by=request.user, request=request)

        if saved(form, save, now):
            messages.success(request, f"Saved what {found} may do.")
            return redirect("purchasing-people")
    text = "An administrator sets the ledger up in any case." if found.role == ADMINISTRATOR else ""
    return form_page(request, form, f"What {found} may do", reverse("purchasing-people"), text=text)


@purchasing_view("sets_up")
@require_POST
def own_orders(request: PersonRequest) -> HttpResponseBase:
    """Say whether somebody may authorise alone what they raised."""
    form = OwnOrdersForm(request.POST, now={"own_orders": OWN_ORDERS_TOO.get()})
    if form.is_valid():
        OWN_ORDERS_TOO.set(form.cleaned_data["own_orders"], by=request.user, request=request)
        messages.success(request, "Saved.")
    return redirect("purchasing-people")
