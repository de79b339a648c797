"""Check 3, once per run: the LA has an entry, its address is well formed, each login succeeds (handbook 02)."""

import re
import threading
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.utils import timezone

from schoolgate.school.exchange.models import Destination, School, Transfer
from schoolgate.school.exchange.password_changes import finish_changes
from schoolgate.school.exchange.preferences import PROXY_NAME, PROXY_PASSWORD, PROXY_USE, PROXY_USER, TLS_MINIMUM
from schoolgate.school.exchange.receipt_keys import keep_keys
from schoolgate.school.exchange.troubles import note_well
from schoolgate.wire.exchange import Account, Credentials, ExchangeClient
from schoolgate.wire.exchange_errors import CaFileUnusable, NoCredentials, OtherLa, Refused
from schoolgate.wire.http import AddressRefused, Timeouts, make_client, require_allowed
from schoolgate.wire.proxies import Proxy, proxy_address
from schoolgate.wire.receipts import Receipt, ReceiptError, verify
from schoolgate.wire.tls import TlsMinimum

Login = Destination | School

NO_ADDRESS = "This is not a web address. It is like https://exchange.bedford.example."
MOST_PORT = 65_535
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?|[0-9a-f:.]+", re.IGNORECASE)


class Connection:
    """An LA that answered in this run, with its public keys, and one client for each login that is used there."""

    def __init__(self, destination: Destination, http: httpx.Client, keys: dict[str, Any]) -> None:
        self.destination = destination
        self._http = http
        self._keys = keys
        self._clients: dict[tuple[type, int], ExchangeClient] = {}
        self._opening = threading.Lock()

    def client(self, login: Login) -> ExchangeClient:
        """The client that calls with these credentials; it signs in when it first has to. May be shared by threads."""
        with self._opening:
            key = (type(login), login.pk)
            if key not in self._clients:
                self._clients[key] = _client(self.destination, self._http, Credentials(login.user, login.password))
            return self._clients[key]

    def sign_in(self, login: Login) -> Account | None:
        """Sign in; what the LA says of the account when it has to be asked whom to ask. Raises an ExchangeError."""
        if not login.has_credentials:
            raise NoCredentials
        client = self.client(login)
        client.token()
        return None if self.destination.contact else client.whoami()

    def verified(self, transfer: Transfer, receipt: str) -> Receipt:
        """What the receipt states, if the LA's keys signed it for this very file; keys are fetched anew once.

        Raises Refused `receipt-wrong`, and what fetching the keys raises.
        """
        try:
            try:
                stated = verify(receipt, self._keys)
            except ReceiptError as error:
                if error.code != "unknown-key":
                    raise
                self._keys = _client(self.destination, self._http).keys()
                keep_keys(self.destination.la, self._keys)
                stated = verify(receipt, self._keys)
        except ReceiptError:
            raise Refused("receipt-wrong", None) from None
        if not is_for(stated, transfer):
            raise Refused("receipt-wrong", None)
        return stated


def is_for(receipt: Receipt, transfer: Transfer) -> bool:
    """Whether the receipt speaks of this very file."""
    return (receipt.base, receipt.kind, receipt.name, receipt.sha256, receipt.size) == (
        transfer.base,
        transfer.kind,
        transfer.name,
        transfer.sha256,
        transfer.size,
    )


def open_http(timeouts: Timeouts | None = None) -> httpx.Client:
    """The HTTP client of one run, by the proxy and the security protocol type that are set now.

    Raises CaFileUnusable.
    """
    ca_file = settings.SCHOOLGATE_CONFIGURATION.text("extra_ca_file")
    try:
        return make_client(
            timeouts=timeouts or Timeouts(),
            tls_minimum=tls_minimum(),
            extra_ca_file=Path(ca_file) if ca_file else None,
            proxy=proxy_in_use(),
        )
    except OSError as error:
        raise CaFileUnusable(f"{ca_file}: {type(error).__name__}") from None


def proxy_in_use() -> Proxy | None:
    """The proxy that calls go through; None: they go straight out."""
    if not PROXY_USE.get():
        return None
    return Proxy(proxy_address(PROXY_NAME.get()), PROXY_USER.get(), PROXY_PASSWORD.get())


def tls_minimum() -> TlsMinimum:
    """The oldest TLS version to be spoken."""
    return "1.3" if TLS_MINIMUM.get() == "1.3" else "1.2"


def connect(destination: Destination, http: httpx.Client) -> Connection:
    """Find the LA's service and fetch its keys. Raises an ExchangeError; nothing is written then.

    A change of a password whose answer got lost is finished first, so read schools' logins afterwards.
    """
    client = _client(destination, http)
    service = client.service()
    if service.la and service.la != destination.la:
        raise OtherLa(service.la, destination.la)
    keys = client.keys()
    keep_keys(destination.la, keys)
    if finish_changes(destination.la, http):
        destination.refresh_from_db(fields=["password", "password_expires_at"])
    return Connection(destination, http, keys)


def note_signed_in(connection: Connection, login: Login, account: Account | None) -> None:
    """The login succeeded: nothing stands in its way, and what was learnt is kept."""
    learnt = {"password_expires_at": connection.client(login).password_expires}
    if isinstance(login, Destination) and login.line_trouble:
        # The line is told to be well again by a run that ends well.
        login.note(**learnt)
    else:
        note_well(login, **learnt)
    if account is not None and account.contact:
        connection.destination.note(contact=account.contact[:200])


def address_problem(address: str) -> str:
    """What is wrong with an LA's address, in a sentence; empty when it may be called."""
    try:
        url = httpx.URL(address)
        require_allowed(url)
    except AddressRefused as error:
        return error.sentence
    except (httpx.InvalidURL, UnicodeError):
        return NO_ADDRESS
    # The address stands in the journal and on pages that everybody here sees.
    if url.userinfo:
        return "No user name and password may stand in the address: they have fields of their own."
    if url.query or url.fragment or not _HOST.fullmatch(url.host) or url.port not in (None, *range(1, MOST_PORT + 1)):
        return NO_ADDRESS
    return ""


def _client(destination: Destination, http: httpx.Client, credentials: Credentials | None = None) -> ExchangeClient:
    return ExchangeClient(destination.address, credentials, http, clock=timezone.now)
