"""Envelopes as both ends write them: around an answer, a fault or a call."""

import re

from schoolgate.wire.soap.calls import Call
from schoolgate.wire.soap.contract import ENVELOPES, MEDIA_TYPES, NAMESPACE, XSD, XSI, Version
from schoolgate.wire.soap.faults import CODES, AuthenticationException, MustUnderstand, SoapFault, VersionMismatch
from schoolgate.wire.soap.values import write_boolean

_NOT_OF_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What a caller may turn to, the better one first.
_UPGRADES: tuple[tuple[str, Version], ...] = (("soap12", "1.2"), ("soap11", "1.1"))


def content_type(version: Version) -> str:
    """The Content-Type of answers and of calls."""
    return f"{MEDIA_TYPES[version]}; charset=utf-8"


def write_answer(call: Call, value: str | bool) -> bytes:
    """The envelope of a successful answer. A document goes as escaped text, without a byte order mark (13.9, 13.10)."""
    text = write_boolean(value) if isinstance(value, bool) else escape(value.removeprefix("\ufeff"))
    name = call.called
    return write_envelope(
        call.version,
        f'<{name}Response xmlns="{NAMESPACE}"><{name}Result>{text}</{name}Result></{name}Response>',
    )


def write_fault(version: Version, fault: SoapFault) -> bytes:
    """The envelope of a fault: its code spelt as this version does, its text where each version has it."""
    text = escape(_NOT_OF_XML.sub("\ufffd", fault.text))
    code = CODES[fault.code][version]
    if version == "1.2":
        return write_envelope(
            version,
            f"<soap:Fault><soap:Code><soap:Value>soap:{code}</soap:Value></soap:Code>"
            f'<soap:Reason><soap:Text xml:lang="en">{text}</soap:Text></soap:Reason></soap:Fault>',
            _fault_header(fault),
        )
    # No detail says that the body was not to blame (SOAP 1.1, 4.4).
    detail = "" if isinstance(fault, AuthenticationException | MustUnderstand | VersionMismatch) else "<detail />"
    return write_envelope(
        version,
        f"<soap:Fault><faultcode>soap:{code}</faultcode><faultstring>{text}</faultstring>{detail}</soap:Fault>",
    )


def write_envelope(version: Version, body: str, header: str = "") -> bytes:
    """An envelope around XML, both as text."""
    head = f"<soap:Header>{header}</soap:Header>" if header else ""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{ENVELOPES[version]}" xmlns:xsi="{XSI}" '
        f'xmlns:xsd="{XSD}">{head}<soap:Body>{body}</soap:Body></soap:Envelope>'
    ).encode()


def escape(text: str) -> str:
    """Text as it stands in an element; a carriage return is kept, which a parser would make a line feed of."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def escape_attribute(text: str) -> str:
    """Text as it stands in an attribute between double quotes."""
    return escape(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


def _fault_header(fault: SoapFault) -> str:
    """What SOAP 1.2 says in the header of two of its faults (part 1, 5.4.7 and 5.4.8)."""
    if isinstance(fault, VersionMismatch):
        supported = "".join(
            f'<soap:SupportedEnvelope qname="{prefix}:Envelope" xmlns:{prefix}="{ENVELOPES[version]}" />'
            for prefix, version in _UPGRADES
        )
        return f"<soap:Upgrade>{supported}</soap:Upgrade>"
    if isinstance(fault, MustUnderstand):
        return "".join(
            f'<soap:NotUnderstood qname="n:{name}" xmlns:n="{escape_attribute(namespace)}" />'
            if namespace
            else f'<soap:NotUnderstood qname="{name}" />'
            for namespace, name in fault.headers
        )
    return ""
