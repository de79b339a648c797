"""Test a service: play a school's finance system against any address, operation by operation.

For the developer of a service, in whatever it is written. Each step says what a finance system would make of the
answer. A document's status that was changed on the way is put back, also when the test is given up in the middle.
"""

import re
import secrets
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import httpx
from cryptography import x509

from schoolgate.documents.ebis.checking import check_document
from schoolgate.documents.ebis.heading import Kind
from schoolgate.documents.ebis.index import KINDS, Entry, read_index
from schoolgate.documents.problems import DocumentError
from schoolgate.wire.http import Timeouts
from schoolgate.wire.soap.answers import Fault
from schoolgate.wire.soap.calls import read_media_type
from schoolgate.wire.soap.contract import BEGIN_DATE, HISTORY, LONGEST_DOC_ID, Version
from schoolgate.wire.soap.errors import BadAddress, ServiceError
from schoolgate.wire.soap.posting import Line, Reply
from schoolgate.wire.soap.trying_steps import (
    LONGEST_SHOWN,
    Said,
    Step,
    ask,
    must_fail,
    must_succeed,
    not_tried,
    text_of,
)
from schoolgate.wire.soap.trying_wsdl import faults_of_wsdl
from schoolgate.wire.soap.values import read_boolean, write_time
from schoolgate.wire.tls import read_certificate

TIMEOUTS = Timeouts(connect=10, read=30, write=30, pool=10)
ANSWER_SECONDS = 30.0
"""A person waits for this."""
YEAR = timedelta(days=365)
MOST_PROBLEMS = 5
FETCHED: Mapping[str, Kind] = {"order": "order", "invoice": "invoice", "creditnote": "creditnote"}
"""A finance system leaves quotes where they are."""


def try_service(
    url: str,
    username: str,
    password: str,
    transport: httpx.BaseTransport,
    *,
    order: str = "",
    change_password: bool = False,
    history_method: str = HISTORY,
    supplier_duns: str = "",
    buyer_duns: str = "",
) -> Generator[Step, None, None]:
    """Take one step after the other. Raises nothing: what fails is a step that failed. Close it to give up.

    `order` is an order's XML to send; without one SendOrder is tried with an invalid one alone, since a valid one is
    an order. `change_password` has the service choose a new one, told in that step's `new_password`. A
    fetched document is held to its schema, and to the two DUNS numbers where they are given: a finance system takes no
    other.
    """
    try:
        line = Line(url, transport, timeouts=TIMEOUTS, answer_seconds=ANSWER_SECONDS)
    except BadAddress as error:
        yield Step("The address", "", "fail", f"{error.sentence} {error.remedy}")
        return
    trial = _Trial(line, username, password, history_method, supplier_duns, buyer_duns)
    yield from trial.look_at_address()
    if not trial.reached:
        return
    yield from trial.sign_in()
    if not trial.signed_in:
        yield not_tried("All else", "", "Nothing else can be tried where the list is not answered.")
        return
    yield from trial.ask_for_what_is_not_there()
    yield from trial.fetch()
    yield from trial.send(order)
    yield from trial.bend()
    yield (
        trial.have_password_changed()
        if change_password
        else not_tried(
            "A new password", "ChangePassword", "It would change the school's password. Ask for it to be tried."
        )
    )


def look_at_address(line: Line) -> Iterator[Step]:
    """Whether a web server answers, its certificate, and its WSDL; one step alone where none answers."""
    began = time.perf_counter()
    try:
        reply = line.get("WSDL")
    except ServiceError as error:
        yield Step("The address", "", "fail", f"{error.sentence} {error.remedy}")
        return
    taken = (time.perf_counter() - began) * 1000
    yield Step("The address", "", "pass", "A web server answers there.", milliseconds=taken)
    yield _certificate(line, reply)
    charset = read_media_type(reply.content_type)[1].get("charset", "")
    faults = faults_of_wsdl(reply.content, charset, str(line.url))
    if reply.content_type.startswith("text/html"):
        faults.append("It is sent as text/html: send text/xml.")
    yield Step(
        "The WSDL",
        "",
        "fail" if faults else "pass",
        " ".join(faults) or "It holds all operations, the header, and the address that was called.",
        answer=text_of(reply)[:LONGEST_SHOWN],
        status=reply.status,
    )


