"""The schemas that documents are checked against on this site, for anybody who makes such documents: they are data."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from schoolgate.commons.accounts.access import anyone
from schoolgate.commons.schemas import site_shelf
from schoolgate.documents.problems import DocumentError
from schoolgate.documents.students.layout import Kind

KINDS: dict[Kind, str] = {"CES": "Pupil file", "CTF": "Common Transfer File", "PER": "Personnel file"}


@anyone
def schemas_page(request: HttpRequest) -> HttpResponse:
    shelf = site_shelf()
    kinds = [{"kind": kind, "name": name, "versions": shelf.versions(kind)[::-1]} for kind, name in KINDS.items()]
    return render(request, "web/schemas.html", {"kinds": kinds})


@anyone
def schema_file(request: HttpRequest, kind: str, version: str) -> HttpResponse:
    try:
        text = site_shelf().schema_text(kind, version)
    except DocumentError:
        raise Http404 from None
    answer = HttpResponse(text, content_type="application/xml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{kind}-{version}.xsd"'
    return answer
