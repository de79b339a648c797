"""The line out of a site: the proxy, the security protocol type, and whom it believes (handbook 04, DESIGN 9).

People set the proxy and the security protocol type on one page for all calls of the site; the extra CA file is a
start-up setting.
"""

import threading
from dataclasses import dataclass
from pathlib import Path

import httpx
from django.conf import settings

from schoolgate.commons.preferences.registry import SealedPreference, TextPreference, YesNoPreference
from schoolgate.wire.http import make_transport
from schoolgate.wire.proxies import Proxy, proxy_address
from schoolgate.wire.tls import TlsMinimum

PROXY_USE = YesNoPreference("proxy-use", default=False, meaning="whether calls to LAs and suppliers go through a proxy")
PROXY_NAME = TextPreference("proxy-name", default="", meaning="the proxy's name or IP address, with :port")
PROXY_USER = TextPreference("proxy-user", default="", meaning="the user name for the proxy")
PROXY_PASSWORD = SealedPreference("proxy-password", default="", meaning="the password for the proxy")
TLS_MINIMUM = TextPreference(
    "tls-minimum",
    default="1.2",
    meaning="the oldest TLS version spoken with LAs and suppliers, 1.2 or 1.3 (security protocol type)",
)


def proxy_in_use() -> Proxy | None:
    """The proxy that calls go through; None: they go straight out."""
    if not PROXY_USE.get():
        return None
    return Proxy(proxy_address(PROXY_NAME.get()), PROXY_USER.get(), PROXY_PASSWORD.get())


def tls_minimum() -> TlsMinimum:
    """The oldest TLS version to be spoken."""
    return "1.3" if TLS_MINIMUM.get() == "1.3" else "1.2"


def extra_ca_file() -> Path | None:
    """The file of certificates that are believed beside the operating system's."""
    path = settings.SCHOOLGATE_CONFIGURATION.text("extra_ca_file")
    return Path(path) if path else None


def shared_transport() -> httpx.BaseTransport:
    """The one transport of this process for many small calls, as the line out is set now. May be shared by threads.

    Leave it open: when the settings change a new one takes its place, and each is closed once nobody holds it. Raises
    OSError for a CA file that cannot be used.
    """
    return _shared.transport(_Settings(proxy_in_use(), tls_minimum(), extra_ca_file()))


@dataclass(frozen=True)
class _Settings:
    proxy: Proxy | None
    tls_minimum: TlsMinimum
    extra_ca_file: Path | None


class _Shared:
    def __init__(self) -> None:
        self._opening = threading.Lock()
        self._kept: tuple[_Settings, httpx.BaseTransport] | None = None

    def transport(self, wanted: _Settings) -> httpx.BaseTransport:
        with self._opening:
            if self._kept is None or self._kept[0] != wanted:
                made = make_transport(
                    tls_minimum=wanted.tls_minimum, extra_ca_file=wanted.extra_ca_file, proxy=wanted.proxy
                )
                self._kept = wanted, made
            return self._kept[1]


_shared = _Shared()