@dataclass(slots=True)
class _Trial:
    """One test on its way."""

    line: Line
    username: str
    password: str
    history: str
    supplier_duns: str
    buyer_duns: str
    reached: bool = False
    signed_in: bool = False
    waiting: list[Entry] = field(default_factory=list)

    # The steps

    def look_at_address(self) -> Iterator[Step]:
        """The address, its certificate, and its WSDL."""
        for step in look_at_address(self.line):
            self.reached = self.reached or step.verdict == "pass"
            yield step

    def sign_in(self) -> Iterator[Step]:
        """The right password in both versions of SOAP, a wrong one, and none."""
        yield self._index_step("The list of waiting documents", "1.1")
        yield self._index_step("The list by SOAP 1.2", "1.2")
        wrong = self._ask("FetchIndex", password=f"wrong-{secrets.token_hex(8)}")
        yield must_fail("A wrong password", "FetchIndex", wrong, "AuthenticationException")
        wrong = self._ask("FetchIndex", version="1.2", password=f"wrong-{secrets.token_hex(8)}")
        yield must_fail("A wrong password by SOAP 1.2", "FetchIndex", wrong, "AuthenticationException")
        none = self._ask("FetchIndex", header=False)
        yield must_fail("No AuthHeader", "FetchIndex", none, "AuthenticationException")

    def ask_for_what_is_not_there(self) -> Iterator[Step]:
        """A document id that no service can know."""
        doc_id = f"no-such-document-{secrets.token_hex(8)}"
        for operation, arguments in (
            ("FetchDoc", {"DocID": doc_id}),
            ("UpdateDocumentStatus", {"DocID": doc_id, "Processed": "true"}),
        ):
            said = self._ask(operation, arguments)
            yield must_fail("An unknown document", operation, said, "DocumentNotExistException")

    def fetch(self) -> Iterator[Step]:
        """A waiting document: fetched, marked as processed, found in the history, and put back."""
        entry = next((one for one in self.waiting if one.kind in FETCHED), None)
        if entry is None:
            why = "No document waits for this school. Put one into its queue and try again."
            yield not_tried("A waiting document", "FetchDoc", why)
            yield not_tried("Mark it as processed", "UpdateDocumentStatus", why)
            yield self._history_step(None)
            return
        said = self._ask("FetchDoc", {"DocID": entry.doc_id})
        yield must_succeed("A waiting document", "FetchDoc", said, lambda text: self._look_at_document(text, entry))
        still = self._ask("FetchIndex")
        yield must_succeed("It waits still", "FetchIndex", still, lambda text: _listed(text, entry, wanted=True))
        changed = False
        try:
            said = self._set_status(entry, "true")
            changed = True
            yield must_succeed("Mark it as processed", "UpdateDocumentStatus", said, _is_true)
            gone = self._ask("FetchIndex")
            yield must_succeed("It waits no more", "FetchIndex", gone, lambda text: _listed(text, entry, wanted=False))
            yield self._history_step(entry)
            said = self._set_status(entry, "false")
            changed = False
            yield must_succeed("Mark it as not processed", "UpdateDocumentStatus", said, _is_true)
        finally:
            if changed:
                self._set_status(entry, "false")
        back = self._ask("FetchIndex")
        yield must_succeed("It waits again", "FetchIndex", back, lambda text: _listed(text, entry, wanted=True))

    def send(self, order: str) -> Iterator[Step]:
        """An order that is none, and a real one where there is one."""
        said = self._ask("SendOrder", {"Document": "<NotAnOrder/>"})
        yield must_fail("An order that is none", "SendOrder", said, "InvalidXmlException")
        if not order:
            why = "It would be a real order. Give one to have it sent."
            yield not_tried("An order", "SendOrder", why)
            return
        yield must_succeed("An order", "SendOrder", self._ask("SendOrder", {"Document": order}), _is_true)

    def bend(self) -> Iterator[Step]:
        """What .NET does and what no contract names."""
        said = self._ask("FetchIndex", headers={"Expect": "100-continue"})
        yield must_succeed("Expect: 100-continue, as .NET sends it", "FetchIndex", said, lambda _: "")
        said = self._ask("FetchEverything")
        yield must_fail("An operation that is unknown", "", said, None)

    def have_password_changed(self) -> Step:
        """A new password, and whether it is good."""
        said = self._ask("ChangePassword")
        if not isinstance(said.outcome, str):
            return must_succeed("A new password", "ChangePassword", said, lambda _: "")
        new = said.outcome
        self.password = new
        good = bool(new) and isinstance(self._ask("FetchIndex").outcome, str)
        step = must_succeed(
            "A new password",
            "ChangePassword",
            said,
            lambda _: "" if good else "The password that it returned is not good for the next call.",
            "It was changed, and the new one is good.",
        )
        return replace(step, new_password=new)

    # What they are made of

    def _index_step(self, title: str, version: Version) -> Step:
        said = self._ask("FetchIndex", version=version)
        if version == "1.1" and isinstance(said.outcome, str):
            self.signed_in = True
            with suppress(DocumentError):
                self.waiting = read_index(said.outcome)
        number = len(self.waiting)
        waits = f"{number} document{'s wait' if number != 1 else ' waits'} for this school."
        return must_succeed(title, "FetchIndex", said, _look_at_index, waits)

    def _history_step(self, entry: Entry | None) -> Step:
        """Its name was never published, so a service that does not know ours is not to blame."""
        created = entry.created if entry else None
        since = created - timedelta(seconds=1) if created else datetime.now(UTC) - YEAR
        said = self._ask(self.history, {BEGIN_DATE: write_time(since)})
        title = "The history"
        if isinstance(said.outcome, Fault) and said.outcome.kind is None:
            why = f"The service knows no {self.history}. That name was never published, so it may be another."
            return replace(must_succeed(title, HISTORY, said, lambda _: ""), verdict="not tried", sentence=why)
        return must_succeed(
            title, HISTORY, said, lambda text: _listed(text, entry, wanted=True) if entry else _look_at_index(text)
        )

    def _set_status(self, entry: Entry, processed: str) -> Said:
        return self._ask("UpdateDocumentStatus", {"DocID": entry.doc_id, "Processed": processed})

    def _look_at_document(self, text: str, entry: Entry) -> str:
        kind = FETCHED[entry.kind]
        checked = check_document(text, kind, supplier_duns=self.supplier_duns, buyer_duns=self.buyer_duns)
        found = [*checked.refusals(), *(checked.duns if self.supplier_duns or self.buyer_duns else [])]
        return " ".join(
            f"Line {problem.line}: {problem.message}" if problem.line else problem.message
            for problem in found[:MOST_PROBLEMS]
        )

    def _ask(
        self,
        operation: str,
        arguments: Mapping[str, str] | None = None,
        *,
        version: Version = "1.1",
        password: str | None = None,
        headers: Mapping[str, str] | None = None,
        header: bool = True,
    ) -> Said:
        used = self.password if password is None else password
        return ask(
            self.line,
            operation,
            arguments or {},
            self.username,
            used,
            version=version,
            headers=headers,
            header=header,
        )


