"""A supplier's service over a real socket, with documents of its own, that can be told to misbehave."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.school.purchasing.shops import entry_of, serve_shop
from tests.wire.soap.shop import Shop

from schoolgate.school.purchasing.models import FetchedDocument, WebService
from schoolgate.wire.soap.calls import Call
from schoolgate.wire.soap.faults import ServerFault


@dataclass
class Stall(Shop):
    """`contents` are the documents' XML by id; of those in `broken` it only reports an error of its own.

    `calls` are the operations that it answered, each with its document's id; `forgets` takes marks and forgets them.
    """

    documents: dict[str, tuple[str, bool]] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    forgets: bool = False

    def offer(self, doc_id: str, content: bytes | str, kind: str = "order") -> None:
        """Put a document into the queue."""
        self.documents[doc_id] = (kind, False)
        self.contents[doc_id] = content.decode() if isinstance(content, bytes) else content

    def is_marked(self, doc_id: str) -> bool:
        return self.documents[doc_id][1]

    def put_back(self, doc_id: str) -> None:
        self.documents[doc_id] = (self.documents[doc_id][0], False)

    def _result(self, call: Call) -> str | bool:
        doc_id = call.arguments.get("DocID") or ""
        answered = super()._result(call)
        self.calls.append(f"{call.operation} {doc_id}".strip())
        if doc_id in self.broken:
            fault = ServerFault("System.NullReferenceException: at Shop.Service.FetchDoc(String id)")
            fault.version = call.version
            raise fault
        if call.operation == "UpdateDocumentStatus" and self.forgets:
            self.put_back(doc_id)
        return self.contents[doc_id] if call.operation == "FetchDoc" else answered


@contextmanager
def serve_stall(stall: Stall, name: str = "Beacon Supplies") -> Iterator[WebService]:
    """The ledger's row of a stall that is served meanwhile."""
    with serve_shop(stall) as url:
        yield entry_of(url, name=name)


def the(doc_id: str) -> FetchedDocument:
    """The ledger's row of a document that a stall offers."""
    found: FetchedDocument = FetchedDocument.objects.get(doc_id=doc_id)
    return found
