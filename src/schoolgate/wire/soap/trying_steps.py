"""The steps of a tested service: one call each, what came of it, and what a finance system would make of that."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from schoolgate.wire.soap.answers import Fault, write_call
from schoolgate.wire.soap.calls import read_media_type
from schoolgate.wire.soap.client import answer_of, call_headers
from schoolgate.wire.soap.contract import NAMESPACE, FaultKind, Version
from schoolgate.wire.soap.envelope import escape, write_envelope
from schoolgate.wire.soap.errors import ServiceError
from schoolgate.wire.soap.posting import Line, Reply

Verdict = Literal["pass", "fail", "not tried"]

MASK = "●●●●"
LONGEST_SHOWN = 20_000
_NEW_PASSWORD = re.compile(r"(<(?:\w+:)?ChangePasswordResult\b[^>]*>).*?(</)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried. `request` and `answer` are the envelopes, with passwords masked, or "" for none.

    `status` is HTTP's, `milliseconds` from the request to the end of the answer; None where there was no call.
    """

    title: str
    operation: str
    verdict: Verdict
    sentence: str
    request: str = ""
    answer: str = ""
    status: int | None = None
    milliseconds: float | None = None
    new_password: str = field(default="", repr=False)
    """What ChangePassword returned: the one that is good from now on."""


def not_tried(title: str, operation: str, why: str) -> Step:
    return Step(title, operation, "not tried", why)


@dataclass(frozen=True, slots=True)
class Said:
    """What came of one call: a result, a fault, or the error that it ended with; and its envelopes as in `Step`."""

    outcome: str | Fault | ServiceError
    request: str
    answer: str
    status: int | None
    milliseconds: float


def ask(
    line: Line,
    operation: str,
    arguments: Mapping[str, str],
    username: str,
    password: str,
    *,
    version: Version = "1.1",
    headers: Mapping[str, str] | None = None,
    header: bool = True,
) -> Said:
    """Make one call; `headers` are HTTP's, beside its own, `header` False leaves AuthHeader out. Raises nothing."""

    def envelope(shown: str) -> bytes:
        if header:
            return write_call(version, operation, arguments, username, shown)
        return write_envelope(version, f'<{operation} xmlns="{NAMESPACE}" />')

    reply: Reply | None = None
    outcome: str | Fault | ServiceError
    began = time.perf_counter()
    try:
        reply = line.post(envelope(password), {**call_headers(version, operation), **(headers or {})})
        outcome = answer_of(reply, operation)
    except ServiceError as error:
        outcome = error
    milliseconds = (time.perf_counter() - began) * 1000
    answer = _masked(text_of(reply), password)[:LONGEST_SHOWN] if reply else ""
    return Said(outcome, envelope(MASK).decode()[:LONGEST_SHOWN], answer, reply.status if reply else None, milliseconds)


def must_succeed(
    title: str, operation: str, said: Said, fault_of: Callable[[str], str], passed: str = "As it should be."
) -> Step:
    """A call that must have a result; `fault_of` gives what is wrong with that, "" for nothing."""
    outcome = said.outcome
    if isinstance(outcome, ServiceError):
        fault = f"{outcome.sentence} {outcome.remedy}"
    elif isinstance(outcome, Fault):
        fault = f"It was answered with a fault: {outcome.kind or outcome.code}: {outcome.sentence}"
    else:
        fault = fault_of(outcome)
    return _step(title, operation, said, fault, passed)


def must_fail(title: str, operation: str, said: Said, kind: FaultKind | None) -> Step:
    """A call that must be answered with a fault of this kind; None: of any."""
    outcome = said.outcome
    wanted = kind or "a fault"
    fault = ""
    if isinstance(outcome, ServiceError):
        fault = f"It should be answered with {wanted}. {outcome.sentence}"
    elif isinstance(outcome, str):
        fault = f"It should be answered with {wanted}, and was answered as if all were well."
    elif kind is not None and outcome.kind != kind:
        fault = f"The text of the fault should name {kind}. It says: {outcome.sentence}"
    elif said.status != 500:
        fault = f"The fault came with HTTP status {said.status}. Send 500: many clients see no fault otherwise."
    return _step(title, operation, said, fault, f"Answered with {wanted}, as it should be.")


def _step(title: str, operation: str, said: Said, fault: str, passed: str) -> Step:
    verdict: Verdict = "fail" if fault else "pass"
    return Step(title, operation, verdict, fault or passed, said.request, said.answer, said.status, said.milliseconds)


def text_of(reply: Reply) -> str:
    charset = read_media_type(reply.content_type)[1].get("charset", "utf-8")
    try:
        return reply.content.decode(charset, errors="replace")
    except LookupError:
        return reply.content.decode(errors="replace")


def _masked(answer: str, password: str) -> str:
    shown = _NEW_PASSWORD.sub(rf"\g<1>{MASK}\g<2>", answer)
    for written in {password, escape(password)} - {""}:
        shown = shown.replace(written, MASK)
    return shown