def _certificate(line: Line, reply: Reply) -> Step:
    title = "The certificate"
    if line.url.scheme != "https":
        return not_tried(title, "", "This address is not https. Schools can reach a service by https alone.")
    found = read_certificate(x509.load_der_x509_certificate(reply.certificate))
    return Step(title, "", "pass", f"Issued by {found.issuer}, good until {found.expires:%d %b %Y}.")


def _look_at_index(text: str) -> str:
    try:
        entries = read_index(text)
    except DocumentError as error:
        return f"The list cannot be read. {error.message}"
    if not entries and len(re.findall(r"<[^/?!]", text)) > 1:
        return "The list holds documents, but not each with an id, a type and a create date."
    for entry in entries:
        if len(entry.doc_id) > LONGEST_DOC_ID or re.search(r"\s", entry.doc_id):
            return f"An id must have at most {LONGEST_DOC_ID} characters, none of them blank: {entry.doc_id[:120]}"
        if entry.kind not in KINDS:
            return f"A type must be one of {', '.join(KINDS)}. Found: {entry.kind[:40]}"
        if not re.search(rf"""[>"'\s]{entry.kind}[<"'\s]""", text):
            return f"A type must be in lower case: {entry.kind}."
        if entry.created is None:
            return f"The create date of {entry.doc_id} is not a date and time."
    return ""


def _listed(text: str, entry: Entry, *, wanted: bool) -> str:
    fault = _look_at_index(text)
    if fault:
        return fault
    if any(one.doc_id == entry.doc_id for one in read_index(text)) == wanted:
        return ""
    return f"{entry.doc_id} should {'' if wanted else 'not '}be in the list."


def _is_true(text: str) -> str:
    return "" if read_boolean(text) else "The answer must be true."
