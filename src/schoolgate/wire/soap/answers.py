"""The caller's half of a conversation: a call is written into an envelope, and what comes back is read from its own.

Lenient as unknown services demand (reference 2.4): the kind of a fault is looked for anywhere in its text, which a
real .asmx service surrounds with its own name and a stack trace.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from schoolgate.documents.problems import DocumentError
from schoolgate.wire.soap.calls import read_media_type
from schoolgate.wire.soap.contract import (
    ENVELOPES,
    FAULT_KINDS,
    HEADER,
    NAMESPACE,
    PASSWORD,
    USERNAME,
    FaultKind,
    Version,
)
from schoolgate.wire.soap.elements import Element, read_elements
from schoolgate.wire.soap.envelope import escape, write_envelope

LONGEST_SENTENCE = 2_000
_STACK_TRACE = re.compile(r"\s*(?:\n\s*at \S|--->|\n\s*--- )")
_KIND = re.compile("|".join(FAULT_KINDS))


@dataclass(frozen=True, slots=True)
class Fault:
    """What a service says went wrong. `code` is as the service spelt it, without its prefix.

    `kind` is None for a general error; `sentence` is the text without the kind, what stands before it, and a stack
    trace behind it.
    """

    code: str
    kind: FaultKind | None
    sentence: str


def write_call(version: Version, operation: str, arguments: Mapping[str, str], username: str, password: str) -> bytes:
    """A call in an envelope; `arguments` are the parameters' texts, in the contract's order."""
    parameters = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in arguments.items())
    return write_envelope(
        version,
        f'<{operation} xmlns="{NAMESPACE}">{parameters}</{operation}>',
        f'<{HEADER} xmlns="{NAMESPACE}"><{USERNAME}>{escape(username)}</{USERNAME}>'
        f"<{PASSWORD}>{escape(password)}</{PASSWORD}></{HEADER}>",
    )


def read_answer(body: bytes, content_type: str, operation: str) -> str | Fault:
    """The text of the operation's result, or the fault.

    Raises DocumentError: those of `read_elements`, `not-soap` for XML that is no envelope, `no-result` for an envelope
    without what was asked for.
    """
    media_type, parameters = read_media_type(content_type)
    # The default of HTTP for text is no statement about this one.
    envelope = read_elements(body, parameters.get("charset", "") if media_type else "")
    if envelope.name != "Envelope" or envelope.namespace not in ENVELOPES.values():
        raise DocumentError("not-soap", "It is XML, but not a SOAP envelope.")
    content = envelope.child(envelope.namespace, "Body")
    held = content.children[0] if content is not None and content.children else None
    if held is None:
        raise DocumentError("no-result", "The envelope has an empty Body.")
    if held.name == "Fault":
        return _read_fault(held)
    result = next((child for child in held.children if child.name == f"{operation}Result"), None)
    if held.name != f"{operation}Response" or result is None:
        raise DocumentError("no-result", f"The Body does not hold {operation}Response with {operation}Result in it.")
    if result.children:
        raise DocumentError("no-result", f"{operation}Result holds XML elements and not text.")
    return result.text


def _read_fault(fault: Element) -> Fault:
    texts = {element.name: element.text for element in reversed(list(fault)) if element.text.strip()}
    code = texts.get("faultcode") or texts.get("Value") or ""
    said = (texts.get("faultstring") or texts.get("Text") or "").strip()
    kind = _kind_in(said) or _kind_in("\n".join(texts.values()))
    sentence = said.partition(kind)[2].lstrip(" :\r\n") or said if kind else said
    return Fault(code.strip().rpartition(":")[2], kind, _STACK_TRACE.split(sentence[:LONGEST_SENTENCE], maxsplit=1)[0])


def _kind_in(text: str) -> FaultKind | None:
    found = _KIND.search(text)
    return next((kind for kind in FAULT_KINDS if found and kind == found[0]), None)
