"""What "Where is my file?" finds here."""

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.web.finding import Found, finder
from schoolgate.supplier.models import Document, Order, RefusedOrder, State

MOST = 50
HOLDERS = {
    State.WAITING: "this service, for the school",
    State.PROCESSED: "the school",
    State.WITHDRAWN: "this service",
    State.EXPIRED: "this service",
}


@finder("documents in the queue, by id, reference, order number, school, account number or DUNS")
def find_documents(user: User, text: str) -> list[Found]:
    wanted = Q(doc_id__icontains=text) | Q(reference__icontains=text) | Q(order_number__icontains=text) | _school(text)
    documents = Document.objects.visible_to(user).filter(wanted).select_related("buyer")
    now = timezone.now()
    return [
        Found(
            what=one.get_kind_display(),
            name=one.doc_id,
            school=one.buyer.name,
            state=one.state_at(now).label,
            when=one.created_at,
            holder=HOLDERS[one.state_at(now)],
            link=one.get_absolute_url(),
        )
        for one in documents[:MOST]
    ]


@finder("orders received, by number, basket reference, school, account number or DUNS")
def find_orders(user: User, text: str) -> list[Found]:
    wanted = Q(number__icontains=text) | Q(reference__icontains=text) | _school(text)
    orders = Order.objects.visible_to(user).filter(wanted).select_related("buyer")
    return [
        Found(
            what="Order",
            name=str(one),
            school=one.buyer.name,
            state="taken" if one.taken_at else "received",
            when=one.received_at,
            holder="your own system" if one.taken_at else "this service",
            link=one.get_absolute_url(),
        )
        for one in orders[:MOST]
    ]


@finder("orders that were refused")
def find_refused_orders(user: User, text: str) -> list[Found]:
    refused = RefusedOrder.objects.visible_to(user).filter(Q(number__icontains=text) | _school(text))
    return [
        Found(
            what="Order",
            name=one.number or "not readable",
            school=one.buyer.name,
            state="refused",
            when=one.last_at,
            holder="the school",
            link=reverse("refused-order", args=[one.pk]),
        )
        for one in refused.select_related("buyer").defer("xml")[:MOST]
    ]


def _school(text: str) -> Q:
    return Q(buyer__name__icontains=text) | Q(buyer__account_number__iexact=text) | Q(buyer__duns=text.replace(" ", ""))
