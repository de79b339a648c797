"""How the school's system is asked: the values that the school enters itself, and whether they work."""

from django.http.response import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from schoolgate.authority.bases.models import Base
from schoolgate.authority.bases.systems import system_label
from schoolgate.authority.collection.models import ConnectionState
from schoolgate.authority.collection.views.settings import Way, kind_named, settings_page, test_saved
from schoolgate.authority.school_portal.access import of_school
from schoolgate.authority.school_portal.tiles import Shown, Tile
from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.wire.mis.connector import Connector
from schoolgate.wire.mis.registry import all_connectors


def ways_of(base: Base) -> list[Way]:
    """The systems whose settings a school may enter: its own; one that sends files may be about to have any."""
    kinds = [kind for kind in all_connectors().values() if not base.is_collected or kind.name == base.mis]
    return [Way.of(base, kind) for kind in kinds]


def _look(base: Base) -> Shown:
    entered = [way for way in ways_of(base) if way.connection]
    if not base.is_collected and not entered:
        return Shown("Files", "Your school’s data comes in files. No settings are needed.")
    if not entered:
        return Shown("Missing", f"Nobody has entered the {system_label(base.mis)} settings.", needs_school=True)
    way = entered[0]
    state = way.connection.state if way.connection else ""
    words = {
        ConnectionState.WORKS: "The settings are there and work.",
        ConnectionState.NEW: "The settings are there; nobody has tested them yet.",
        ConnectionState.NEEDS_ATTENTION: f"{way.wrong or 'The settings do not work'}.",
    }
    return Shown(way.system.label, words[ConnectionState(state)], needs_school=state == ConnectionState.NEEDS_ATTENTION)


CONNECTION = Tile("Connection", "portal-connection", _look)


@of_school
def connection(request: PersonRequest, base: Base) -> HttpResponseBase:
    """Where the school's data comes from, and how the settings stand."""
    context = {"base": base, "system": system_label(base.mis), "ways": ways_of(base)}
    return render(request, "authority_school_portal/connection.html", context)


@sensitive_post_parameters()
@of_school
def settings(request: PersonRequest, base: Base, connector: str) -> HttpResponseBase:
    """*SIMS Primary settings*, and those of other systems: to save, or only to test."""
    kind = _kind(base, connector)
    back = reverse("portal-connection", args=[base.pk])
    return settings_page(request, base, kind, "authority_school_portal/settings.html", back=back)


@of_school
@require_POST
def test_settings(request: PersonRequest, base: Base, connector: str) -> HttpResponseBase:
    """Make one real data call with the saved settings, whoever entered them."""
    test_saved(request, base, _kind(base, connector))
    return redirect("portal-connection", base.pk)


def _kind(base: Base, connector: str) -> type[Connector]:
    if connector not in {way.system.name for way in ways_of(base)}:
        raise Http404
    return kind_named(connector)
