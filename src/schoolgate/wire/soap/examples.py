"""What a call and its answer look like, for the service's human page: for each operation, in both versions of SOAP."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from schoolgate.wire.soap.answers import write_call
from schoolgate.wire.soap.calls import Call
from schoolgate.wire.soap.client import call_headers
from schoolgate.wire.soap.contract import OPERATIONS, Type, Version
from schoolgate.wire.soap.envelope import content_type, write_answer

_USERNAME, _PASSWORD = "string", "string"
_SAMPLES: Mapping[Type, str] = {"string": "string", "boolean": "true", "dateTime": "2026-11-26T09:00:00+00:00"}


@dataclass(frozen=True, slots=True)
class Example:
    """A request and an answer as HTTP carries them, with types in the place of values."""

    operation: str
    version: Version
    request: str
    answer: str


def examples_of(operation: str, address: str) -> Iterator[Example]:
    """Of one operation, SOAP 1.1 first; `address` is the one by which the service is called.

    Raises KeyError for a name that is not in the contract.
    """
    contract = OPERATIONS[operation]
    place = urlsplit(address)
    versions: tuple[Version, ...] = ("1.1", "1.2")
    for version in versions:
        arguments = {parameter.name: _SAMPLES[parameter.type] for parameter in contract.parameters}
        body = _laid_out(write_call(version, operation, arguments, _USERNAME, _PASSWORD))
        headers = {"Host": place.netloc, **call_headers(version, operation), "Content-Length": "length"}
        call = Call(version, operation, operation, arguments, _USERNAME, _PASSWORD)
        answer = _laid_out(write_answer(call, contract.result == "boolean" or _SAMPLES[contract.result]))
        told = {"Content-Type": content_type(version), "Content-Length": "length"}
        yield Example(
            operation,
            version,
            _message(f"POST {place.path or '/'} HTTP/1.1", headers, body),
            _message("HTTP/1.1 200 OK", told, answer),
        )


def _message(first: str, headers: Mapping[str, str], body: str) -> str:
    return "\n".join([first, *(f"{name}: {value}" for name, value in headers.items()), "", body])


def _laid_out(envelope: bytes) -> str:
    """With line ends and indents, which an envelope of elements and short texts may have anywhere between two tags."""
    lines: list[str] = []
    depth = 0
    declaration, _, rest = envelope.decode().partition("?>")
    for piece in rest.replace("><", ">\0<").split("\0"):
        closes = piece.startswith("</")
        depth -= closes
        lines.append("  " * depth + piece)
        depth += not closes and not piece.endswith("/>") and "</" not in piece
    return "\n".join([f"{declaration}?>", *lines])
