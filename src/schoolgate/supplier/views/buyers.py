"""Schools, and the accounts by which their finance systems call."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.web.tables import Column, NotYet, Table
from schoolgate.supplier.buyers.accounts import (
    CHANGEABLE,
    BuyerRefused,
    add_buyer,
    change_buyer,
    give_new_password,
    switch_off,
    switch_on,
)
from schoolgate.supplier.buyers.locks import locked_among, locks_of
from schoolgate.supplier.buyers.locks import unlock as unlock_buyer
from schoolgate.supplier.buyers.suppliers import ChangedMeanwhile
from schoolgate.supplier.forms.buyers import AddBuyerForm, ChangeBuyerForm, PasswordField
from schoolgate.supplier.models import Buyer, Call, Document, Order, State
from schoolgate.supplier.service.address import address_of
from schoolgate.supplier.service.conformance import conformance_of
from schoolgate.supplier.service.log import OK
from schoolgate.supplier.views.portal import seen_by, supplier_columns

FAULT_DAYS = 7
CALLS_SHOWN = 10
STATES = [("active", "Active"), ("switched off", "Switched off"), ("test", "Test schools")]


@who("administrator", "staff")
def buyers(request: PersonRequest) -> HttpResponseBase:
    faults: dict[int, int] = {}
    locked: set[str] = set()

    def prepare(rows: list[Buyer]) -> None:
        faults.clear()
        faults.update(_faults_of(rows))
        locked.clear()
        locked.update(locked_among(rows))

    def state(buyer: Buyer) -> str:
        if not buyer.account.is_active:
            return "switched off"
        if buyer.account.username in locked:
            return "locked"
        return "test school" if buyer.test else "active"

    table = Table(
        [
            Column("name", "School", search=True, link=lambda buyer: reverse("buyer", args=[buyer.pk])),
            *supplier_columns(request.user),
            Column("account__username", "User", kind="code", search=True),
            Column("duns", "DUNS", kind="code", search=True),
            Column("account_number", "Account no.", kind="code", search=True),
            Column("last_call_at", "Last call", kind="time"),
            Column(
                "faults", f"Faults, {FAULT_DAYS} days", kind="number", sort="", value=lambda buyer: faults.get(buyer.pk)
            ),
            Column("account__password_set_at", "Password set", kind="time"),
            Column("state", "State", kind="state", sort="", choices=STATES, narrow=_narrowed, value=state),
        ],
        seen_by(request.user, Buyer.objects.all()).select_related("account", "supplier"),
        request,
        name="schools",
        noun=("school", "schools"),
        prepare=prepare,
        empty=NotYet("Add schools one by one, by CSV, or by API.", "Add a school", reverse("add-buyer")),
    )
    return table.response("supplier/buyers.html")


@who("administrator", "staff")
def buyer(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = _buyer(request, pk)
    waiting = Document.objects.filter(buyer=found, state=State.WAITING, expires_at__gt=timezone.now())
    context = {
        "buyer": found,
        "locks": locks_of(found),
        "waiting": waiting.count(),
        "orders": Order.objects.filter(buyer=found).count(),
        "calls": Call.objects.filter(buyer=found).defer("request", "answer")[:CALLS_SHOWN],
        "conformance": conformance_of(found),
    }
    return render(request, "supplier/buyer.html", context)


@who("administrator", "staff")
def conformance(request: PersonRequest, pk: int) -> HttpResponseBase:
    """What a school's finance system has called, what it never tried, and which rules it bends."""
    found = _buyer(request, pk)
    return render(request, "supplier/conformance.html", {"buyer": found, "conformance": conformance_of(found)})


@who("administrator", "staff")
@sensitive_post_parameters("password")
def add(request: PersonRequest) -> HttpResponseBase:
    form = AddBuyerForm(request.POST or None, user=request.user)
    if not form.has_supplier:
        return render(request, "supplier/no_supplier.html", {"heading": "Add a school"})
    if request.method == "POST" and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "supplier"}
        try:
            made, password = add_buyer(form.supplier, **given, by=request.user, request=request)
        except BuyerRefused as refused:
            _tell(form, refused)
        else:
            return show_password_once(request, made, password)
    return render(request, "supplier/add_buyer.html", {"form": form}, status=_status(form))


