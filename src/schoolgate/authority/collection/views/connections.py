"""How a base's data comes: the settings of its system, their test, and which system it is (SCREENS 5.3)."""

from collections import Counter

from django.contrib import messages
from django.db.models import Count
from django.http.response import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from schoolgate.authority.bases.base_page import Part
from schoolgate.authority.bases.models import Base
from schoolgate.authority.bases.systems import system_label
from schoolgate.authority.collection.connection_forms import OptionsForm, SystemForm
from schoolgate.authority.collection.connections import (
    FOR_GOOD,
    ConnectionRefused,
    choose_system,
    connection_for,
    forget,
)
from schoolgate.authority.collection.models import BaseMigration, Connection, ConnectionState
from schoolgate.authority.collection.options import options_of, set_options
from schoolgate.authority.collection.views.settings import Named, Way, kind_named, settings_page, test_saved
from schoolgate.commons.accounts.access import PersonRequest, may_open, who
from schoolgate.commons.web.tables import Column, Table
from schoolgate.wire.mis.registry import all_connectors


@who("administrator", "officer")
@sensitive_post_parameters()
def connection(request: PersonRequest, pk: int, connector: str) -> HttpResponseBase:
    """*Add/Edit SIMS Primary Settings*, and those of every other system: to save, or only to test."""
    base, kind = _base(request, pk), kind_named(connector)
    return settings_page(request, base, kind, "authority_collection/connection.html", back=_origin(request, base))


@who("administrator", "officer")
@require_POST
def test_connection(request: PersonRequest, pk: int, connector: str) -> HttpResponseBase:
    """Make one real data call with the saved settings."""
    base = _base(request, pk)
    test_saved(request, base, kind_named(connector))
    return redirect(_origin(request, base))


@who("administrator", "officer")
def forget_connection(request: PersonRequest, pk: int, connector: str) -> HttpResponseBase:
    """Remove the settings of a base for one system."""
    base, kind = _base(request, pk), kind_named(connector)
    if connection_for(base, kind) is None:
        raise Http404
    if request.method == "POST":
        try:
            forget(base, kind, by=request.user, request=request)
        except ConnectionRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, f"The settings for {kind.label} are removed.")
        return redirect("base", base.pk)
    context = {
        "heading": f"Remove the {kind.label} settings of {base.name}?",
        "text": "Nobody can ask the system with them then. What was collected stays as it is.",
        "submit": "Remove",
        "cancel": reverse("base", args=[base.pk]),
    }
    return render(request, "web/confirm.html", context)


@who("administrator", "officer")
def base_system(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Which system a school has. To one from which nobody goes back a base is migrated, on a page of its own."""
    base = _base(request, pk)
    form = SystemForm(request.POST or None, base=base)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            choose_system(base, given["system"], seen=given["seen"], by=request.user, request=request)
        except ConnectionRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"The data of {base.name} comes from {system_label(given['system'])}.")
            return redirect("base", base.pk)
    context = {
        "base": base,
        "form": form,
        "settled": base.mis in FOR_GOOD,
        "system": system_label(base.mis),
        "ways": [Way.of(base, kind) for kind in all_connectors().values()],
    }
    return render(request, "authority_collection/base_system.html", context, status=422 if form.errors else 200)


@who("administrator", "officer")
def school_systems(request: PersonRequest) -> HttpResponseBase:
    """The systems that schools can be collected from, and how many are."""
    bases = dict(Base.objects.order_by().values_list("mis").annotate(Count("pk")))
    states = Counter(Connection.objects.order_by().values_list("connector", "state"))
    rows = [
        {
            "name": kind.name,
            "label": kind.label,
            "collected": bases.get(kind.name, 0),
            "entered": sum(states[kind.name, state] for state in ConnectionState.values),
            "attention": states[kind.name, ConnectionState.NEEDS_ATTENTION.value],
        }
        for kind in all_connectors().values()
    ]
    sets = may_open(request.user, system_options)
    table = Table(
        [
            Column("label", "System", link=lambda row: reverse("system-options", args=[row["name"]]) if sets else ""),
            Column(
                "collected",
                "Schools collected",
                kind="number",
                link=lambda row: f"{reverse('bases')}?mis={row['name']}",
            ),
            Column("entered", "With settings", kind="number"),
            Column("attention", "Need attention", kind="number"),
        ],
        rows,
        request,
        name="systems",
        noun=("system", "systems"),
    )
    return table.response("authority_collection/school_systems.html")


@who("administrator")
@sensitive_post_parameters()
def system_options(request: PersonRequest, connector: str) -> HttpResponseBase:
    """What holds for all schools of a system: addresses, scope, pace. Emptied, an option is as shipped."""
    kind = kind_named(connector)
    form = OptionsForm(request.POST or None, kind=kind, known=options_of(kind.name))
    if request.method == "POST" and form.is_valid():
        set_options(kind, form.values, by=request.user, request=request)
        messages.success(request, "Saved. Runs and tests go by it from now on.")
        return redirect("school-systems")
    context = {"system": Named.of(kind), "form": form}
    return render(request, "authority_collection/system_options.html", context, status=422 if form.errors else 200)


def school_system(request: PersonRequest, base: Base) -> Part:
    """How a base's data comes, for its page."""
    ways = [Way.of(base, kind) for kind in all_connectors().values()]
    shown = {
        "system": system_label(base.mis),
        "settled": base.mis in FOR_GOOD,
        "migrated": BaseMigration.objects.filter(base=base, migrated_at__isnull=False).exists(),
        "ways": [way for way in ways if way.connection or way.in_use],
        "others": [way.system for way in ways if not way.connection and not way.in_use],
    }
    return Part("authority_collection/school_system.html", shown)


def _origin(request: PersonRequest, base: Base) -> str:
    """Where somebody came from: the page of the base, or that of its migration."""
    came_from = request.POST.get("then") or request.GET.get("then")
    return reverse("base-migration" if came_from == "migration" else "base", args=[base.pk])


def _base(request: PersonRequest, pk: int) -> Base:
    return get_object_or_404(Base.objects.visible_to(request.user), pk=pk)
