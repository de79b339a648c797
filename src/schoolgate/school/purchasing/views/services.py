"""eProcurement set-up: web services, their test, their passwords, and who sells through them (SCREENS 5.2)."""

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.accounts.models import ADMINISTRATOR
from schoolgate.commons.web.tables import Column, NotYet, Table
from schoolgate.school.purchasing import connection_test
from schoolgate.school.purchasing.access import may, purchasing_view
from schoolgate.school.purchasing.forms.services import LinkedSuppliersForm, ServiceForm
from schoolgate.school.purchasing.models import Supplier, WebService
from schoolgate.school.purchasing.passwords import change_password, what_may_be
from schoolgate.school.purchasing.services import CHANGEABLE, link_suppliers, save_service, turn_off, turn_on
from schoolgate.school.purchasing.views.saving import form_page, saved
from schoolgate.wire.soap.errors import ServiceError


@purchasing_view()
def services(request: PersonRequest) -> HttpResponseBase:
    linked = Prefetch("suppliers", Supplier.objects.order_by("name"))
    table = Table(
        [
            Column("name", "Service", search=True, link=_page),
            Column("url", "Address", kind="long", search=True),
            Column("username", "User", kind="code"),
            Column("suppliers", "Suppliers", sort="", value=_suppliers),
            Column("last_success_at", "Last success", kind="time"),
            Column("password_set_at", "Password", value=password_age),
            Column("trouble", "State", kind="state", value=_state),
        ],
        WebService.objects.visible_to(request.user).prefetch_related(linked),
        request,
        name="web-services",
        noun=("web service", "web services"),
        empty=NotYet(
            "Ask your supplier for its web service address and use your web-site log-in.",
            "Add a web service",
            reverse("purchasing-add-service"),
        ),
    )
    return table.response("school_purchasing/services.html", {"sets_up": may(request.user, "sets_up")})


@purchasing_view()
def service(request: PersonRequest, pk: int) -> HttpResponseBase:
    return _service_page(request, _service(request, pk))


@purchasing_view("sets_up")
@sensitive_post_parameters("password")
def add(request: PersonRequest) -> HttpResponseBase:
    made = WebService()
    form = ServiceForm(request.POST or None, now={})
    if request.method == "POST" and form.is_valid():

        def save() -> None:
            save_service(made, form.values, password=form.secret, by=request.user, request=request)

        if saved(form, save):
            messages.success(request, f"{made.name} was added. Test the connection now.")
            return redirect(_page(made))
    return form_page(request, form, "Add a web service", reverse("purchasing-services"))


@purchasing_view("sets_up")
@sensitive_post_parameters("password")
def edit(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = _service(request, pk)
    heading = f"Change {found.name}"
    form = ServiceForm(request.POST or None, now=_values(found))
    if request.method == "POST" and form.is_valid():

        def save() -> None:
            save_service(
                found,
                form.values,
                seen=form.values_seen,
                password=form.secret,
                by=request.user,
                request=request,
            )

        if saved(form, save, lambda: {**_values(_service(request, pk)), "password": ""}):
            messages.success(request, "Saved. Test the connection now.")
            return redirect(_page(found))
    return form_page(request, form, heading, _page(found))


@purchasing_view("sets_up")
@require_POST
def test_connection(request: PersonRequest, pk: int) -> HttpResponseBase:
    """What a real call finds. Nothing is redirected: to load the page again is to test again."""
    found = _service(request, pk)
    report = connection_test.test(found)
    context = {
        "service": found,
        "report": report,
        "mend": _place_to_mend(request, report.error, found) if report.error else None,
        "what_may_be": what_may_be(found),
    }
    return render(request, "school_purchasing/service_test.html", context)


@purchasing_view("sets_up")
def new_password(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Have the service make up a new password, after a question."""
    found = _service(request, pk)
    error = None
    if request.method == "POST":
        try:
            change_password(found, by=request.user, request=request)
        except ServiceError as failed:
            error = failed
            found.refresh_from_db()
        else:
            messages.success(request, f"{found.name} gave a new password. It is used from now on.")
            return redirect(_page(found))
    context = {"service": found, "error": error, "age": password_age(found), "what_may_be": what_may_be(found)}
    return render(request, "school_purchasing/service_password.html", context)


@purchasing_view("sets_up")
@require_POST
def turn(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Turn a service off or on."""
    found = _service(request, pk)
    if request.POST.get("to") == "off":
        turn_off(found, by=request.user, request=request)
        messages.success(request, f"{found.name} is turned off: nothing is fetched from it.")
    else:
        turn_on(found, by=request.user, request=request)
        messages.success(request, f"{found.name} is turned on.")
    return redirect(_page(found))


@purchasing_view("sets_up")
@require_POST
def link(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Say who sells through a service."""
    found = _service(request, pk)
    form = LinkedSuppliersForm(request.POST, service=found)
    if form.is_valid():

        def save() -> None:
            link_suppliers(found, form.cleaned_data["suppliers"], by=request.user, request=request)

        if saved(form, save):
            messages.success(request, "Saved.")
            return redirect(_page(found))
    return _service_page(request, found, form)


def password_age(service: WebService) -> str:
    """How old the password is, in words."""
    if service.password_set_at is None:
        return "age not known"
    days = (timezone.localdate() - timezone.localtime(service.password_set_at).date()).days
    return {0: "set today", 1: "1 day old"}.get(days, f"{days:,} days old")


def _service_page(
    request: PersonRequest, service: WebService, form: LinkedSuppliersForm | None = None
) -> HttpResponseBase:
    context = {
        "service": service,
        "state": _state(service),
        "suppliers": service.suppliers.order_by("name"),
        "form": form or LinkedSuppliersForm(service=service),
        "age": password_age(service),
        "what_may_be": what_may_be(service),
        "sets_up": may(request.user, "sets_up"),
    }
    wrong = form is not None and form.errors
    return render(request, "school_purchasing/service.html", context, status=422 if wrong else 200)


def _place_to_mend(request: PersonRequest, error: ServiceError, service: WebService) -> tuple[str, str] | None:
    """Where the person can put it right: the words of the link, and its address."""
    if "proxy" in error.code or error.code == "unreachable-tls-version":
        return ("Open Connection", reverse("connection")) if request.user.role == ADMINISTRATOR else None
    return "Change address or login", reverse("purchasing-edit-service", args=[service.pk])


def _state(service: WebService) -> str:
    if service.turned_off:
        return "turned off"
    if service.trouble:
        return "trouble"
    if service.last_success_at is None:
        return "not called yet"
    return "all right" if service.last_success_at >= service.changed_at else "to be tested"


def _suppliers(service: WebService) -> str:
    return ", ".join(supplier.name for supplier in service.suppliers.all())


def _service(request: PersonRequest, pk: int) -> WebService:
    found: WebService = get_object_or_404(WebService.objects.visible_to(request.user), pk=pk)
    return found


def _values(service: WebService) -> dict[str, Any]:
    return {name: getattr(service, name) for name in CHANGEABLE}


def _page(service: WebService) -> str:
    return reverse("purchasing-service", args=[service.pk])
