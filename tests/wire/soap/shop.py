"""A small supplier's service that keeps to the contract, and can be told to break it."""

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from tests.wire.conftest import RawRequest, answer
from tests.wire.soap.goldens import PASSWORD, USERNAME

from schoolgate.documents.ebis.index import Entry, write_index
from schoolgate.documents.ebis.orders import write_order
from schoolgate.documents.samples.ebis import make_order
from schoolgate.wire.soap.calls import Call, read_call
from schoolgate.wire.soap.envelope import write_answer, write_fault
from schoolgate.wire.soap.faults import (
    AuthenticationException,
    DocumentNotExistException,
    InvalidXmlException,
    SoapFault,
)
from schoolgate.wire.soap.wsdl import write_wsdl

BASKET = write_order(make_order(7, lines=2, day=date(2026, 11, 26))).decode()

Change = Callable[[RawRequest, bytes], bytes]


@dataclass
class Shop:
    """`documents` are (type, is it processed) by id; `change` may give another HTTP answer than the right one."""

    documents: dict[str, tuple[str, bool]] = field(
        default_factory=lambda: {"Q-1": ("quote", False), "B-1001": ("order", False)}
    )
    change: Change = lambda _, right: right
    password: str = PASSWORD
    address: str = ""
    sent: list[str] = field(default_factory=list)

    def __call__(self, request: RawRequest, _: socket.socket) -> bytes:
        return self.change(request, self._answer(request))

    def _answer(self, request: RawRequest) -> bytes:
        if request.method == "GET":
            return answer(200, write_wsdl(self.address).decode(), media="text/xml")
        try:
            call = read_call(request.body, request.headers["content-type"], request.headers.get("soapaction"))
            return answer(200, write_answer(call, self._result(call)).decode(), media="text/xml; charset=utf-8")
        except SoapFault as fault:
            return answer(fault.status, write_fault(fault.version, fault).decode(), media="text/xml; charset=utf-8")

    def _result(self, call: Call) -> str | bool:
        if (call.username, call.password) != (USERNAME, self.password):
            raise _in_version(call, AuthenticationException())
        doc_id = call.arguments.get("DocID")
        if doc_id is not None and doc_id not in self.documents:
            raise _in_version(call, DocumentNotExistException())
        results: Mapping[str, Callable[[], str | bool]] = {
            "FetchIndex": lambda: self._index(processed=False),
            "FetchHistory": lambda: self._index(processed=True),
            "FetchDoc": lambda: BASKET,
            "UpdateDocumentStatus": lambda: self._mark(call),
            "SendOrder": lambda: self._take(call),
            "ChangePassword": self._change_password,
        }
        return results[call.operation]()

    def _index(self, *, processed: bool) -> str:
        created = datetime(2026, 11, 26, 9, tzinfo=UTC)
        return write_index(
            Entry(doc_id, kind, created) for doc_id, (kind, taken) in self.documents.items() if processed or not taken
        )

    def _mark(self, call: Call) -> bool:
        kind, _ = self.documents[call.text("DocID")]
        self.documents[call.text("DocID")] = (kind, call.boolean("Processed"))
        return True

    def _take(self, call: Call) -> bool:
        if not call.text("Document").startswith("<Order"):
            raise _in_version(call, InvalidXmlException("Line 1: this is no order."))
        self.sent.append(call.text("Document"))
        return True

    def _change_password(self) -> str:
        self.password = "Copper-Meadow-17"
        return self.password


def _in_version(call: Call, fault: SoapFault) -> SoapFault:
    fault.version = call.version
    return fault
