"""Check 3, once per run: the LA has an entry, its address is well formed, each login succeeds (handbook 02)."""

import threading
from typing import Any

import httpx
from django.utils import timezone

from schoolgate.commons.line_out import extra_ca_file, proxy_in_use, tls_minimum
from schoolgate.school.exchange.logins import Login, Receiver
from schoolgate.school.exchange.models import Destination, Transfer
from schoolgate.school.exchange.password_changes import finish_changes
from schoolgate.school.exchange.receipt_keys import keep_keys
from schoolgate.school.exchange.troubles import note_well
from schoolgate.wire.exchange import Account, Credentials, ExchangeClient
from schoolgate.wire.exchange_errors import CaFileUnusable, ExchangeError, NoCredentials, OtherLa, Refused
from schoolgate.wire.http import AddressRefused, StopRun, Timeouts, make_client
from schoolgate.wire.receipts import Receipt, ReceiptError, verify
from schoolgate.wire.typed_addresses import read_address

NO_ADDRESS = "This is not a web address. It is like https://exchange.bedford.example."


class NoPersonnelUrl(ExchangeError):
    """Nobody entered the address of personnel files; no call was made."""

    def __init__(self) -> None:
        super().__init__(
            "no-personnel-url", "The B2B:Personnel URL was not entered yet.", "Enter it under Personnel.", StopRun()
        )


class Connection:
    """An LA that answered in this run, with its public keys, and one client for each login that is used there."""

    def __init__(self, destination: Receiver, http: httpx.Client, keys: dict[str, Any]) -> None:
        self.destination = destination
        # Kept, since the streams that open clients open no database.
        self.address = destination.address
        self._http = http
        self._keys = keys
        self._clients: dict[tuple[type, int], ExchangeClient] = {}
        self._opening = threading.Lock()

    def client(self, login: Login) -> ExchangeClient:
        """The client that calls with these credentials; it signs in when it first has to. May be shared by threads."""
        with self._opening:
            key = (type(login), login.pk)
            if key not in self._clients:
                self._clients[key] = _client(self.address, self._http, Credentials(*login.credentials))
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
                self._keys = _client(self.address, self._http).keys()
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
    ca_file = extra_ca_file()
    try:
        return make_client(
            timeouts=timeouts or Timeouts(),
            tls_minimum=tls_minimum(),
            extra_ca_file=ca_file,
            proxy=proxy_in_use(),
        )
    except OSError as error:
        raise CaFileUnusable(f"{ca_file}: {type(error).__name__}") from None


def connect(destination: Receiver, http: httpx.Client) -> Connection:
    """Find the LA's service and fetch its keys. Raises an ExchangeError; nothing is written then.

    A change of a password whose answer got lost is finished first, so read schools' logins afterwards.
    """
    if not destination.address:
        raise NoPersonnelUrl
    client = _client(destination.address, http)
    service = client.service()
    if service.la and service.la != destination.la:
        raise OtherLa(service.la, destination.la)
    keys = client.keys()
    keep_keys(destination.la, keys)
    finish_changes(destination.la, http)
    # Here, since the streams that sign in open no database.
    destination.read_account()
    return Connection(destination, http, keys)


def note_signed_in(connection: Connection, login: Login, account: Account | None) -> None:
    """The login succeeded: nothing stands in its way, and what was learnt is kept."""
    learnt = {"password_expires_at": connection.client(login).password_expires}
    if login is connection.destination and login.line_trouble:
        # The line is told to be well again by a run that ends well.
        login.note(**learnt)
    else:
        note_well(login, **learnt)
    if account is not None and account.contact:
        learn_contact(connection.destination, account)


def learn_contact(destination: Receiver, account: Account) -> None:
    """Keep whom to ask, as the LA says it."""
    field = "contact" if isinstance(destination, Destination) else "own_contact"
    destination.note(**{field: account.contact[:200]})


def address_problem(address: str) -> str:
    """What is wrong with an LA's address, in a sentence; empty when it may be called."""
    try:
        url = read_address(address)
    except AddressRefused as error:
        return NO_ADDRESS if error.code == "no-address" else error.sentence
    return NO_ADDRESS if url.query or url.fragment else ""


def _client(address: str, http: httpx.Client, credentials: Credentials | None = None) -> ExchangeClient:
    return ExchangeClient(address, credentials, http, clock=timezone.now)
