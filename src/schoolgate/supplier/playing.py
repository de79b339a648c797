"""The site in its test school's place: it calls its own service as a finance system would.

By a job, in another process than the one that answers, and with limits of time. Where the service's own address cannot
be reached from here, the same calls go through the same door without a network, and that is said.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

import httpx
from django.conf import settings

from schoolgate.commons.jobs.kinds import JobKind, Permanent, RunningJob, register
from schoolgate.documents.ebis.checking import check_document
from schoolgate.documents.ebis.lines import Line as OrderLine
from schoolgate.documents.ebis.orders import PURCHASE, Order, read_order, write_order
from schoolgate.documents.ebis.totals import order_totals, with_amounts
from schoolgate.supplier.models import Buyer, DocumentContent, Kind, PlayedSchool
from schoolgate.supplier.service.door import SoapDoor
from schoolgate.wire.http import Timeouts, make_transport
from schoolgate.wire.soap.client import SupplierService
from schoolgate.wire.soap.errors import BadAddress, ServiceError
from schoolgate.wire.soap.posting import Line
from schoolgate.wire.soap.trying import FETCHED, look_at_address
from schoolgate.wire.soap.trying_steps import Verdict

Act = Literal["import", "order"]

TIMEOUTS = Timeouts(connect=5, read=15, write=15, pool=5)
ANSWER_SECONDS = 15.0
MOST_FETCHED = 20
KEPT_OF_TEN = 8
INSIDE = "So the calls were made inside this site, through the same door. From a school’s network it may be reachable."


@dataclass(frozen=True)
class Did:
    """One thing that was done, and what came of it."""

    title: str
    verdict: Verdict
    sentence: str


@register
class LookAtAddress(JobKind):
    """Whether the service answers at an address, with which certificate, and what its WSDL says."""

    name = "look-at-address"
    label = "Looking at the service’s own address"
    max_attempts = 1
    routine = True

    def words(self, args: dict[str, Any]) -> str:
        return "Looking at the service’s own address"

    def run(self, running: RunningJob) -> dict[str, Any] | None:
        with _transport() as transport:
            return _result(running, look(running.args["address"], transport))


@register
class PlaySchool(JobKind):
    """One act of a test school. Not tried again: who asked looks at what came of it, and asks again."""

    name = "play-school"
    label = "Playing the test school"
    max_attempts = 1
    routine = True

    def words(self, args: dict[str, Any]) -> str:
        return "Importing as the test school" if args["act"] == "import" else "Sending an order as the test school"

    def run(self, running: RunningJob) -> dict[str, Any] | None:
        schools = PlayedSchool.objects.select_related("buyer__supplier", "buyer__account")
        school = schools.filter(pk=running.args["buyer"]).first()
        if school is None:
            raise Permanent("The test school is there no more. Make one under Get connected.")
        return _result(running, act(school, running.args["act"], running.args["address"]))


def _result(running: RunningJob, steps: Iterator[Did]) -> dict[str, Any]:
    did = []
    for step in steps:
        did.append(step)
        running.progress(len(did), 0, step.title)
    return {"did": [asdict(step) for step in did], "well": all(step.verdict != "fail" for step in did)}


def look(address: str, transport: httpx.BaseTransport) -> Iterator[Did]:
    """Look at the service as any program would, without a login."""
    try:
        line = Line(address, transport, timeouts=TIMEOUTS, answer_seconds=ANSWER_SECONDS)
    except BadAddress as error:
        yield Did("The address", "fail", f"{error.sentence} {error.remedy}")
        return
    for step in look_at_address(line):
        yield Did(step.title, step.verdict, step.sentence)


def act(school: PlayedSchool, which: Act, address: str) -> Iterator[Did]:
    """Do what a finance system does when its user presses Import, or sends an order. Raises nothing."""
    with _transport() as transport:
        looked = next(look(address, transport))
        reached = looked.verdict == "pass"
        if not reached:
            yield replace(looked, verdict="not tried", sentence=f"{looked.sentence} {INSIDE}")
        service = SupplierService(
            address,
            school.buyer.account.username,
            school.password,
            transport if reached else httpx.WSGITransport(_door()),
            timeouts=TIMEOUTS,
            answer_seconds=ANSWER_SECONDS,
        )
        try:
            yield from _import(service, school.buyer) if which == "import" else _send_order(service, school.buyer)
        except ServiceError as error:
            told = (error.sentence, error.said, error.remedy)
            yield Did("The service", "fail", " ".join(sentence for sentence in told if sentence))


def _transport() -> httpx.BaseTransport:
    extra = settings.SCHOOLGATE_CONFIGURATION.text("extra_ca_file")
    return make_transport(extra_ca_file=Path(extra) if extra else None)


@cache
def _door() -> SoapDoor:
    return SoapDoor()


def _import(service: SupplierService, buyer: Buyer) -> Iterator[Did]:
    """Quotes are left where they are, as a finance system leaves them."""
    entries = [entry for entry in service.fetch_index() if entry.kind in FETCHED][:MOST_FETCHED]
    number = len(entries)
    if not number:
        yield Did("FetchIndex", "not tried", "Nothing waits for the test school. Send a test basket first.")
        return
    yield Did("FetchIndex", "pass", f"{number} document{'s wait' if number != 1 else ' waits'} for the test school.")
    for entry in entries:
        xml = service.fetch_doc(entry.doc_id)
        checked = check_document(xml, FETCHED[entry.kind], supplier_duns=buyer.supplier.duns, buyer_duns=buyer.duns)
        wrong = [*checked.refusals(), *checked.duns]
        if wrong:
            yield Did(f"FetchDoc {entry.doc_id}", "fail", f"A finance system would not take it. {wrong[0].message}")
            continue
        yield Did(f"FetchDoc {entry.doc_id}", "pass", "Fetched; schema, checksum and both DUNS numbers are right.")
        service.update_document_status(entry.doc_id, processed=True)
        yield Did(f"UpdateDocumentStatus {entry.doc_id}", "pass", "Marked as processed: it waits no more.")


def _send_order(service: SupplierService, buyer: Buyer) -> Iterator[Did]:
    content = (
        DocumentContent.objects.filter(document__buyer=buyer, document__kind=Kind.ORDER)
        .select_related("document")
        .order_by("-document__pk")
        .first()
    )
    if content is None:
        yield Did("SendOrder", "not tried", "There is no basket to order from. Send a test basket first.")
        return
    order = order_from(read_order(content.xml), f"ORD-{content.document.doc_id}")
    service.send_order(write_order(order).decode())
    yield Did("SendOrder", "pass", f"Order {order.number} was sent and answered true.")


def order_from(basket: Order, number: str) -> Order:
    """The order that a reviewer makes of a basket: the second line taken out, fewer of the first."""
    kept = basket.lines if len(basket.lines) == 1 else tuple(line for line in basket.lines if line.number != 2)
    lines = (_fewer(kept[0]), *kept[1:])
    return replace(
        basket, kind=PURCHASE, function="FIO", number=number, lines=lines, totals=order_totals(lines), checksum=None
    )


def _fewer(line: OrderLine) -> OrderLine:
    quantity = line.quantity or Decimal(1)
    fewer = max(Decimal(1), quantity * KEPT_OF_TEN // 10)
    return with_amounts(replace(line, quantity=fewer, net=None, tax_value=None, gross=None))
