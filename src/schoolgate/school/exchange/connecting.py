"""Check 3, once per run: the LA has an entry, its address is well formed, the login succeeds (handbook 02)."""

import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.utils import timezone

from schoolgate.school.exchange import telling
from schoolgate.school.exchange.models import Destination, Transfer
from schoolgate.wire.exchange import Credentials, ExchangeClient
from schoolgate.wire.exchange_errors import AddressNotAllowed, ExchangeError, Refused
from schoolgate.wire.http import (
    TRIES,
    AddressRefused,
    Again,
    StopRun,
    make_client,
    require_allowed,
    wait_before_next,
)
from schoolgate.wire.receipts import Receipt, ReceiptError, verify


@dataclass
class Connection:
    """An LA that took our login in this run, with its public keys."""

    destination: Destination
    client: ExchangeClient
    keys: dict[str, Any]

    def verified(self, transfer: Transfer, receipt: str) -> Receipt:
        """What the receipt states, if the LA's keys signed it for this very file; keys are fetched anew once.

        Raises Refused `receipt-wrong`, and what fetching the keys raises.
        """
        try:
            try:
                stated = verify(receipt, self.keys)
            except ReceiptError as error:
                if error.code != "unknown-key":
                    raise
                self.keys = self.client.keys()
                keep_keys(self.destination.la, self.keys)
                stated = verify(receipt, self.keys)
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


def open_http() -> httpx.Client:
    """The HTTP client of one run."""
    ca_file = settings.SCHOOLGATE_CONFIGURATION.text("extra_ca_file")
    return make_client(extra_ca_file=Path(ca_file) if ca_file else None)


def connect(destination: Destination, http: httpx.Client) -> Connection:
    """Find the LA's service, sign in and fetch its keys. Raises an ExchangeError; nothing is written then."""
    client = ExchangeClient(
        destination.address, Credentials(destination.user, destination.password), http, clock=timezone.now
    )
    service = client.service()
    if service.la and service.la != destination.la:
        raise AddressNotAllowed(
            "other-la", f"At this address is the service of LA {service.la}, not of LA {destination.la}."
        )
    client.token()
    keys = client.keys()
    keep_keys(destination.la, keys)
    if not destination.contact:
        destination.contact = client.whoami().contact[:200]
    return Connection(destination, client, keys)


def address_problem(address: str) -> str:
    """What is wrong with an LA's address, in a sentence; empty when it may be called."""
    try:
        require_allowed(httpx.URL(address))
    except AddressRefused as error:
        return error.sentence
    except (httpx.InvalidURL, UnicodeError):
        return "This is not a web address. It is like https://exchange.bedford.example."
    return ""


def note_connected(destination: Destination) -> None:
    """The last run found all well."""
    destination.connected_at = timezone.now()
    destination.trouble = destination.trouble_sentence = destination.trouble_remedy = ""
    destination.trouble_since = destination.try_again_at = None
    destination.failures = 0
    save_found(destination)


def note_trouble(destination: Destination, error: ExchangeError, *, waiting: int, by_person: bool) -> None:
    """Nothing can be sent to this LA just now: remember why, and when to try without a person.

    What a repetition cannot cure (password, address, proxy) waits for a person. One line in the journal per run that
    a person asked for; runs by themselves are told of only when there is something new, or when they end.
    """
    now = timezone.now()
    news = destination.trouble != error.code
    destination.failures = min(destination.failures + 1, TRIES) if not by_person else 1
    destination.try_again_at = None
    if isinstance(error.step, Again) and destination.failures < TRIES:
        wait = wait_before_next(destination.failures, asked=error.step.after)
        destination.try_again_at = now + timedelta(seconds=wait)
    elif isinstance(error.step, StopRun) and error.step.after is not None:
        destination.try_again_at = now + timedelta(seconds=error.step.after)
    if news:
        destination.trouble_since = now
    destination.trouble = error.code[:40]
    destination.trouble_sentence, destination.trouble_remedy = error.sentence[:300], error.remedy[:300]
    save_found(destination)
    if news or by_person or destination.failures == TRIES:
        telling.destination_unusable(destination, error, waiting)


def keys_folder() -> Path:
    """Where LAs' public keys are kept as fetched over TLS: `schoolgate verify-receipt` reads them there, offline."""
    return Path(settings.SCHOOLGATE_HOME.folder) / "receipt-keys"


def kept_keys(la: str) -> dict[str, Any]:
    """The LA's public keys as last fetched; an empty set when there are none."""
    try:
        kept = json.loads((keys_folder() / f"{la}.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {"keys": []}
    return kept if isinstance(kept, dict) else {"keys": []}


def keep_keys(la: str, keys: dict[str, Any]) -> None:
    """Keep the keys beside those of before, since old receipts were signed with keys the LA may no longer list."""
    former = {key.get("kid"): key for key in kept_keys(la).get("keys", []) if isinstance(key, dict)}
    fetched = {key.get("kid"): key for key in keys["keys"] if isinstance(key, dict)}
    merged = {**former, **fetched}
    if merged == former:
        return
    folder = keys_folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    aside = folder / f".{la}-{secrets.token_hex(4)}"
    aside.write_text(json.dumps({"keys": list(merged.values())}, indent=2) + "\n", "utf-8")
    aside.replace(folder / f"{la}.json")


def save_found(destination: Destination) -> None:
    """Write what a run found, and nothing that a person may be editing meanwhile."""
    Destination.objects.filter(pk=destination.pk).update(
        connected_at=destination.connected_at,
        trouble=destination.trouble,
        trouble_sentence=destination.trouble_sentence,
        trouble_remedy=destination.trouble_remedy,
        trouble_since=destination.trouble_since,
        failures=destination.failures,
        try_again_at=destination.try_again_at,
        outcomes_cursor=destination.outcomes_cursor,
        contact=destination.contact,
    )
