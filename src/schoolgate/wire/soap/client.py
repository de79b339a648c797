"""A supplier's service from the school's side: what a finance system asks of it (reference 1, 2)."""

from collections.abc import Mapping
from datetime import datetime

import httpx

from schoolgate.documents.ebis.index import Entry, read_index
from schoolgate.documents.problems import DocumentError
from schoolgate.wire.http import GiveUp, Timeouts
from schoolgate.wire.soap.answers import Fault, read_answer, write_call
from schoolgate.wire.soap.contract import BEGIN_DATE, HISTORY, MEDIA_TYPES, NAMESPACE, ORDERS_ONCE, Version
from schoolgate.wire.soap.envelope import content_type
from schoolgate.wire.soap.errors import BadAddress, NotUnderstood, ServiceError, ServiceFailed, error_of
from schoolgate.wire.soap.posting import ANSWER_SECONDS, TIMEOUTS, Line, Reply
from schoolgate.wire.soap.values import read_boolean, write_boolean, write_time


class SupplierService:
    """Talks to one service for one school. May be shared by threads.

    `transport` is `wire.http.make_transport`'s; whoever made it closes it. FMS speaks SOAP 1.1, so that is what every
    service must understand. `history_method` is the name of the history operation, which was never published. Every
    method raises a `ServiceError`, the first of them BadAddress here. `takes_orders_once`: its last answer said that an
    order which comes twice is one order there.
    """

    def __init__(
        self,
        url: str,
        username: str,
        password: str,
        transport: httpx.BaseTransport,
        *,
        version: Version = "1.1",
        history_method: str = HISTORY,
        timeouts: Timeouts = TIMEOUTS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self.username = username
        self.takes_orders_once = False
        self._password = password
        self._version = version
        self._history = history_method
        self._line = Line(url, transport, timeouts=timeouts, answer_seconds=answer_seconds)

    def __repr__(self) -> str:
        return f"SupplierService({str(self._line.url)!r}, {self.username!r})"

    def change_password(self) -> str:
        """Have the service choose a new password; it is used from the next call on. Keep what is returned."""
        password = self._call("ChangePassword")
        if not password:
            raise NotUnderstood("no password", "It sent an empty password.")
        self._password = password
        return password

    def fetch_index(self) -> list[Entry]:
        """The documents that wait for this school."""
        return _entries(self._call("FetchIndex"))

    def fetch_history(self, since: datetime) -> list[Entry]:
        """All documents created after `since` (aware), processed or not."""
        return _entries(self._call(self._history, {BEGIN_DATE: write_time(since)}))

    def update_document_status(self, doc_id: str, processed: bool) -> None:
        """Mark a document as processed, or as not. Raises DocumentNotThere."""
        self._confirm("UpdateDocumentStatus", {"DocID": doc_id, "Processed": write_boolean(processed)})

    def fetch_doc(self, doc_id: str) -> str:
        """A document's XML, as text that may declare any encoding. Raises DocumentNotThere."""
        return self._call("FetchDoc", {"DocID": doc_id}).removeprefix("\ufeff")

    def send_order(self, xml: str) -> None:
        """Send an authorised order. Raises DocumentRefused with what the service `said`."""
        self._confirm("SendOrder", {"Document": xml})

    def _confirm(self, operation: str, arguments: Mapping[str, str]) -> None:
        """The contract knows no other answer than true."""
        said = self._call(operation, arguments)
        if not read_boolean(said):
            raise ServiceFailed(f"{operation} was answered other than true")

    def _call(self, operation: str, arguments: Mapping[str, str] | None = None) -> str:
        body = write_call(self._version, operation, arguments or {}, self.username, self._password)
        reply = self._line.post(body, call_headers(self._version, operation))
        name, value = ORDERS_ONCE
        self.takes_orders_once = reply.headers.get(name) == value
        answer = answer_of(reply, operation)
        if isinstance(answer, Fault):
            raise error_of(answer)
        return answer


def call_headers(version: Version, operation: str) -> dict[str, str]:
    """The HTTP headers of a call, as each version wants them (reference 2.1)."""
    headers = {"Content-Type": content_type(version)}
    if version == "1.1":
        headers["SOAPAction"] = f'"{NAMESPACE}/{operation}"'
    return headers


def answer_of(reply: Reply, operation: str) -> str | Fault:
    """What a reply says. Raises a ServiceError for one that is neither an answer nor a fault of SOAP's.

    Faults are taken with any status: not every service sends 500.
    """
    try:
        answer = read_answer(reply.content, reply.content_type, operation)
    except DocumentError as error:
        raise _no_answer(reply, error) from None
    if isinstance(answer, str) and reply.status != 200:
        raise NotUnderstood(f"HTTP {reply.status} with an answer")
    return answer


def _no_answer(reply: Reply, error: DocumentError) -> ServiceError:
    media = reply.content_type.partition(";")[0].strip()[:80] or "no type"
    details = f"HTTP {reply.status} {media}"
    if reply.status in {301, 302, 303, 307, 308}:
        return BadAddress(
            "moved", "The address leads on to another one, which a finance system does not follow.", details
        )
    if reply.status in {404, 405, 410}:
        return BadAddress("no-service", "There is no service at this address.", details)
    if reply.status == 401:
        return BadAddress("wants-login", "The address asks for a login of its own, beside the service's.", details)
    if reply.status == 403:
        return BadAddress("forbidden", "The web server at this address does not let this program in.", details)
    if reply.status >= 500 or reply.status in {408, 429}:
        return ServiceFailed(details)
    if reply.status >= 400:
        return ServiceFailed(details, step=GiveUp())
    soap = media in {*MEDIA_TYPES.values(), "application/xml"}
    return NotUnderstood(details, error.message if soap else "It sent something that is not SOAP.")


def _entries(text: str) -> list[Entry]:
    try:
        return read_index(text)
    except DocumentError as error:
        raise NotUnderstood(f"index {error.code}", f"Its list of documents cannot be read: {error.message}") from None
