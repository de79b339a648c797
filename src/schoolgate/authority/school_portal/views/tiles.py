"""The first page of the School Portal: what a school can do here, as tiles (SCREENS 5.4)."""

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from schoolgate.authority.bases.models import SCHOOL_USER, Base
from schoolgate.authority.collection.models import Connection, ScheduledTask
from schoolgate.authority.school_portal.access import of_school
from schoolgate.authority.school_portal.tiles import TILES
from schoolgate.commons.accounts.access import PersonRequest, who


@who(SCHOOL_USER)
def first_page(request: PersonRequest) -> HttpResponseBase:
    """The person's school; who has several chooses one, who has none is told whom to ask."""
    schools = list(Base.objects.visible_to(request.user).order_by("name", "pk"))
    if len(schools) == 1:
        return redirect("portal-tiles", schools[0].pk)
    return render(request, "authority_school_portal/schools.html", {"schools": schools})


@of_school
def tiles(request: PersonRequest, base: Base) -> HttpResponseBase:
    """A tile for each place of the portal."""
    shown = [(tile.label, tile.address(base), tile.look(base)) for tile in TILES]
    context = {"base": base, "tiles": shown, "nothing_yet": _has_nothing_yet(base)}
    return render(request, "authority_school_portal/tiles.html", context)


def _has_nothing_yet(base: Base) -> bool:
    """Whether no task collects it, no file of it has come, and its system cannot be asked."""
    tasks = ScheduledTask.objects.naming(Base.objects.filter(pk=base.pk))
    connections = Connection.objects.filter(base=base)
    return not (tasks.exists() or base.received_files.exists() or connections.exists())
