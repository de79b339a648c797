"""Calls of the service as a finance system would send them, without a server between."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from tests.conftest import PASSWORD

from schoolgate.wire.soap.contract import ENVELOPES, MEDIA_TYPES, NAMESPACE, Version

LONDON_SCHOOL = "203.0.113.7"


@dataclass(frozen=True)
class Answer:
    """What came back, and what it says as a SOAP client would read it."""

    status: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def result(self) -> str:
        """The text of the operation's result."""
        return self._text_of("Result")

    @property
    def fault(self) -> str:
        """The fault's text, "" where it is none."""
        return self._text_of("faultstring") or self._text_of("}Text")

    def _text_of(self, end: str) -> str:
        return next((found.text or "" for found in ET.fromstring(self.body).iter() if found.tag.endswith(end)), "")


def environ_of(
    method: str = "POST", body: bytes = b"", *, address: str = LONDON_SCHOOL, stream: Any = None, **more: str
) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": "/Service.asmx",
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "testserver",
        "HTTP_USER_AGENT": "made up/1.0",
        "REMOTE_ADDR": address,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "https",
        "wsgi.input": stream or io.BytesIO(body),
        **more,
    }


def ask(door: Any, environ: dict[str, Any]) -> Answer:
    """What a WSGI application answers."""
    said: list[tuple[str, list[tuple[str, str]]]] = []
    body: Iterable[bytes] = door(environ, lambda status, headers: said.append((status, headers)))
    whole = b"".join(body)
    ((status, headers),) = said
    return Answer(status, dict(headers), whole)


def envelope_of(
    operation: str, *, user: str, password: str = PASSWORD, version: Version = "1.1", **arguments: str
) -> bytes:
    parameters = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in arguments.items())
    return (
        f'<?xml version="1.0" encoding="utf-8"?><e:Envelope xmlns:e="{ENVELOPES[version]}"><e:Header>'
        f'<AuthHeader xmlns="{NAMESPACE}"><Username>{escape(user)}</Username><Password>{escape(password)}</Password>'
        f'</AuthHeader></e:Header><e:Body><{operation} xmlns="{NAMESPACE}">{parameters}</{operation}></e:Body>'
        f"</e:Envelope>"
    ).encode()


@dataclass(frozen=True)
class Caller:
    """A finance system that calls `door` from one address."""

    door: Any
    user: str = "greenabbey"
    password: str = PASSWORD
    address: str = LONDON_SCHOOL
    version: Version = "1.1"

    def call(self, operation: str, **arguments: str) -> Answer:
        body = envelope_of(operation, user=self.user, password=self.password, version=self.version, **arguments)
        return self.send(body, f'"{NAMESPACE}/{operation}"')

    def send(self, body: bytes, action: str = '""') -> Answer:
        told = {"CONTENT_TYPE": f"{MEDIA_TYPES[self.version]}; charset=utf-8"}
        if self.version == "1.1":
            told["HTTP_SOAPACTION"] = action
        return ask(self.door, environ_of(body=body, address=self.address, **told))
