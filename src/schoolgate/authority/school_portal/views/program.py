"""The program for schools, for those who install it there."""

from django.http.response import HttpResponseBase
from django.shortcuts import render

from schoolgate.authority.bases.agents import agent_of
from schoolgate.authority.bases.models import Base, ProgramPackage
from schoolgate.authority.school_portal.access import of_school
from schoolgate.authority.school_portal.tiles import Shown, Tile
from schoolgate.commons.accounts.access import PersonRequest


@of_school
def program(request: PersonRequest, base: Base) -> HttpResponseBase:
    """What the authority offers, and the version that the school has by what its program last said."""
    package = ProgramPackage.objects.visible_to(request.user).offered()
    context = {"base": base, "package": package, "agent": agent_of(base)}
    return render(request, "authority_school_portal/program.html", context)


def _look(base: Base) -> Shown:
    package = ProgramPackage.objects.offered()
    if package is None:
        return Shown("None", "is offered for download by the council.")
    return Shown(f"Version {package.version}", "of the program that sends your school’s files, to download.")


PROGRAM = Tile("Program", "portal-program", _look)
