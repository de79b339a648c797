"""A call as the service reads it from its envelope.

Lenient as real callers demand (reference 13): any prefixes, escaped documents or CDATA, whatever SOAPAction says. What
a caller bent is named by its rule (`rules`), what cannot be understood is a fault.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from schoolgate.documents.problems import DocumentError
from schoolgate.wire.soap.contract import (
    BEGIN_DATE,
    ENVELOPES,
    HEADER,
    HISTORY,
    MEDIA_TYPES,
    NAMESPACE,
    OPERATIONS,
    PASSWORD,
    USERNAME,
    XSI,
    Operation,
    Version,
)
from schoolgate.wire.soap.elements import Element, read_elements
from schoolgate.wire.soap.faults import (
    AuthenticationException,
    ClientFault,
    MustUnderstand,
    NotXml,
    SoapFault,
    VersionMismatch,
)
from schoolgate.wire.soap.plain import read_plain_call
from schoolgate.wire.soap.rules import RuleName
from schoolgate.wire.soap.values import has_zone, is_date_time, read_boolean, read_time

LARGEST_ENVELOPE_BYTES = 8 * 1024 * 1024

_VERSIONS: Mapping[str, Version] = {namespace: version for version, namespace in ENVELOPES.items()}
_LONGEST_NAME = 100
_LONGEST_MEDIA_TYPE = 500
# Whom a header block is for, where it is for us: both versions' names of the next and the last one to read it.
_FOR_US = {
    "",
    "http://schemas.xmlsoap.org/soap/actor/next",
    "http://www.w3.org/2003/05/soap-envelope/role/next",
    "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver",
}


@dataclass(frozen=True, slots=True)
class Call:
    """What somebody asks. Who it is has not been checked.

    `operation` is the name in the contract, `called` the body's element, which the answer is named after: they differ
    for the history alone. `arguments` holds every parameter, None for one that is absent or nil. `broken` are names
    of rules.
    """

    version: Version
    operation: str
    called: str
    arguments: Mapping[str, str | None]
    username: str
    password: str = field(repr=False)
    broken: tuple[RuleName, ...] = ()

    def text(self, name: str) -> str:
        """A string parameter; "" where it is absent, which the contract allows."""
        return self.arguments[name] or ""

    def boolean(self, name: str) -> bool:
        """A boolean parameter. Raises ClientFault for anything but true, false, 1 and 0."""
        value = read_boolean((self.arguments[name] or "").lower())
        if value is None:
            raise ClientFault(f"{name} must be true or false.")
        return value

    def time(self, name: str) -> datetime:
        """A dateTime parameter, in UTC (`values.read_time`). Raises ClientFault where it is none.

        An empty one too: all documents would look like an answer to the question, and hide that it was not put.
        """
        text = (self.arguments[name] or "").strip()
        value = read_time(text)
        if value is None:
            wrong = "is not a date and time" if text else "is empty"
            raise ClientFault(f"{name} {wrong}. Send a dateTime as text, such as 2026-11-26T09:00:00Z.")
        return value


def read_call(body: bytes, content_type: str, soap_action: str | None) -> Call:
    """Read a call from a request: its body and the texts of its Content-Type and SOAPAction headers.

    `content_type` is "" and `soap_action` None where the header is missing. Raises SoapFault, which knows the version
    to answer in and whatever else had been read.
    """
    media_type, parameters = read_media_type(content_type)
    plain = read_plain_call(body, media_type, parameters, soap_action)
    if plain is not None:
        return Call(plain.version, plain.operation, plain.operation, plain.arguments, plain.username, plain.password)
    reading = _Reading(media_type, parameters, soap_action)
    try:
        return reading.call(body)
    except SoapFault as fault:
        fault.version, fault.operation = reading.version, reading.called
        fault.username, fault.broken = reading.username, tuple(reading.broken)
        raise


@lru_cache(maxsize=64)
def read_media_type(content_type: str) -> tuple[str, Mapping[str, str]]:
    """A Content-Type's media type and parameters, names in lower case."""
    first, *rest = re.split(r""";(?=(?:[^"]*"[^"]*")*[^"]*$)""", content_type[:_LONGEST_MEDIA_TYPE])
    parameters = {
        name.strip().lower(): value.strip().strip('"') for name, _, value in (part.partition("=") for part in rest)
    }
    return first.strip().lower(), parameters


