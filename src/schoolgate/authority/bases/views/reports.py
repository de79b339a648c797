"""The pages of reports: on screen, as CSV and as Excel."""

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render

from schoolgate.authority.bases.forms import ScopeForm
from schoolgate.authority.bases.reports import REPORTS
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record
from schoolgate.commons.web.tables import Table


@who("administrator", "officer")
def reports(request: PersonRequest) -> HttpResponseBase:
    return render(request, "authority_bases/reports.html", {"reports": REPORTS.values()})


@who("administrator", "officer")
def one_report(request: PersonRequest, name: str) -> HttpResponseBase:
    """One report, about what the address asks; whoever sees children's names in it stands in the audit."""
    report = REPORTS.get(name)
    if report is None:
        raise Http404
    form = ScopeForm(request.GET or None, report=report)
    scope = form.scope
    if report.names_children:
        did = "report downloaded" if request.GET.get("format") else "report seen"
        record(did, by=request.user, target=report.title, details=scope.in_words, request=request)
    table = Table(
        report.columns(),
        report.rows(scope),
        request,
        name=report.name,
        noun=report.noun,
        empty=report.empty,
        kept=("base", "first", "last", "days"),
    )
    context = {"report": report, "form": form, "scope": scope, "picture": report.picture(scope)}
    return table.response("authority_bases/report.html", context)