@who("administrator", "staff")
def edit(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = _buyer(request, pk)
    form = ChangeBuyerForm(request.POST or None, now=_values(found))
    if request.method == "POST" and form.is_valid():
        for name, value in form.seen.items():
            setattr(found, name, value)
        try:
            change_buyer(found, form.wanted, by=request.user, request=request)
        except ChangedMeanwhile:
            form.show_both(_values(_buyer(request, pk)))
        except BuyerRefused as refused:
            _tell(form, refused)
        else:
            messages.success(request, "Saved.")
            return redirect("buyer", pk)
    context = {"form": form, "buyer": _buyer(request, pk)}
    return render(request, "supplier/edit_buyer.html", context, status=_status(form))


@who("administrator", "staff")
@sensitive_post_parameters("password")
def new_password(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = _buyer(request, pk)
    form = PasswordField(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            password = give_new_password(
                found,
                password=form.cleaned_data["password"] or None,
                seen=_moment(request.POST.get("seen", "")),
                by=request.user,
                request=request,
            )
        except ChangedMeanwhile:
            form.add_error(
                None,
                "The password was set again since you opened this page: perhaps a colleague has just given the school "
                "a new one. Nothing was changed. Press the button again if it shall be set once more.",
            )
            found.refresh_from_db()
        except BuyerRefused as refused:
            _tell(form, refused)
        else:
            return show_password_once(request, found, password)
    context = {"form": form, "buyer": found}
    return render(request, "supplier/buyer_password.html", context, status=_status(form))


@who("administrator", "staff")
def switch(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Switch a school off or on, after a question."""
    found = _buyer(request, pk)
    off = found.account.is_active
    if request.method == "POST":
        # What was asked for, whatever a colleague has done meanwhile.
        if request.POST.get("to") == "off":
            switch_off(found, by=request.user, request=request)
            messages.success(request, f"{found.name} is switched off: its next call is refused.")
        else:
            switch_on(found, by=request.user, request=request)
            messages.success(request, f"{found.name} is switched on: its program may call with the password it had.")
        return redirect("buyer", pk)
    return render(request, "supplier/switch_buyer.html", {"buyer": found, "off": off})


@who("administrator", "staff")
@require_POST
def unlock(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Forget a school's wrong passwords, so that it may call at once."""
    found = _buyer(request, pk)
    unlock_buyer(found, by=request.user, request=request)
    messages.success(request, f"{found.name} may try its password again.")
    return redirect("buyer", pk)


def show_password_once(request: PersonRequest, buyer: Buyer, password: str) -> HttpResponseBase:
    """The page that alone shows a password; with it a connection sheet that holds it may be printed."""
    context = {"buyer": buyer, "password": password, "address": address_of(request.META)}
    answer = render(request, "supplier/password_once.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _buyer(request: PersonRequest, pk: int) -> Buyer:
    found: Buyer = get_object_or_404(
        Buyer.objects.visible_to(request.user).select_related("account", "supplier"), pk=pk
    )
    return found


def _values(buyer: Buyer) -> dict[str, Any]:
    return {name: getattr(buyer, name) for name in CHANGEABLE}


def _faults_of(rows: list[Buyer]) -> dict[int, int]:
    since = timezone.now() - timedelta(days=FAULT_DAYS)
    calls = Call.objects.filter(buyer__in=rows, at__gte=since).exclude(outcome=OK)
    return dict(calls.order_by().values_list("buyer").annotate(Count("pk")))


def _narrowed(rows: Any, which: str) -> Any:
    return rows.filter(test=True) if which == "test" else rows.filter(account__is_active=which == "active")


def _moment(text: str) -> datetime | None:
    try:
        return parse_datetime(text)
    except ValueError:
        return None


def _tell(form: Any, refused: BuyerRefused) -> None:
    """Each fault at its field, where the form has it."""
    for name, sentence in refused.faults.items():
        form.add_error(name if name in form.fields else None, sentence)


def _status(form: Any) -> int:
    return 422 if form.errors else 200
