"""When certificates end: the one that schools meet at this site's public address, and those in the extra CA file.

The first is fetched as schools meet it, over TLS, since a proxy before the site may hold it. It is only read, and may
be self-signed or out of date: nothing is sent on that connection.
"""

import socket
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings
from django.utils import timezone

from schoolgate.authority.exchange.models import OwnCertificate
from schoolgate.commons.jobs.periodic import every
from schoolgate.wire.tls import Certificate, read_certificate

PATIENCE_SECONDS = 10.0
HTTPS_PORT = 443


class NotReadable(Exception):
    """No certificate could be read; the message says why."""


@every(hours=24, words="Look at this site's own certificate")
def look_at_own_certificate() -> None:
    """Fetch the certificate of the public address and keep what it says; there is none to look at without https."""
    url = urlsplit(settings.SCHOOLGATE_URL)
    rows = OwnCertificate.objects
    rows.exclude(address=settings.SCHOOLGATE_URL).delete()
    if url.scheme != "https":
        rows.all().delete()
        return
    seen: dict[str, object] = {"looked_at": timezone.now()}
    try:
        met = fetch_certificate(url.hostname or "", url.port or HTTPS_PORT)
        seen |= {"issuer": met.issuer[:300], "valid_from": met.valid_from, "ends_at": met.expires, "trouble": ""}
    except NotReadable as error:
        seen["trouble"] = str(error)[:300]
    rows.update_or_create(address=settings.SCHOOLGATE_URL, defaults=seen)


def fetch_certificate(host: str, port: int) -> Certificate:
    """The certificate that a server shows to whom calls it by this name. Raises NotReadable."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, port), timeout=PATIENCE_SECONDS) as line,
            context.wrap_socket(line, server_hostname=host) as tls,
        ):
            shown = tls.getpeercert(binary_form=True)
        return read_certificate(x509.load_der_x509_certificate(shown or b""))
    except (OSError, ValueError) as error:
        raise NotReadable(f"{host}:{port} could not be reached from here: {error}") from None


def extra_certificates() -> list[Certificate]:
    """Those in the extra CA file; none when there is no such file. Raises NotReadable."""
    path = settings.SCHOOLGATE_CONFIGURATION.text("extra_ca_file")
    if not path:
        return []
    try:
        return [read_certificate(found) for found in x509.load_pem_x509_certificates(Path(path).read_bytes())]
    except (OSError, ValueError) as error:
        raise NotReadable(f"{path} cannot be read: {error}") from None
