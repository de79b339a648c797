"""The same six operations served by spyne 2.14 from the same database, as one would write them with Django.

It reads by the ORM. What comes in is checked and stored by the functions that our own door calls too. It looks the
account up by its user name, and that is all: it checks no password, locks nobody out, writes no log and names no rule,
so what it is measured at is spyne, the ORM and the storage. A WSGI application for granian.
"""

from typing import Any

import django

django.setup()

from django.core.signals import request_finished, request_started  # noqa: E402
from django.utils import timezone  # noqa: E402
from spyne import Application, Boolean, ComplexModel, DateTime, Fault, ServiceBase, Unicode, rpc  # noqa: E402
from spyne.protocol.soap import Soap11  # noqa: E402
from spyne.server.wsgi import WsgiApplication  # noqa: E402

from schoolgate.commons.accounts.passwords import give_made_up_password  # noqa: E402
from schoolgate.documents.ebis.index import Entry, write_index  # noqa: E402
from schoolgate.supplier.models import Buyer  # noqa: E402
from schoolgate.supplier.orders.receiving import receive_order  # noqa: E402
from schoolgate.supplier.queue.index import LONDON, content_of, find  # noqa: E402
from schoolgate.supplier.queue.steps import process, unprocess  # noqa: E402
from schoolgate.wire.soap.contract import NAMESPACE  # noqa: E402


class AuthHeader(ComplexModel):  # type: ignore[misc]  # spyne has no types
    __namespace__ = NAMESPACE
    Username = Unicode
    Password = Unicode


def _buyer(context: Any) -> Buyer:
    accounts = Buyer.objects.select_related("account", "supplier")
    buyer: Buyer = accounts.get(account__username=context.in_header.Username, account__is_active=True)
    return buyer


def _index(documents: Any) -> str:
    return write_index(
        Entry(one.doc_id, one.kind, one.created_at.astimezone(LONDON)) for one in documents.order_by("created_at", "pk")
    )


def _document(context: Any, doc_id: str) -> Any:
    document = find(_buyer(context), doc_id, timezone.now())
    if document is None:
        raise Fault("Client", "DocumentNotExistException: There is no document with this id.")
    return document


def _change_password(ctx: Any) -> str:
    account = _buyer(ctx).account
    return give_made_up_password(account, by=account)


def _fetch_index(ctx: Any) -> str:
    return _index(_buyer(ctx).documents.in_the_index(timezone.now()))


def _fetch_history(ctx: Any, since: Any) -> str:
    return _index(_buyer(ctx).documents.in_the_history(timezone.now()).filter(created_at__gt=since))


def _update_document_status(ctx: Any, doc_id: str, processed: bool) -> bool:
    (process if processed else unprocess)(_document(ctx, doc_id))
    return True


def _fetch_doc(ctx: Any, doc_id: str) -> str:
    return content_of(_document(ctx, doc_id))


def _send_order(ctx: Any, document: str) -> bool:
    receive_order(_buyer(ctx), document)
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
