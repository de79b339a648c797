"""Administration: what holds for the whole service, its suppliers, and who works for them."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import resolve, reverse
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest, may_open, who
from schoolgate.commons.accounts.models import User
from schoolgate.commons.preferences.models import StoredPreference
from schoolgate.commons.preferences.registry import Preference
from schoolgate.supplier.buyers.suppliers import (
    ChangedMeanwhile,
    SupplierRefused,
    add_member,
    add_supplier,
    change_supplier,
    remove_member,
)
from schoolgate.supplier.forms.settings import AddSupplierForm, ChangeSupplierForm, MemberForm, ServiceForm
from schoolgate.supplier.models import Membership, Supplier
from schoolgate.supplier.preferences import (
    EXPIRY_DAYS,
    EXPIRY_WARNING_DAYS,
    REFUSE_OTHER_DUNS,
    REFUSE_PROFILE_FINDINGS,
    SERVICE_CONTACT,
    SERVICE_NAME,
)

PREFERENCES: Mapping[str, Preference[Any]] = {
    "name": SERVICE_NAME,
    "contact": SERVICE_CONTACT,
    "expiry_days": EXPIRY_DAYS,
    "warning_days": EXPIRY_WARNING_DAYS,
    "refuse_other_duns": REFUSE_OTHER_DUNS,
    "refuse_profile_findings": REFUSE_PROFILE_FINDINGS,
}

PAGES = (
    ("suppliers", "Suppliers", "whose service this is, and who works for whom"),
    ("users", "Users", "who may sign in, and what each may do"),
    ("keys", "Keys and webhooks", "which programs may come in, and which are told of orders"),
    ("alerts", "Alerts", "who is told what by mail"),
    ("retention", "Retention", "what is kept for how long"),
    ("backups", "Backups", "where and when they are made"),
    ("system", "System", "whether this site and its machine are well"),
    ("audit", "Audit", "who did what"),
)
"""The pages behind *Administration*: name, title, and what for."""


@who("administrator", "staff")
def administration(request: PersonRequest) -> HttpResponseBase:
    """What is set for the whole service is an administrator's; the pages, each one's own."""
    sets = request.user.role == "administrator"
    if request.method == "POST" and not sets:
        raise PermissionDenied
    form = ServiceForm(request.POST or None, now=_now())
    if request.method == "POST" and form.is_valid() and _set(request, form):
        messages.success(request, "Saved.")
        return redirect("administration")
    addresses = [(reverse(name), label, words) for name, label, words in PAGES]
    context = {
        "form": form if sets else None,
        "pages": [one for one in addresses if may_open(request.user, resolve(one[0]).func)],
    }
    return render(request, "supplier/administration.html", context, status=_status(form))


@who("administrator")
def suppliers(request: PersonRequest) -> HttpResponseBase:
    rows = Supplier.objects.prefetch_related("members__user")
    return render(request, "supplier/suppliers.html", {"suppliers": rows})


@who("administrator")
def add(request: PersonRequest) -> HttpResponseBase:
    form = AddSupplierForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = add_supplier(**form.cleaned_data, by=request.user, request=request)
        except SupplierRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"{made} is there. Connect it now.")
            return redirect(f"{reverse('get-connected')}?supplier={made.pk}")
    return render(request, "supplier/add_supplier.html", {"form": form}, status=_status(form))


@who("administrator")
def supplier(request: PersonRequest, pk: int) -> HttpResponseBase:
    """One supplier: its name and number, and who works for it."""
    found = get_object_or_404(Supplier.objects.visible_to(request.user), pk=pk)
    form = ChangeSupplierForm(request.POST or None, now={"name": found.name, "duns": found.duns})
    if request.method == "POST" and form.is_valid():
        seen = Supplier(pk=pk, **form.seen)
        try:
            change_supplier(seen, **form.wanted, by=request.user, request=request)
        except ChangedMeanwhile:
            found.refresh_from_db()
            form.show_both({"name": found.name, "duns": found.duns})
        except SupplierRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Saved.")
            return redirect("supplier", pk)
    context = {
        "supplier": found,
        "form": form,
        "members": Membership.objects.filter(supplier=found).select_related("user").order_by("user__username"),
        "member_form": MemberForm(supplier=found),
    }
    return render(request, "supplier/supplier.html", context, status=_status(form))


@who("administrator")
@require_POST
def add_to(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Have somebody work for a supplier."""
    found = get_object_or_404(Supplier.objects.visible_to(request.user), pk=pk)
    form = MemberForm(request.POST, supplier=found)
    if form.is_valid():
        person: User = form.cleaned_data["person"]
        add_member(found, person, by=request.user, request=request)
        messages.success(request, f"{person} works for {found}.")
    else:
        messages.error(request, "Choose a member of staff from the list.")
    return redirect("supplier", pk)


@who("administrator")
@require_POST
def remove_from(request: PersonRequest, pk: int, person: int) -> HttpResponseBase:
    """Have somebody work for a supplier no longer."""
    found = get_object_or_404(Supplier.objects.visible_to(request.user), pk=pk)
    member = get_object_or_404(User.objects.visible_to(request.user), pk=person)
    remove_member(found, member, by=request.user, request=request)
    messages.success(request, f"{member} sees nothing of {found} any more.")
    return redirect("supplier", pk)


def _now() -> dict[str, Any]:
    return {name: preference.get() for name, preference in PREFERENCES.items()}


def _set(request: PersonRequest, form: ServiceForm) -> bool:
    """Set what was typed, where all stands as it was seen; else the form shows both."""
    with transaction.atomic():
        # Of two who save at once the second waits, and then sees what the first set.
        list(StoredPreference.objects.select_for_update().order_by("pk"))
        now = _now()
        if form.seen != now:
            form.show_both(now)
            return False
        for name, value in form.wanted.items():
            PREFERENCES[name].set(value, by=request.user, request=request)
    return True


def _status(form: Any) -> int:
    return 422 if form.errors else 200
