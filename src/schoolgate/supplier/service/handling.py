"""One call, from its body to its answer, and what the log shall say of it."""

import logging
import random
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, TypeVar

from django.utils import timezone

from schoolgate.commons.accounts.former_passwords import forget_former_password
from schoolgate.commons.accounts.models import User
from schoolgate.commons.turns import Write, in_turn, together, written
from schoolgate.supplier.models import Buyer
from schoolgate.supplier.service.envelopes import without_secrets
from schoolgate.supplier.service.keeping import Keeping
from schoolgate.supplier.service.log import LAST_CALL_IS_GOOD_FOR, OK, Line
from schoolgate.supplier.service.operations import WRITES, Done, do
from schoolgate.supplier.service.signing_in import Caller, recognise, sign_in
from schoolgate.wire.soap.calls import Call, read_call
from schoolgate.wire.soap.contract import Version
from schoolgate.wire.soap.envelope import write_answer, write_fault
from schoolgate.wire.soap.faults import ServerFault, SoapFault

LARGE_BYTES = 256 * 1024
"""Of a call that holds up no others: it works beside them, though no two of its size at one time: each takes memory."""
_LARGE = threading.Lock()

T = TypeVar("T")

log = logging.getLogger(__name__)


class Handled(NamedTuple):
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
    # Not by `secrets`: while it asks the system, another thread takes Python.
    known = _Known(timezone.now(), f"{random.getrandbits(32):08X}")
    fault: SoapFault | None = None
    try:
        is_large = len(body) > LARGE_BYTES
        with _LARGE if is_large else nullcontext():
            call = known.call = read_call(body, environ.get("CONTENT_TYPE") or "", environ.get("HTTP_SOAPACTION"))
        turn = _beside if is_large else partial(in_turn, ahead=call.operation in WRITES)
        done = turn(lambda: _begin(known, environ, call))
        if done is None:
            # To look at a password may be slow.
            caller = known.caller = sign_in(environ, call.username, call.password)
            done = turn(lambda: do(caller, call, environ))
        known.done = done
        if done.then is not None:
            done.then()
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


def _begin(known: _Known, environ: dict[str, Any], call: Call) -> Done | Write[Done] | None:
    """What came of it; None where the password is still to be looked at."""
    caller = known.caller = recognise(environ, call.username, call.password)
    if caller is None:
        return None
    if not caller.outdates:
        return do(caller, call, environ)
    try:
        done = do(caller, call, environ)
    except SoapFault as fault:
        done = _refused(fault)
    return Write(lambda: _after_forgetting(caller, done))


def _after_forgetting(caller: Caller, done: Done | Write[Done]) -> Done:
    """Also a call that is refused has used the password."""
    forget_former_password(caller.buyer.account)
    try:
        return together(done.work) if isinstance(done, Write) else done
    except SoapFault as fault:
        return _refused(fault)


def _refused(fault: SoapFault) -> Done:
    def refuse() -> None:
        raise fault

    return Done("", then=refuse)


def _beside(work: Callable[[], T | Write[T]]) -> T:
    with _LARGE:
        result = work()
    return written(result)


def _line(known: _Known, fault: SoapFault | None, environ: dict[str, Any], microseconds: int, version: Version) -> Line:
    call = known.call
    said = call or fault
    buyer = known.caller.buyer if known.caller else None
    return Line(
        at=known.at,
        request_id=known.request_id,
        outcome=fault.outcome if fault else OK,
        buyer=buyer.pk if buyer else None,
        supplier=buyer.supplier_id if buyer else None,
        is_news=buyer is not None and _is_news(buyer, known.at),
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


def _is_news(buyer: Buyer, at: datetime) -> bool:
    return buyer.last_call_at is None or at - buyer.last_call_at > LAST_CALL_IS_GOOD_FOR
