"""Where is my file? Orders, invoices and documents by a number, a reference, a DocID or a digest."""

from django.db.models import Q
from django.urls import reverse

from schoolgate.commons.accounts.models import User
from schoolgate.commons.web.finding import Found, finder
from schoolgate.school.purchasing.models import FetchedDocument, Invoice, Order

MOST = 50


@finder("orders")
def find_orders(user: User, text: str) -> list[Found]:
    """Orders by their number or the supplier's reference, the newest first."""
    wanted = Q(number__icontains=text) | Q(reference__icontains=text)
    found = Order.objects.visible_to(user).filter(wanted).select_related("supplier")[:MOST]
    return [
        Found(
            what="Order",
            name=f"{order.number}, {order.supplier}",
            school="",
            state=order.get_state_display(),
            when=order.changed_at,
            holder="this site",
            link=reverse("purchase-order", args=[order.pk]),
        )
        for order in found
    ]


@finder("invoices and credit notes")
def find_invoices(user: User, text: str) -> list[Found]:
    """Invoices and credit notes of the ledger by their number, or their order's, the newest first."""
    wanted = Q(number__icontains=text) | Q(order__number__icontains=text)
    found = Invoice.objects.visible_to(user).filter(wanted).select_related("supplier")[:MOST]
    return [
        Found(
            what=invoice.get_kind_display(),
            name=f"{invoice.number}, {invoice.supplier}",
            school="",
            state=invoice.get_state_display(),
            when=invoice.changed_at,
            holder="this site",
            link=reverse("purchase-invoice", args=[invoice.pk]),
        )
        for invoice in found
    ]


@finder("documents of suppliers")
def find_documents(user: User, text: str) -> list[Found]:
    """Baskets, invoices and credit notes, the newest first."""
    wanted = Q(doc_id__icontains=text) | Q(reference__icontains=text) | Q(sha256__istartswith=text)
    found = FetchedDocument.objects.visible_to(user).filter(wanted).select_related("service")[:MOST]
    return [
        Found(
            what=document.get_kind_display(),
            name=document.reference or document.doc_id,
            school="",
            state=document.get_state_display(),
            when=document.fetched_at or document.listed_at,
            holder="this site" if document.sha256 else str(document.service or ""),
            link=reverse("purchasing-document", args=[document.pk]),
        )
        for document in found
    ]
