"""Whether a document was here before: under another DocID, from another service, or sent once more (seed; issue 8)."""

from django.db.models import Q

from schoolgate.documents.ebis.invoices import CREDIT_NOTE, INVOICE
from schoolgate.documents.ebis.nodes import Node, Source, parse
from schoolgate.documents.problems import DocumentError
from schoolgate.school.purchasing.models import DocumentState, FetchedDocument, InvoiceState, Supplier

SEEN_BEFORE = "seen-before"
"""The rule by which a document waits beside the one that it may be a copy of."""

_OF_TYPE = {INVOICE: FetchedDocument.Kind.INVOICE, CREDIT_NOTE: FetchedDocument.Kind.CREDIT_NOTE}
_MOST = FetchedDocument._meta.get_field("reference").max_length or 0  # noqa: SLF001  documented API of Django


def identify(document: FetchedDocument, raw: Source) -> None:
    """Set the supplier that the document names, if it is known here, and the supplier's number of the document."""
    references, document.reference, document.kind = _names(raw, document.kind)
    column, element = ("xml_reference_number__iexact", "BuyersCodeForSupplier") if document.mailed else ("duns", "DUNS")
    number = references.text(element)
    document.supplier = Supplier.objects.filter(**{column: number}).first() if number else None


def hold_supplier(document: FetchedDocument) -> None:
    """Hold the supplier's row: of two copies that two services give at once, the second is seen to be one."""
    if document.supplier_id is not None:
        Supplier.objects.select_for_update(no_key=True).get(pk=document.supplier_id)


def first_of(document: FetchedDocument, *, although_kept_out: bool = False) -> FetchedDocument | None:
    """The document that this one may be a copy of: with the same bytes, or the same number of the same supplier.

    It came before this one, or it is imported. Call `identify` before, and hold the supplier. `although_kept_out`: one
    that a person kept out, or whose invoice one discarded, does not stand in the way.
    """
    same = Q(sha256=document.sha256)
    if document.supplier_id is not None and document.reference:
        same |= Q(supplier=document.supplier_id, kind=document.kind, reference=document.reference)
    others = FetchedDocument.objects.exclude(pk=document.pk).exclude(sha256="").filter(same)
    if although_kept_out:
        others = others.exclude(state=DocumentState.KEPT_OUT).exclude(invoice__state=InvoiceState.DISCARDED)
    imported = others.filter(state=DocumentState.IMPORTED).order_by("pk").first()
    return imported or others.filter(pk__lt=document.pk).order_by("pk").first()


def came_before(first: FetchedDocument, copy: FetchedDocument) -> str:
    """What is said of a document that waits beside the first, as that one stands now."""
    whence = " by e-mail" if first.mailed else f" from {first.service}" if first.service else ""
    came = f"{first} came before{whence}"
    if first.state == DocumentState.IMPORTED:
        if copy.sha256 == first.sha256:
            return f"{came} and was imported. Keep this one out."
        return (
            f"{came} and was imported, and this one is not the same, letter by letter. Compare the two: if it says the "
            "same, keep this one out; if it is another, ask the supplier for it under a number of its own."
        )
    if first.state == DocumentState.KEPT_OUT:
        return f"{came} and was kept out. If you want this one instead, try it again."
    return f"{came}. If you want this one instead, keep that one out, then try this one again."


def _names(raw: Source, kind: str) -> tuple[Node, str, str]:
    """The numbers of the supplier, its number of the document, and the kind; empty where the document does not say."""
    try:
        root = Node(parse(raw), [])
    except DocumentError:
        return Node(None, []), "", kind
    references = root.child("Supplier").child("SupplierReferences")
    if kind == FetchedDocument.Kind.ORDER:
        number = root.child("OrderReferences").text("SuppliersOrderReference")
    else:
        number = root.child("InvoiceReferences").text("SuppliersInvoiceNumber")
        code = root.child("InvoiceHead").child("InvoiceType").attribute("Code").upper()
        kind = _OF_TYPE.get(code, kind)
    return references, number[:_MOST], kind
