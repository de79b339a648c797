"""Whom we believe, and what is wrong with a certificate that we do not (DESIGN 9).

Schools sit behind internet filters that look into TLS with certificates of their own making. Where a certificate fails,
its issuer is what tells a filter from a wrong address; so the certificate is looked at once more then, without trust
and without a byte of ours on that line.
"""

import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import httpx
from cryptography import x509
from cryptography.x509.oid import NameOID

TlsMinimum = Literal["1.2", "1.3"]
TLS_VERSIONS: dict[TlsMinimum, ssl.TLSVersion] = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}

TlsReason = Literal[
    "certificate", "certificate-expired", "certificate-not-yet", "certificate-name", "tls-version", "tls"
]
# OpenSSL's numbers (x509_vfy.h) for what a certificate fails by; all others are a matter of trust.
REASONS_BY_VERIFY_CODE: dict[int, TlsReason] = {
    9: "certificate-not-yet",
    10: "certificate-expired",
    62: "certificate-name",
    64: "certificate-name",
}
VERSION_REASONS = frozenset({"TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "NO_PROTOCOLS_AVAILABLE"})
LONGEST_NAME = 80


def trust(*, tls_minimum: TlsMinimum = "1.2", extra_ca_file: Path | None = None) -> ssl.SSLContext:
    """Whom we believe: the operating system's store, and the certificates of `extra_ca_file` (PEM) beside it."""
    context = ssl.create_default_context()
    context.minimum_version = TLS_VERSIONS[tls_minimum]
    if extra_ca_file is not None:
        context.load_verify_locations(cafile=str(extra_ca_file))
    return context


@dataclass(frozen=True)
class Certificate:
    """What stands in a certificate: whose it is, who says that he issued it, for which names, from when and until when.

    Whoever made it may have written anything; texts are one short line here.
    """

    owner: str
    issuer: str
    names: tuple[str, ...]
    valid_from: datetime
    expires: datetime


class CertificateRefused(httpx.ConnectError):
    """A certificate that we do not believe; `seen` is what it says of itself, None where that could not be seen."""

    def __init__(self, reason: TlsReason, why: str, seen: Certificate | None) -> None:
        super().__init__(why)
        self.reason = reason
        self.why = why
        self.seen = seen


def reason_of(error: ssl.SSLError) -> TlsReason:
    """Why a handshake failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return REASONS_BY_VERIFY_CODE.get(error.verify_code, "certificate")
    return "tls-version" if error.reason in VERSION_REASONS else "tls"


def look_at_certificate(request: httpx.Request, proxy: httpx.Proxy | None) -> Certificate | None:
    """The certificate at this address as it is, believed or not. The line is closed before a request goes out."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    extensions = {"trace": _stop_after_handshake, "timeout": request.extensions.get("timeout", {})}
    with httpx.HTTPTransport(verify=context, proxy=proxy, trust_env=False) as transport:
        try:
            transport.handle_request(httpx.Request("HEAD", request.url, extensions=extensions)).close()
        except _Seen as seen:
            with suppress(ValueError):
                return read_certificate(x509.load_der_x509_certificate(seen.der))
        except httpx.TransportError:
            pass
    return None


class _Seen(Exception):
    def __init__(self, der: bytes) -> None:
        super().__init__()
        self.der = der


def _stop_after_handshake(event: str, info: dict[str, Any]) -> None:
    """Ends the connection as soon as TLS stands, by httpcore's hook for what goes on in a request."""
    if event.endswith("start_tls.complete"):
        stream = info["return_value"]
        der = stream.get_extra_info("ssl_object").getpeercert(True)
        stream.close()
        raise _Seen(der or b"")


def read_certificate(certificate: x509.Certificate) -> Certificate:
    """What matters of a certificate here. Raises ValueError when it is malformed."""
    names: list[str] = []
    with suppress(x509.ExtensionNotFound):
        listed = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = [*listed.get_values_for_type(x509.DNSName), *map(str, listed.get_values_for_type(x509.IPAddress))]
    return Certificate(
        owner=_called(certificate.subject),
        issuer=_called(certificate.issuer),
        names=tuple(_plain(name) for name in names),
        valid_from=certificate.not_valid_before_utc,
        expires=certificate.not_valid_after_utc,
    )


def _called(name: x509.Name) -> str:
    return _plain(", ".join(_parts(name))) or "somebody without a name"


def _parts(name: x509.Name) -> Iterator[str]:
    """Its common name and its organisation, each once."""
    found = [name.get_attributes_for_oid(oid) for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)]
    yield from dict.fromkeys(str(attributes[0].value) for attributes in found if attributes)


def _plain(text: str) -> str:
    """Whatever a stranger wrote into his certificate, as one short line."""
    return "".join(letter for letter in text if letter.isprintable())[:LONGEST_NAME]
