"""*Postings*: what waits to be exported to the finance system, the exports before, and each one's file again."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.audit.recording import record
from schoolgate.commons.web.tables import Column, NotYet, Table
from schoolgate.school.purchasing.access import may, purchasing_view
from schoolgate.school.purchasing.invoicing import posting
from schoolgate.school.purchasing.models import Invoice, Posting

WAITING_SHOWN = 100
"""More are counted, and stand in the list of invoices."""


@purchasing_view()
def postings(request: PersonRequest) -> HttpResponseBase:
    """What waits, and all exports, the newest on top."""
    exports = may(request.user, "exports")
    table = Table(
        [
            Column("number", "Export", kind="number"),
            Column("made_at", "Made", kind="time", dates=True),
            Column("made_by__name", "By", value=lambda one: one.made_by or ""),
            Column("count", "Invoices and credit notes", kind="number"),
            Column("net", "Net", kind="money"),
            Column("vat", "VAT", kind="money"),
            Column("gross", "Gross", kind="money"),
            *([Column("file", "File", sort="", value=lambda _: "Again", link=_file_address)] if exports else []),
        ],
        Posting.objects.visible_to(request.user)
        .select_related("made_by")
        .annotate(count=Count("invoices"))
        .order_by("-number"),
        request,
        name="postings",
        noun=("export", "exports"),
        empty=NotYet("Nothing was exported yet."),
    )
    waiting = posting.waiting().visible_to(request.user)
    lines = ("lines__coding__fund", "lines__coding__ledger_code", "lines__coding__cost_centre")
    shown = waiting.select_related("supplier", "order").prefetch_related(*lines)[:WAITING_SHOWN]
    count = waiting.count()
    context = {
        "waiting": [(invoice, _codings(invoice)) for invoice in shown],
        "count": count,
        "more": max(0, count - WAITING_SHOWN),
        "may_export": exports,
    }
    return table.response("school_purchasing/postings.html", context)


@purchasing_view("exports")
@require_POST
def export(request: PersonRequest) -> HttpResponseBase:
    """Export what waits; its file is on the page that follows."""
    try:
        made = posting.export(by=request.user, request=request)
    except posting.PostingRefused as refused:
        messages.error(request, str(refused))
    else:
        if made is None:
            messages.warning(request, "Nothing authorised since the last export: nothing was exported.")
        else:
            messages.success(request, f"Export {made.number} was made, £{made.gross:,.2f} gross. Its file is below.")
    return redirect("purchasing-postings")


@purchasing_view("exports")
def file(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The file of an export, the same each time; who took it stands in the audit."""
    found: Posting = get_object_or_404(Posting.objects.visible_to(request.user), pk=pk)
    try:
        content = posting.read(found)
    except posting.PostingRefused as refused:
        messages.error(request, str(refused))
        return redirect("purchasing-postings")
    record("postings downloaded", by=request.user, target=str(found), request=request, about=posting.about(found))
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{posting.file_name(found)}"'},
    )


def _file_address(found: Posting) -> str:
    return reverse("posting-file", args=[found.pk])


def _codings(invoice: Invoice) -> list[str]:
    """The codings that an invoice's lines have, each once."""
    return list(dict.fromkeys(str(line.coding) for line in invoice.lines.all()))
