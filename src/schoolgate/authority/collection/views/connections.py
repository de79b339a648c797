"""How a base's data comes: the settings of its system, their test, and which system it is (SCREENS 5.3)."""

from collections import Counter
from dataclasses import dataclass

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
from schoolgate.authority.collection.connection_forms import ConnectionForm, OptionsForm, SystemForm
from schoolgate.authority.collection.connections import (
    FOR_GOOD,
    ConnectionRefused,
    choose_system,
    connection_for,
    enter,
    forget,
    try_out,
)
from schoolgate.authority.collection.models import BaseMigration, Connection, ConnectionState
from schoolgate.authority.collection.options import options_of, set_options
from schoolgate.commons.accounts.access import PersonRequest, may_open, who
from schoolgate.commons.web.tables import Column, Table
from schoolgate.wire.mis.connector import Check, Connector, Trouble
from schoolgate.wire.mis.registry import all_connectors, connector_named

WRONG = {
    Trouble.CREDENTIAL: "The credentials are wrong",
    Trouble.KEY: "The key is wrong",
    Trouble.CONSENT: "The school has not consented",
    Trouble.SCOPE: "The scope is wrong",
    Trouble.NETWORK: "The network is in the way",
    Trouble.DATA: "The data is wrong",
    Trouble.BUSY: "The service is busy",
    Trouble.DOWN: "The service is down",
}
"""By what went wrong, in a few words; the sentence of the call says more."""


@who("administrator", "officer")
@sensitive_post_parameters()
def connection(request: PersonRequest, pk: int, connector: str) -> HttpResponseBase:
    """*Add/Edit SIMS Primary Settings*, and those of every other system: to save, or only to test."""
    base, kind = _base(request, pk), _kind(connector)
    found = connection_for(base, kind)
    typed = request.POST if request.method == "POST" else None
    form = ConnectionForm(typed, kind=kind, known=found.values if found else {})
    check: Check | None = None
    if request.method == "POST" and form.is_valid():
        if request.POST.get("do") == "test":
            check = try_out(base, kind, form.values)
            found = connection_for(base, kind)
        elif _save(request, form, base, kind):
            return redirect(_origin(request, base))
        else:
            found = connection_for(base, kind)
    context = {
        "base": base,
        "system": _Named.of(kind),
        "form": form,
        "connection": found,
        "seen": found.entered_at.isoformat() if found else "",
        "check": check,
        "wrong": WRONG[check.trouble] if check and check.trouble else "",
        "in_use": base.mis == kind.name,
        "for_good": kind.name in FOR_GOOD,
        "cancel": _origin(request, base),
    }
    return render(request, "authority_collection/connection.html", context, status=422 if form.errors else 200)


def _save(request: PersonRequest, form: ConnectionForm, base: Base, kind: type[Connector]) -> bool:
    found = connection_for(base, kind)
    if request.POST.get("seen", "") != (found.entered_at.isoformat() if found else ""):
        form.add_error(
            None, "Somebody else has changed these settings meanwhile. Look at them, then enter yours again."
        )
        return False
    try:
        _, changed = enter(
            base,
            kind,
            form.values,
            seen=found.entered_at if found else None,
            by=request.user,
            request=request,
        )
    except ConnectionRefused as refused:
        form.add_error(None, str(refused))
        return False
    for doubt in form.doubts:
        messages.warning(request, doubt)
    if not changed:
        messages.info(request, "Nothing was changed.")
    elif request.POST.get("do") == "save":
        messages.success(request, f"Saved: {', '.join(changed)}. Test these settings to know that they work.")
    if request.POST.get("do") == "save-and-test":
        _say(request, try_out(base, kind, form.values))
    return True


@who("administrator", "officer")
@require_POST
def test_connection(request: PersonRequest, pk: int, connector: str) -> HttpResponseBase:
    """Make one real data call with the saved settings."""
    base, kind = _base(request, pk), _kind(connector)
    if connection_for(base, kind) is None:
        raise Http404
    _say(request, try_out(base, kind, {setting.name: "" for setting in kind.settings}))
    return redirect(_origin(request, base))


@who("administrator", "officer")
def forget_connection(request: PersonRequest, pk: int, connector: str) -> HttpResponseBase:
    """Remove the settings of a base for one system."""
    base, kind = _base(request, pk), _kind(connector)
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
        "ways": [_Way.of(base, kind) for kind in all_connectors().values()],
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
    kind = _kind(connector)
    form = OptionsForm(request.POST or None, kind=kind, known=options_of(kind.name))
    if request.method == "POST" and form.is_valid():
        set_options(kind, form.values, by=request.user, request=request)
        messages.success(request, "Saved. Runs and tests go by it from now on.")
        return redirect("school-systems")
    context = {"system": _Named.of(kind), "form": form}
    return render(request, "authority_collection/system_options.html", context, status=422 if form.errors else 200)


@dataclass(frozen=True)
class _Named:
    """A connector for templates, which would call the class itself."""

    name: str
    label: str

    @classmethod
    def of(cls, kind: type[Connector]) -> "_Named":
        return cls(kind.name, kind.label)


@dataclass(frozen=True)
class _Way:
    """A system that a base might be collected through: what is entered, and how it stands."""

    system: _Named
    connection: Connection | None
    in_use: bool

    @classmethod
    def of(cls, base: Base, kind: type[Connector]) -> "_Way":
        return cls(_Named.of(kind), connection_for(base, kind), base.mis == kind.name)

    @property
    def wrong(self) -> str:
        """What the last test, or a run, found wrong."""
        trouble = self.connection.trouble if self.connection else ""
        return WRONG[Trouble(trouble)] if trouble in set(Trouble) else ""


def school_system(request: PersonRequest, base: Base) -> Part:
    """How a base's data comes, for its page."""
    ways = [_Way.of(base, kind) for kind in all_connectors().values()]
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


def _say(request: PersonRequest, check: Check) -> None:
    if check.trouble is None:
        messages.success(request, check.sentence or "These settings work.")
    else:
        messages.error(request, f"{WRONG[check.trouble]}. {check.sentence}")


def _base(request: PersonRequest, pk: int) -> Base:
    return get_object_or_404(Base.objects.visible_to(request.user), pk=pk)


def _kind(connector: str) -> type[Connector]:
    try:
        return connector_named(connector)
    except KeyError:
        raise Http404 from None
