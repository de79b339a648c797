"""The first page of the School Portal: what a school can do here, as tiles (SCREENS 5.4)."""

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from schoolgate.authority.bases.models import SCHOOL_USER, Base
from schoolgate.authority.school_portal.access import of_school
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
    """B2B, Upload, To correct: a tile each."""
    return render(request, "authority_school_portal/tiles.html", {"base": base})
