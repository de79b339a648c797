"""*Documents*: everything that services offered, one document as it came, and what a person may decide of it."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.audit.recording import record
from schoolgate.commons.web.tables import Column, NotYet, Table
from schoolgate.school.purchasing.access import may, purchasing_view
from schoolgate.school.purchasing.documents import DocumentRefused, about, keep_out, take_back
from schoolgate.school.purchasing.documents import may as may_step
from schoolgate.school.purchasing.forms.importing import KeepOutForm
from schoolgate.school.purchasing.importing import try_again
from schoolgate.school.purchasing.invoicing.assigning import can_be_said, credited_by
from schoolgate.school.purchasing.mailing.texts import text_of
from schoolgate.school.purchasing.models import DocumentState, FetchedDocument, Invoice, InvoiceState, Order, WebService
from schoolgate.school.purchasing.papers import CREDITS, Paper, compare, read_paper
from schoolgate.school.purchasing.store import UNREADABLE, read


@purchasing_view()
def documents(request: PersonRequest) -> HttpResponseBase:
    """Every document that a service offered, the newest on top."""
    table = Table(
        [
            Column("doc_id", "Doc ID", kind="long", search=True, link=document_address),
            Column("kind", "Type", choices=FetchedDocument.Kind.choices, value=FetchedDocument.get_kind_display),
            Column("service__name", "Service", choices=_services(), value=whence),
            Column("reference", "Supplier's ref.", search=True),
            Column("listed_at", "First seen", kind="date", value=_first_seen, dates=True),
            Column(
                "state", "State", kind="state", choices=DocumentState.choices, value=FetchedDocument.get_state_display
            ),
            Column("said", "Why", kind="long", search=True, value=lambda document: document.why),
        ],
        FetchedDocument.objects.visible_to(request.user).select_related("service"),
        request,
        name="documents",
        noun=("document", "documents"),
        empty=NotYet("No supplier's service had a document for you yet.", "Import", reverse("purchasing-import")),
    )
    return table.response("school_purchasing/documents.html")


@purchasing_view()
def document(request: PersonRequest, pk: int) -> HttpResponseBase:
    """What it is, the rule that it breaks, as it came, and beside it the one that it may be a copy of."""
    this = find_document(request, pk)
    xml, paper = _xml_and_paper(this)
    first_paper = _xml_and_paper(this.first)[1] if this.first is not None else None
    imports = may(request.user, "imports")
    enters = may(request.user, "enters_invoices")
    # What was imported once is never imported again, so that to try its copy would come to nothing.
    first_invoice = Invoice.objects.filter(document=this.first).first() if this.first is not None else None
    discarded = first_invoice is not None and first_invoice.state == InvoiceState.DISCARDED
    hopeless = this.first is not None and this.first.state == DocumentState.IMPORTED and not discarded
    waits = this.state == DocumentState.WAITING
    number = str(dict(paper.facts).get(CREDITS, "")) if paper is not None else ""
    is_credit_note = this.kind == FetchedDocument.Kind.CREDIT_NOTE
    context = {
        "document": this,
        "xml": xml,
        "paper": paper,
        "compared": compare(first_paper, paper) if first_paper and paper else [],
        "order": Order.objects.filter(document=this).first(),
        "invoice": Invoice.objects.filter(document=this).first(),
        "copies": this.copies.all(),
        "may_try_again": imports and may_step(this, "import") and not hopeless,
        "may_assign": enters and can_be_said(this),
        "may_enter": enters and waits and this.kind == FetchedDocument.Kind.INVOICE,
        "may_credit": credited_by(this, number) if enters and waits and is_credit_note else None,
        "may_keep_out": imports and may_step(this, "keep out"),
        "may_take_back": imports and may_step(this, "take back"),
    }
    return render(request, "school_purchasing/document.html", context)


@purchasing_view()
def document_xml(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The XML as it came; who took it stands in the audit."""
    this = find_document(request, pk)
    try:
        plain = read(this.sha256) if this.sha256 else b""
    except UNREADABLE:
        plain = b""
    if not plain:
        raise Http404
    record("document downloaded", by=request.user, target=str(this), request=request, about=about(this))
    return HttpResponse(
        plain,
        # What came by e-mail is in the encoding that it declares.
        content_type="application/xml" if this.mailed else "application/xml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="document-{this.pk}.xml"'},
    )


@purchasing_view("imports")
@require_POST
def try_document_again(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Import a document that waits, if what it lacked is there now."""
    this = find_document(request, pk)
    try:
        try_again(this, by=request.user, request=request)
    except DocumentRefused as refused:
        messages.error(request, str(refused))
    else:
        if this.state == DocumentState.IMPORTED:
            messages.success(request, "It was imported.")
        else:
            messages.warning(request, "It was tried again and still waits. See below why.")
    return redirect(document_address(this))


@purchasing_view("imports")
def keep_document_out(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Decide, with a reason, that a document is not imported."""
    this = find_document(request, pk)
    form = KeepOutForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            keep_out(this, by=request.user, reason=form.cleaned_data["reason"], request=request)
        except DocumentRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, "It is kept out. It stays on the list, and can be taken back.")
        return redirect(document_address(this))
    context = {"document": this, "form": form, "may": may_step(this, "keep out")}
    return render(request, "school_purchasing/keep_out.html", context, status=422 if form.errors else 200)


@purchasing_view("imports")
@require_POST
def take_document_back(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Let a document that was kept out wait again."""
    this = find_document(request, pk)
    try:
        take_back(this, by=request.user, request=request)
    except DocumentRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "It waits again. Try again imports it.")
    return redirect(document_address(this))


def whence(document: FetchedDocument) -> str:
    """By which way a document came, as lists show it."""
    return "by e-mail" if document.mailed else str(document.service or "")


def document_address(document: FetchedDocument) -> str:
    return reverse("purchasing-document", args=[document.pk])


def find_document(request: PersonRequest, pk: int) -> FetchedDocument:
    """The document, if this person may see it."""
    found: FetchedDocument = get_object_or_404(
        FetchedDocument.objects.visible_to(request.user).select_related(
            "service", "supplier", "first__service", "decided_by", "for_order", "for_invoice"
        ),
        pk=pk,
    )
    return found


def _xml_and_paper(document: FetchedDocument) -> tuple[str, Paper | None]:
    """The XML, and what stands in it; nothing where it was not fetched."""
    if not document.sha256:
        return "", None
    try:
        xml = text_of(document)
    except UNREADABLE:
        return "", Paper(unreadable="It cannot be read from this site's files. It may be in the backup.")
    return xml, read_paper(document.kind, xml)


def _services() -> list[tuple[str, str]]:
    return [(name, name) for name in WebService.objects.values_list("name", flat=True)]


def _first_seen(document: FetchedDocument) -> date:
    return timezone.localtime(document.listed_at).date()
