"""The program for schools: what is offered, and the file itself."""

from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render

from schoolgate.authority.bases.models import ProgramPackage
from schoolgate.authority.bases.school_program import packages
from schoolgate.commons.accounts.access import PersonRequest, signed_in, who


@who("administrator", "officer")
def school_program(request: PersonRequest) -> HttpResponseBase:
    """What schools are offered, and how another comes here."""
    package = ProgramPackage.objects.visible_to(request.user).offered()
    return render(request, "authority_bases/school_program.html", {"package": package})


@signed_in
def download_school_program(request: PersonRequest) -> HttpResponseBase:
    """The zip that is offered now, as it was put here."""
    package = ProgramPackage.objects.visible_to(request.user).offered()
    if package is None:
        raise Http404
    try:
        content = packages().open(package.sha256)
    except FileNotFoundError:
        raise Http404 from None
    answer = FileResponse(content, as_attachment=True, filename=package.name, content_type="application/zip")
    answer["Content-Length"] = str(package.size)
    return answer
