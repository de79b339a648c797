"""The tabs of a school's pages."""

from typing import Any

from django import template
from django.urls import reverse

from schoolgate.authority.bases.la import LA_CONTACT, LA_NAME
from schoolgate.authority.bases.models import Base
from schoolgate.authority.school_portal.tiles import TILES
from schoolgate.commons.web.context import Place

register = template.Library()


@register.inclusion_tag("authority_school_portal/tabs.html", takes_context=True)
def tabs(context: dict[str, Any], base: Base) -> dict[str, Any]:
    """Every place of the portal, that of the open page marked."""
    path = context["request"].path
    first = reverse("portal-tiles", args=[base.pk])
    places = [Place("Overview", first, current=path == first)]
    for tile in TILES:
        address = tile.address(base)
        places.append(Place(tile.label, address, current=path.startswith(address)))
    return {"base": base, "places": places}


@register.simple_tag
def whom_to_ask() -> str:
    """Whom a school may ask: the authority, and how to reach it."""
    told = [preference.get() for preference in (LA_NAME, LA_CONTACT)]
    return ": ".join(filter(None, told)) or "your local authority"
