"""What the six operations do, once it is known who calls (reference 2.2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from schoolgate.commons.faults import fault_point
from schoolgate.commons.turns import together
from schoolgate.supplier.models import Document, DocumentContent, State
from schoolgate.supplier.orders.receiving import OrderRefused, prepare_order
from schoolgate.supplier.queue.index import fetch, find, history_of, index_of
from schoolgate.supplier.queue.steps import StepNotAllowed, process, unprocess
from schoolgate.supplier.service.passwords import change_password
from schoolgate.supplier.service.signing_in import Caller
from schoolgate.wire.soap.calls import Call
from schoolgate.wire.soap.contract import BEGIN_DATE, HISTORY
from schoolgate.wire.soap.faults import DocumentNotExistException, InvalidXmlException


@dataclass(frozen=True, slots=True)
class Done:
    """What an operation returns; `fetched` is the key of the document that was given out."""

    value: str | bool
    fetched: int | None = None


Write = Callable[[], Done]
Do = Callable[[Caller, Call, dict[str, Any]], Done | Write]


def do(caller: Caller, call: Call, environ: dict[str, Any]) -> Done | Write:
    """Do what is asked, all but what is to be written: that is returned, to be called by who has no place to give on.

    Both raise SoapFault; whatever was done then is undone.
    """
    return _OPERATIONS[call.operation](caller, call, environ)


def _change_password(caller: Caller, call: Call, environ: dict[str, Any]) -> Write:
    return lambda: Done(change_password(caller, environ))


def _fetch_index(caller: Caller, call: Call, environ: dict[str, Any]) -> Done:
    return Done(index_of(caller.buyer, timezone.now()))


def _fetch_history(caller: Caller, call: Call, environ: dict[str, Any]) -> Done:
    return Done(history_of(caller.buyer, call.time(BEGIN_DATE), timezone.now()))


def _update_document_status(caller: Caller, call: Call, environ: dict[str, Any]) -> Done | Write:
    processed = call.boolean("Processed")
    document = find(caller.buyer, call.text("DocID"), timezone.now())
    if document is None:
        raise DocumentNotExistException
    stands = (document.state == State.PROCESSED) == processed
    return Done(True) if stands else lambda: _move(document, processed)


def _move(document: Document, processed: bool) -> Done:
    try:
        together(lambda: (process if processed else unprocess)(document))
    except StepNotAllowed:
        # Withdrawn in the same moment: for a school it does not exist then.
        raise DocumentNotExistException from None
    fault_point("status.committed")
    return Done(True)


def _fetch_doc(caller: Caller, call: Call, environ: dict[str, Any]) -> Done:
    try:
        found = fetch(caller.buyer, call.text("DocID"), timezone.now())
    except DocumentContent.DoesNotExist:
        raise DocumentNotExistException("The content of this document is no longer kept.") from None
    if found is None:
        raise DocumentNotExistException
    return Done(found.xml, fetched=found.document)


def _send_order(caller: Caller, call: Call, environ: dict[str, Any]) -> Write:
    write = prepare_order(caller.buyer, call.text("Document"))

    def send() -> Done:
        try:
            write()
        except OrderRefused as refused:
            raise InvalidXmlException(refused.sentence) from None
        return Done(True)

    return send


_OPERATIONS: Mapping[str, Do] = {
    "ChangePassword": _change_password,
    "FetchIndex": _fetch_index,
    HISTORY: _fetch_history,
    "UpdateDocumentStatus": _update_document_status,
    "FetchDoc": _fetch_doc,
    "SendOrder": _send_order,
}
