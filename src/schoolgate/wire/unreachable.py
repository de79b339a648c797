"""Why no answer came: read from the error that a call by `wire.http` ended with."""

import errno
import socket
import ssl
from typing import Literal

import httpx

from schoolgate.wire.http import AddressRefused, causes
from schoolgate.wire.proxies import ProxyNotReached
from schoolgate.wire.tls import CertificateRefused, TlsReason, reason_of

UnreachableReason = (
    TlsReason
    | Literal[
        "name", "refused", "timeout", "reset", "proxy", "proxy-denied", "proxy-name", "proxy-refused", "proxy-timeout"
    ]
)

_NEVER_LEFT = (
    AddressRefused,
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


def why_unreachable(error: httpx.TransportError) -> UnreachableReason:
    """The reason by which sentences are chosen."""
    found = list(causes(error))
    proxy = isinstance(error, ProxyNotReached)
    if any(isinstance(cause, socket.gaierror | UnicodeError) for cause in found):
        return "proxy-name" if proxy else "name"
    failed = next((cause for cause in found if isinstance(cause, ssl.SSLError)), None)
    if failed is not None:
        return reason_of(failed)
    if any(isinstance(cause, httpx.TimeoutException) for cause in found):
        return "proxy-timeout" if proxy else "timeout"
    numbers = {cause.errno for cause in found if isinstance(cause, OSError)}
    if errno.ECONNREFUSED in numbers:
        return "proxy-refused" if proxy else "refused"
    if isinstance(error, httpx.ProxyError):
        return "proxy-timeout" if proxy else "proxy"
    if isinstance(error, httpx.ConnectError) and errno.ECONNRESET not in numbers:
        return "timeout"
    return "reset"


def may_have_arrived(error: httpx.TransportError) -> bool:
    """Whether the call can have been acted on, though no answer came: False only where it never left."""
    return not isinstance(error, _NEVER_LEFT)


def seen_instead(error: CertificateRefused) -> str:
    """Who stands behind a certificate that is not believed: the name tells an internet filter from a wrong address."""
    if error.seen is None:
        return ""
    told = f"Issued by: {error.seen.issuer}."
    if error.reason == "certificate-name" and error.seen.names:
        told += f" It is for: {', '.join(error.seen.names[:3])}."
    if error.reason == "certificate-expired":
        told += f" It ended on {error.seen.expires:%d %b %Y}."
    return told


def technical(error: httpx.TransportError) -> str:
    """What the help desk wants to know: the kinds of errors on the way down, and OpenSSL's word for it."""
    found = list(causes(error))
    names = " < ".join(dict.fromkeys(type(cause).__name__ for cause in found))
    why = next((cause.reason for cause in found if isinstance(cause, ssl.SSLError) and cause.reason), "")
    return f"{names}: {why}" if why else names
