"""One client of a service, calling one operation after the other for a while: `schoolgate` or `zeep`.

`python -m bench.peers.soap_clients NAME rate|answers URL USER PASSWORD`; printed are calls a second, or a digest of
what the client read. Both keep one connection and call the same operations, which write nothing, for the same
documents; what comes back is read as a caller would.
"""

import hashlib
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

SECONDS = 4.0
SINCE = datetime(2026, 1, 1, tzinfo=UTC)

Calls = list[Callable[[], Any]]


def schoolgate(url: str, user: str, password: str) -> Calls:
    from schoolgate.wire.http import make_transport
    from schoolgate.wire.soap.client import SupplierService

    service = SupplierService(url, user, password, make_transport())
    doc_id = service.fetch_index()[0].doc_id
    return [
        service.fetch_index,
        lambda: service.fetch_history(SINCE),
        lambda: service.fetch_doc(doc_id),
    ]


def zeep(url: str, user: str, password: str) -> Calls:
    import zeep as library

    from schoolgate.documents.ebis.index import read_index

    client: Any = library.Client(f"{url}?WSDL")  # type: ignore[no-untyped-call]
    header = client.get_element("{http://www.dcsf.gov.uk/open/webservices/ots}AuthHeader")
    told = {"_soapheaders": [header(Username=user, Password=password)]}
    service = client.service
    doc_id = read_index(service.FetchIndex(**told))[0].doc_id
    return [
        lambda: read_index(service.FetchIndex(**told)),
        lambda: read_index(service.FetchHistory(BeginDate=SINCE, **told)),
        lambda: service.FetchDoc(DocID=doc_id, **told),
    ]


def rate(calls: Calls) -> float:
    """Calls a second, one after the other."""
    done, began = 0, time.perf_counter()
    while (passed := time.perf_counter() - began) < SECONDS:
        calls[done % len(calls)]()
        done += 1
    return done / passed


def answers(calls: Calls) -> str:
    """A digest of what each operation returned, the same for the same values."""
    return hashlib.sha256(repr([call() for call in calls]).encode()).hexdigest()


if __name__ == "__main__":
    name, what, *arguments = sys.argv[1:]
    print({"rate": rate, "answers": answers}[what]({"schoolgate": schoolgate, "zeep": zeep}[name](*arguments)))