class _Reading:
    """One call being read, with what is known of it so far."""

    def __init__(self, media_type: str, parameters: Mapping[str, str], soap_action: str | None) -> None:
        self._media_type = media_type
        self._charset = parameters.get("charset", "")
        self._action_parameter = parameters.get("action")
        self._soap_action = soap_action
        self.version: Version = "1.2" if media_type == MEDIA_TYPES["1.2"] else "1.1"
        self.called = ""
        self.username = ""
        self.broken: list[RuleName] = []

    def call(self, body: bytes) -> Call:
        header, content = self._open(body)
        block = next((one for one in (header.children if header else ()) if _is_auth_header(one)), None)
        # Whoever looks for what goes wrong at a school finds its calls that cannot be understood too.
        self.username = _username(block)
        self._require_understood(header)
        wrapper = self._wrapper(content)
        self.called = wrapper.name[:_LONGEST_NAME]
        operation = _operation(wrapper)
        if not self._is_ours(wrapper):
            self.broken.append("namespace")
            raise ClientFault(f"{self.called} must be in the namespace {NAMESPACE}.")
        self._look_at_action()
        arguments = self._arguments(wrapper, operation)
        username, password = self._credentials(block)
        return Call(
            self.version, operation.name, self.called, arguments, username, password, tuple(dict.fromkeys(self.broken))
        )

    def _open(self, body: bytes) -> tuple[Element | None, Element]:
        """The envelope's Header and Body."""
        media_type = self._media_type
        if media_type not in {*MEDIA_TYPES.values(), "application/xml", ""} and not media_type.endswith("+xml"):
            raise NotXml
        if len(body) > LARGEST_ENVELOPE_BYTES:
            raise ClientFault(f"The request is larger than {LARGEST_ENVELOPE_BYTES:,} bytes.")
        try:
            envelope = read_elements(body, self._charset)
        except DocumentError as error:
            place = f" Line {error.line}, column {error.column}." if error.line else ""
            raise ClientFault(f"The request cannot be read. {error.message}{place}") from None
        if envelope.name != "Envelope":
            raise ClientFault("The request is XML, but not a SOAP envelope.")
        version = _VERSIONS.get(envelope.namespace)
        if version is None:
            raise VersionMismatch
        self.version = version
        if media_type != MEDIA_TYPES[version]:
            self.broken.append("content-type")
        header, content = (envelope.child(envelope.namespace, name) for name in ("Header", "Body"))
        if content is None:
            raise ClientFault("The envelope has no Body.")
        if header is not None and envelope.children.index(header) > envelope.children.index(content):
            self.broken.append("element-order")
        self._look_for_encoding(envelope, content)
        return header, content

    def _require_understood(self, header: Element | None) -> None:
        """Blocks that demand to be understood, and are not: the rest of the envelope must not be acted on then."""
        envelope = ENVELOPES[self.version]
        unknown = [
            (block.namespace, block.name)
            for block in (header.children if header else ())
            if not _is_auth_header(block)
            and _attribute(block, envelope, "mustUnderstand") in {"1", "true"}
            and _attribute(block, envelope, "actor" if self.version == "1.1" else "role") in _FOR_US
        ]
        if unknown:
            raise MustUnderstand(unknown)

    def _wrapper(self, content: Element) -> Element:
        if len(content.children) != 1:
            held = "no operation" if not content.children else "more than one element"
            raise ClientFault(f"The Body holds {held}. It must hold one: {', '.join(OPERATIONS)}.")
        return content.children[0]

    def _look_at_action(self) -> None:
        """It says nothing that the body does not; a wrong one is noted and nothing else."""
        expected = f"{NAMESPACE}/{self.called}"
        if self.version == "1.1":
            said = self._soap_action or ""
            action = said.strip().strip('"')
            if not action:
                self.broken.append("action-missing")
            elif not said.strip().startswith('"'):
                self.broken.append("action-form")
        else:
            action = self._action_parameter or ""
        if action and action != expected:
            self.broken.append("action-differs")

    def _arguments(self, wrapper: Element, operation: Operation) -> dict[str, str | None]:
        arguments: dict[str, str | None] = {parameter.name: None for parameter in operation.parameters}
        self._look_for_encoding(wrapper)
        given = [child for child in wrapper.children if child.name in arguments and self._is_ours(child)]
        self._look_at_order(wrapper, given, arguments)
        for child in reversed(given):  # so that of two the first counts
            if child.children:
                raise ClientFault(
                    f"{child.name} must be text, and holds XML elements. Escape the document, or put it into CDATA."
                )
            self._look_for_encoding(child)
            nil = _attribute(child, XSI, "nil") in {"1", "true"}
            arguments[child.name] = None if nil else child.text
        for parameter in operation.parameters:
            text = arguments[parameter.name]
            if text is not None:
                arguments[parameter.name] = self._look_at_form(parameter.name, parameter.type, text)
        return arguments

    def _look_at_form(self, name: str, kind: str, text: str) -> str:
        if kind == "boolean" and read_boolean(text) is None and read_boolean(text.lower()) is not None:
            self.broken.append("boolean-form")
        if kind == "dateTime" and read_time(text) is not None:
            if not is_date_time(text):
                self.broken.append("time-form")
            if not has_zone(text):
                self.broken.append("time-zone")
        if name == "DocID" and text != text.strip():
            self.broken.append("doc-id-blanks")
            return text.strip()
        return text

    def _credentials(self, block: Element | None) -> tuple[str, str]:
        """Raises AuthenticationException where there are none."""
        if block is None:
            self.broken.append("header-missing")
            raise AuthenticationException("There is no AuthHeader with a user name and a password in the SOAP header.")
        self._is_ours(block)
        found = [child for child in block.children if child.name in {USERNAME, PASSWORD} and self._is_ours(child)]
        self._look_at_order(block, found, (USERNAME, PASSWORD))
        said = {child.name: child.text for child in reversed(found)}
        if len(said) < 2:
            self.broken.append("header-missing")
        return said.get(USERNAME, ""), said.get(PASSWORD, "")

    def _look_at_order(self, parent: Element, found: list[Element], names: Iterable[str]) -> None:
        told = [child.name for child in found]
        if len(parent.children) != len(set(told)):
            self.broken.append("surplus")
        if told != [name for name in names if name in told] and len(told) == len(set(told)):
            self.broken.append("element-order")

    def _look_for_encoding(self, *elements: Element) -> None:
        envelope = ENVELOPES[self.version]
        if any(
            element.attributes
            and (element.attribute(envelope, "encodingStyle") is not None or element.attribute(XSI, "type") is not None)
            for element in elements
        ):
            self.broken.append("encoded")

    def _is_ours(self, element: Element) -> bool:
        """Whether this is meant as an element of the service's; one in no namespace, or in nearly the right one, is."""
        if element.namespace == NAMESPACE:
            return True
        if _is_nearly_ours(element):
            self.broken.append("namespace")
            return True
        return False


def _is_nearly_ours(element: Element) -> bool:
    return element.namespace in {"", NAMESPACE, f"{NAMESPACE}/"}


def _is_auth_header(block: Element) -> bool:
    return block.name == HEADER and _is_nearly_ours(block)


def _username(block: Element | None) -> str:
    children = block.children if block else ()
    return next((child.text for child in children if child.name == USERNAME and _is_nearly_ours(child)), "")


def _attribute(element: Element, namespace: str, name: str) -> str:
    return (element.attribute(namespace, name) or "").strip() if element.attributes else ""


def _operation(wrapper: Element) -> Operation:
    """By the body's element alone (reference 2.2)."""
    name = wrapper.name
    known = OPERATIONS.get(name)
    if known is not None:
        return known
    if [child.name for child in wrapper.children] == [BEGIN_DATE] and len(name) <= _LONGEST_NAME:
        return OPERATIONS[HISTORY]
    raise ClientFault(f"There is no operation {name[:_LONGEST_NAME]}. There are: {', '.join(OPERATIONS)}.")
