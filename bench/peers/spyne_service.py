"""The same six operations served by spyne 2.14 from the same database, as one would write them with Django.

Queries by the ORM: what is asked for is got or filtered, what changes is updated or created, one transaction a write.
An order is checked by our `check_document` and compared with its basket by our `changes`; the rows that it stores are
those that ours stores, without the alert, the journal and the webhooks. It looks the account up by its user name, and
that is all: it checks no password, locks nobody out, writes no log and names no rule. A WSGI application for granian.
"""

from typing import Any

import django

django.setup()

from django.contrib.auth.hashers import make_password  # noqa: E402
from django.core.signals import request_finished, request_started  # noqa: E402
from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from spyne import Application, Boolean, ComplexModel, DateTime, Fault, ServiceBase, Unicode, rpc  # noqa: E402
from spyne.protocol.soap import Soap11  # noqa: E402
from spyne.server.wsgi import WsgiApplication  # noqa: E402

from schoolgate.commons.accounts.hashing import MADE_UP  # noqa: E402
from schoolgate.commons.accounts.passwords import make_password_text  # noqa: E402
from schoolgate.documents.ebis.checking import check_document  # noqa: E402
from schoolgate.documents.ebis.index import Entry, write_index  # noqa: E402
from schoolgate.documents.ebis.ordered import changes  # noqa: E402
from schoolgate.documents.ebis.orders import read_order  # noqa: E402
from schoolgate.supplier.facts import digest_of, findings  # noqa: E402
from schoolgate.supplier.models import Buyer, Document, DocumentEvent, Order, OrderContent  # noqa: E402
from schoolgate.supplier.queue.index import LONDON  # noqa: E402
from schoolgate.wire.soap.contract import NAMESPACE  # noqa: E402


class AuthHeader(ComplexModel):  # type: ignore[misc]  # spyne has no types
    __namespace__ = NAMESPACE
    Username = Unicode
    Password = Unicode


def _buyer(context: Any) -> Buyer:
    accounts = Buyer.objects.select_related("account", "supplier")
    buyer: Buyer = accounts.get(account__username=context.in_header.Username, account__is_active=True)
    return buyer


def _kept(buyer: Buyer) -> Any:
    """The documents that are neither withdrawn nor expired, the oldest first."""
    documents = Document.objects.filter(buyer=buyer, state__in=["waiting", "processed"], expires_at__gt=timezone.now())
    return documents.order_by("created_at", "pk")


def _index(documents: Any) -> str:
    return write_index(Entry(one.doc_id, one.kind, one.created_at.astimezone(LONDON)) for one in documents)


def _document(context: Any, doc_id: str) -> Document:
    document: Document | None = _kept(_buyer(context)).filter(doc_id=doc_id).first()
    if document is None:
        raise Fault("Client", "DocumentNotExistException: There is no document with this id.")
    return document


def _change_password(ctx: Any) -> str:
    text = make_password_text()
    with transaction.atomic():
        account = _buyer(ctx).account
        account.password = make_password(text, hasher=MADE_UP)
        account.password_set_at = timezone.now()
        account.save(update_fields=["password", "password_set_at"])
    return text


def _fetch_index(ctx: Any) -> str:
    return _index(_kept(_buyer(ctx)).filter(state="waiting"))


def _fetch_history(ctx: Any, since: Any) -> str:
    return _index(_kept(_buyer(ctx)).filter(created_at__gt=since))


def _update_document_status(ctx: Any, doc_id: str, processed: bool) -> bool:
    with transaction.atomic():
        document = _document(ctx, doc_id)
        state = "processed" if processed else "waiting"
        if document.state != state:
            now = timezone.now()
            document.state, document.changed_at = state, now
            document.processed_at = now if processed else None
            document.save(update_fields=["state", "changed_at", "processed_at"])
            DocumentEvent.objects.create(document=document, at=now, what=state, words=f"Now {state}")
    return True


def _fetch_doc(ctx: Any, doc_id: str) -> str:
    document = _kept(_buyer(ctx)).select_related("content").filter(doc_id=doc_id).first()
    if document is None:
        raise Fault("Client", "DocumentNotExistException: There is no document with this id.")
    xml: str = document.content.xml
    return xml


def _send_order(ctx: Any, document: str) -> bool:
    buyer = _buyer(ctx)
    checked = check_document(document, "order", supplier_duns=buyer.supplier.duns, buyer_duns=buyer.duns)
    if checked.refusals():
        raise Fault("Client", f"InvalidXmlException: {checked.refusals()[0].message}")
    order, digest = read_order(document), digest_of(document)
    with transaction.atomic():
        if Order.objects.filter(buyer=buyer, digest=digest).exists():
            return True
        basket = Document.objects.filter(buyer=buyer, kind="order", reference=order.reference).first()
        row = Order.objects.create(
            supplier=buyer.supplier,
            buyer=buyer,
            number=order.number,
            reference=order.reference,
            basket=basket,
            order_date=order.date,
            lines=len(order.lines),
            net=order.totals.goods,
            gross=order.totals.gross,
            digest=digest,
            findings=findings(checked.notes()),
            changes=changes(read_order(basket.content.xml).lines, order.lines) if basket else [],
            same_number=Order.objects.filter(buyer=buyer, number=order.number).first(),
        )
        OrderContent.objects.create(order=row, xml=document)
    return True


def _operation(name: str, function: Any, result: Any, **parameters: Any) -> Any:
    """A method of a spyne service: the parameters' names in the contract are this function's, in its order."""
    function.__name__ = name
    places = function.__code__.co_varnames[1 : function.__code__.co_argcount]
    return rpc(*parameters.values(), _returns=result, _in_arg_names=dict(zip(places, parameters, strict=True)))(
        function
    )


Service: Any = type(ServiceBase)(
    "Service",
    (ServiceBase,),
    {
        "__in_header__": AuthHeader,
        "ChangePassword": _operation("ChangePassword", _change_password, Unicode),
        "FetchIndex": _operation("FetchIndex", _fetch_index, Unicode),
        "FetchHistory": _operation("FetchHistory", _fetch_history, Unicode, BeginDate=DateTime),
        "UpdateDocumentStatus": _operation(
            "UpdateDocumentStatus", _update_document_status, Boolean, DocID=Unicode, Processed=Boolean
        ),
        "FetchDoc": _operation("FetchDoc", _fetch_doc, Unicode, DocID=Unicode),
        "SendOrder": _operation("SendOrder", _send_order, Boolean, Document=Unicode),
    },
)
_service = WsgiApplication(Application([Service], NAMESPACE, in_protocol=Soap11(), out_protocol=Soap11()))


def application(environ: dict[str, Any], start_response: Any) -> Any:
    request_started.send(Service, environ=environ)
    try:
        return _service(environ, start_response)
    finally:
        request_finished.send(Service)
