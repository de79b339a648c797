"""*Reports*: on screen, as CSV and as Excel; and prices of the same product, compared."""

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.web.tables import Column, NotYet, Table
from schoolgate.school.purchasing.access import purchasing_view
from schoolgate.school.purchasing.forms.reports import ScopeForm
from schoolgate.school.purchasing.reporting import REPORTS, comparing
from schoolgate.school.purchasing.reporting.comparing import Offer
from schoolgate.school.purchasing.years import looked_at

NOTHING_THERE = NotYet("No entries in this period.")


@purchasing_view()
def reports(request: PersonRequest) -> HttpResponseBase:
    return render(request, "school_purchasing/reports.html", {"reports": REPORTS.values()})


@purchasing_view()
def one_report(request: PersonRequest, slug: str) -> HttpResponseBase:
    """One report, about what the address asks."""
    report, year = REPORTS.get(slug), looked_at(request)
    if report is None:
        raise Http404
    if year is None:
        return render(request, "school_purchasing/report.html", {"report": report})
    form = ScopeForm(request.GET.dict(), report=report, year=year)
    scope = form.scope
    rows = report.rows(scope)
    table = Table(
        report.columns(scope),
        rows,
        request,
        name=report.name,
        noun=report.noun,
        empty=NOTHING_THERE,
        kept=tuple(form.fields),
    )
    context = {
        "report": report,
        "form": form,
        "narrowed": any(name in request.GET for name in form.fields),
        "answer": report.answer(scope, rows) if rows else "",
        "picture": report.picture(scope, rows),
    }
    return table.response("school_purchasing/report.html", context)


@purchasing_view()
def compare_prices(request: PersonRequest) -> HttpResponseBase:
    """What the same product cost at each supplier in the last year, the cheapest marked."""
    every = request.GET.get("all") == "1"
    table = Table(
        [
            Column("product", "Product", search=True),
            Column("part_number", "Part number", kind="code", search=True),
            Column("supplier", "Supplier", search=True),
            Column("price", "Last price, net", kind="money"),
            Column("unit", "For", value=lambda offer: f"1 {offer.unit}"),
            Column("last", "Date", kind="date"),
            Column("times", "Times bought", kind="number"),
            Column("where", "Where", kind="code", sort="", link=_where),
            Column("mark", "Of these", kind="state"),
        ],
        comparing.offers(of_one_supplier_too=every),
        request,
        name="prices",
        noun=("price", "prices"),
        empty=NotYet("Nothing was bought from two suppliers in the last year."),
        kept=("all",),
    )
    return table.response("school_purchasing/compare_prices.html", {"every": every})


def _where(offer: Offer) -> str:
    return reverse("purchase-invoice" if offer.is_invoice else "purchase-order", args=[offer.pk])
