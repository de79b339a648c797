"""What the six operations do, once it is known who calls (reference 2.2)."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from django.utils import timezone

from schoolgate.commons.faults import fault_point
from schoolgate.commons.turns import Write
from schoolgate.supplier.models import Document, DocumentContent, Order, State
from schoolgate.supplier.orders.receiving import OrderRefused, prepare_order
from schoolgate.supplier.queue.index import fetch, find, history_of, index_of
from schoolgate.supplier.queue.steps import StepNotAllowed, process, unprocess
from schoolgate.supplier.service.passwords import change_password
from schoolgate.supplier.service.signing_in import Caller
from schoolgate.wire.soap.calls import Call
from schoolgate.wire.soap.contract import BEGIN_DATE, HISTORY
from schoolgate.wire.soap.faults import DocumentNotExistException, InvalidXmlException


class Done(NamedTuple):
    """What an operation returns; `fetched` is the key of the document that was given out.

    `then` is called when all that was written stands; it may raise SoapFault.
    """

    value: str | bool
    fetched: int | None = None
    then: Callable[[], object] | None = None


WRITES = frozenset({"ChangePassword", "SendOrder", "UpdateDocumentStatus"})
"""Operations after which a call waits for a commit."""

Do = Callable[[Caller, Call, dict[str, Any]], Done | Write[Done]]


def do(caller: Caller, call: Call, environ: dict[str, Any]) -> Done | Write[Done]:
    """Do what is asked, all but what is to be written.

    Both raise SoapFault; whatever was done then is undone.
    """
    return _OPERATIONS[call.operation](caller, call, environ)


def _change_password(caller: Caller, call: Call, environ: dict[str, Any]) -> Write[Done]:
    return Write(lambda: Done(change_password(caller, environ)))


def _fetch_index(caller: Caller, call: Call, environ: dict[str, Any]) -> Done:
    return Done(index_of(caller.buyer, timezone.now()))


def _fetch_history(caller: Caller, call: Call, environ: dict[str, Any]) -> Done:
    return Done(history_of(caller.buyer, call.time(BEGIN_DATE), timezone.now()))


def _update_document_status(caller: Caller, call: Call, environ: dict[str, Any]) -> Done | Write[Done]:
    processed = call.boolean("Processed")
    document = find(caller.buyer, call.text("DocID"), timezone.now())
    if document is None:
        raise DocumentNotExistException
    stands = (document.state == State.PROCESSED) == processed
    return Done(True) if stands else Write(lambda: _move(document, processed))


def _move(document: Document, processed: bool) -> Done:
    try:
        (process if processed else unprocess)(document)
    except StepNotAllowed:
        # Withdrawn in the same moment: for a school it does not exist then.
        raise DocumentNotExistException from None
    return Done(True, then=lambda: fault_point("status.committed"))


def _fetch_doc(caller: Caller, call: Call, environ: dict[str, Any]) -> Done:
    try:
        found = fetch(caller.buyer, call.text("DocID"), timezone.now())
    except DocumentContent.DoesNotExist:
        raise DocumentNotExistException("The content of this document is no longer kept.") from None
    if found is None:
        raise DocumentNotExistException
    return Done(found.xml, fetched=found.document)


def _send_order(caller: Caller, call: Call, environ: dict[str, Any]) -> Write[Done]:
    write = prepare_order(caller.buyer, call.text("Document"))
    return Write(lambda: Done(True, then=partial(_tell, write())))


def _tell(received: Order | OrderRefused) -> None:
    if isinstance(received, OrderRefused):
        raise InvalidXmlException(received.sentence)
    fault_point("order.committed")


_OPERATIONS: Mapping[str, Do] = {
    "ChangePassword": _change_password,
    "FetchIndex": _fetch_index,
    HISTORY: _fetch_history,
    "UpdateDocumentStatus": _update_document_status,
    "FetchDoc": _fetch_doc,
    "SendOrder": _send_order,
}
