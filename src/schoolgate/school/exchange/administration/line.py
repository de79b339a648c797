"""The line out: the proxy and the security protocol type, the same for every LA and supplier (handbook 04)."""

from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.line_out import PROXY_NAME, PROXY_PASSWORD, PROXY_USE, PROXY_USER, TLS_MINIMUM, tls_minimum
from schoolgate.school.exchange.logins import receivers
from schoolgate.school.exchange.troubles import NO_TROUBLE
from schoolgate.wire.exchange_errors import is_of_proxy
from schoolgate.wire.proxies import ProxyNameWrong, proxy_address
from schoolgate.wire.tls import TLS_VERSIONS, TlsMinimum

TLS_WORDS: dict[TlsMinimum, str] = {"1.2": "TLS 1.2 or newer", "1.3": "TLS 1.3 only"}


@dataclass(frozen=True)
class Line:
    """What is set. `proxy_password` None: the one that is kept stays."""

    use_proxy: bool
    proxy_name: str
    proxy_user: str
    proxy_password: str | None
    tls_minimum: str


class LineRefused(Exception):
    """Settings that cannot be saved: `problems` are a sentence for each field that is wrong."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


FIELDS = {"proxy_name": "Proxy Name", "proxy_user": "Proxy User Name", "proxy_password": "Proxy Password"}


def is_empty(field: str) -> str:
    """What is said of a field of the proxy that is empty while the proxy is used."""
    return f"{FIELDS[field]} is empty. It is needed as long as the proxy is used."


def line_as_it_is() -> Line:
    """What is set now; the password shows itself to nobody."""
    return Line(PROXY_USE.get(), PROXY_NAME.get(), PROXY_USER.get(), None, tls_minimum())


def line_spoken() -> str:
    """What is set, in a few words."""
    line = line_as_it_is()
    way = f"Through the proxy {line.proxy_name}" if line.use_proxy else "Without a proxy"
    return f"{way}, {TLS_WORDS[tls_minimum()]}"


def has_proxy_password() -> bool:
    return bool(PROXY_PASSWORD.get())


def save_line(line: Line, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Save. Once the proxy is used, all of its fields are needed; until then what is filled in is only kept.

    LAs that could not be reached are tried again soon. Raises LineRefused.
    """
    problems = _problems(line)
    if problems:
        raise LineRefused(problems)
    with transaction.atomic():
        PROXY_USE.set(line.use_proxy, by=by, request=request)
        PROXY_NAME.set(line.proxy_name.strip(), by=by, request=request)
        PROXY_USER.set(line.proxy_user, by=by, request=request)
        if line.proxy_password is not None:
            PROXY_PASSWORD.set(line.proxy_password, by=by, request=request)
        TLS_MINIMUM.set(line.tls_minimum, by=by, request=request)
        for destination in receivers():
            if destination.line_trouble:
                # What a proxy did that is not used any more is no trouble.
                over = NO_TROUBLE if is_of_proxy(destination.trouble) and not line.use_proxy else {}
                destination.note(**{**over, "try_again_at": timezone.now()})


def _problems(line: Line) -> dict[str, str]:
    if line.tls_minimum not in TLS_VERSIONS:
        return {"tls_minimum": "The security protocol type is 1.2 or 1.3."}
    if not line.use_proxy:
        return {}
    password = PROXY_PASSWORD.get() if line.proxy_password is None else line.proxy_password
    given = {"proxy_name": line.proxy_name.strip(), "proxy_user": line.proxy_user, "proxy_password": password}
    problems = {name: is_empty(name) for name, value in given.items() if not value}
    if ":" in line.proxy_user:
        problems["proxy_user"] = "A Proxy User Name has no colon."
    try:
        if line.proxy_name.strip():
            proxy_address(line.proxy_name)
    except ProxyNameWrong as error:
        problems["proxy_name"] = str(error)
    return problems
