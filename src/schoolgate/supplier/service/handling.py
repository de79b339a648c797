"""One call, from its body to its answer, and what the log shall say of it."""

import logging
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.turns import WORK, Gate
from schoolgate.supplier.service.envelopes import without_secrets
from schoolgate.supplier.service.keeping import Keeping
from schoolgate.supplier.service.log import OK, Line
from schoolgate.supplier.service.operations import Done, do
from schoolgate.supplier.service.signing_in import Caller, recognise, sign_in
from schoolgate.wire.soap.calls import Call, read_call
from schoolgate.wire.soap.contract import Version
from schoolgate.wire.soap.envelope import write_answer, write_fault
from schoolgate.wire.soap.faults import ServerFault, SoapFault

LARGE_BYTES = 256 * 1024
"""Of a call that holds up no others: it works beside them, though no two of its size at one time."""
_LARGE = Gate(1)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Handled:
    """HTTP's status, the answer's envelope in this version of SOAP, and the line for the log."""

    status: int
    version: Version
    envelope: bytes
    line: Line


@dataclass(slots=True)
class _Known:
    """What is known of a call so far; of one that fails, what was known then."""

    at: datetime
    request_id: str
    call: Call | None = None
    caller: Caller | None = None
    done: Done | None = None


def handle(environ: dict[str, Any], body: bytes, keeping: Keeping) -> Handled:
    """Do what a call asks. Nothing is raised: what goes wrong is answered as a fault, ours with a number."""
    began = time.perf_counter()
    known = _Known(timezone.now(), secrets.token_hex(4).upper())
    fault: SoapFault | None = None
    turn = _LARGE if len(body) > LARGE_BYTES else WORK
    try:
        with turn.passed():
            call = known.call = read_call(body, environ.get("CONTENT_TYPE") or "", environ.get("HTTP_SOAPACTION"))
            known.caller = recognise(environ, call.username, call.password)
            done = do(known.caller, call, environ) if known.caller else None
        if done is None:
            known.caller = sign_in(environ, call.username, call.password)
            # It has waited for its turn once.
            with turn.passed(first=True):
                done = do(known.caller, call, environ)
        # Who waits for the disk holds no place.
        known.done = done = done if isinstance(done, Done) else done()
        version, envelope = call.version, write_answer(call, done.value)
    except SoapFault as refused:
        fault = refused
    except Exception:
        log.exception("A call of the service failed; it was told the number %s.", known.request_id)
        fault = ServerFault(
            "Something went wrong on the service's side. Try again later; "
            f"whoever runs the service finds the reason by the number {known.request_id}."
        )
    if fault is not None:
        version = known.call.version if known.call else fault.version
        envelope = write_fault(version, fault)
    line = _line(known, fault, environ, round((time.perf_counter() - began) * 1_000_000), version)
    if keeping.wants(line, test=known.caller is not None and known.caller.buyer.test):
        password = known.call.password if known.call else ""
        line = line.with_envelopes(without_secrets(body, password), without_secrets(envelope, password))
    return Handled(fault.status if fault else 200, version, envelope, line)


def _line(known: _Known, fault: SoapFault | None, environ: dict[str, Any], microseconds: int, version: Version) -> Line:
    call = known.call
    said = call or fault
    return Line(
        at=known.at,
        request_id=known.request_id,
        outcome=fault.outcome if fault else OK,
        buyer=known.caller.buyer.pk if known.caller else None,
        user=User.normalize_username(said.username) if said else "",
        operation=said.operation if said else "",
        version=version,
        sentence=fault.sentence if fault else "",
        doc_id=(call.arguments.get("DocID") or "") if call else "",
        broken=said.broken if said else (),
        microseconds=microseconds,
        address=environ.get("REMOTE_ADDR", ""),
        client=environ.get("HTTP_USER_AGENT", ""),
        fetched=known.done.fetched if known.done else None,
    )
