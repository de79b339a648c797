"""The exchange API from the school's side (DESIGN 8, docs/reference/exchange-api.md).

One `ExchangeClient` serves one authority and may be shared by threads. Clock and HTTP client come in as arguments. A
file's identity is its address, so saying any call again is harmless. Every method raises an `ExchangeError`.
"""

import json
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO
from urllib.parse import quote

import httpx

from schoolgate.wire.exchange_calls import Answer, call, expect
from schoolgate.wire.exchange_errors import NotSchoolgate, WrongCredentials
from schoolgate.wire.http import Again

SERVICE = "schoolgate-exchange"
ASK_FIRST_ABOVE_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Credentials:
    """What an authority gave a school to sign in with."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Service:
    """What the authority says of itself to anybody. `clock` is its time, `largest_file` in bytes of plain XML."""

    la: str
    name: str
    clock: datetime | None
    largest_file: int | None


@dataclass(frozen=True)
class Account:
    """Which schools this account sends for (seven digits each), and whom to ask at the authority."""

    bases: tuple[str, ...]
    contact: str


@dataclass(frozen=True)
class Delivery:
    """A file that arrived: its receipt (a compact JWS), what became of it, and whether it was known before."""

    receipt: str
    outcome: Mapping[str, Any]
    known: bool


@dataclass(frozen=True)
class FileOutcome:
    """What became of a file that arrived earlier."""

    kind: str
    name: str
    sha256: str
    outcome: Mapping[str, Any]


@dataclass(frozen=True)
class OutcomePage:
    """Outcomes, oldest first; `cursor` is what to ask after next time, `more` whether the next page is there now."""

    outcomes: tuple[FileOutcome, ...]
    cursor: str
    more: bool


class ExchangeClient:
    """Talks to one authority.

    `address` is what the authority gave the school ("https://exchange.bedford.example"), `clock` returns the time
    (aware) that dates in answers are compared with.
    """

    def __init__(
        self, address: str, credentials: Credentials | None, http: httpx.Client, clock: Callable[[], datetime]
    ) -> None:
        self.address = address.strip().rstrip("/").removesuffix("/exchange/v1")
        self._credentials = credentials
        self._http = http
        self._clock = clock
        self._token = ""
        self._signing_in = threading.Lock()
        self.password_expires: datetime | None = None
        """When the password runs out, as the last sign-in was told; None: never, or not known."""

    def __repr__(self) -> str:
        return f"ExchangeClient({self.address!r})"

    def service(self) -> Service:
        """What is at this address. Needs no login."""
        said = self._expect(self._call("GET", ""))
        if said.get("service") != SERVICE:
            raise NotSchoolgate(Again(), "JSON, but not of an exchange service")
        limits = said.get("limits")
        return Service(
            la=str(said.get("la") or ""),
            name=str(said.get("name") or ""),
            clock=_time(said.get("clock")),
            largest_file=_whole_number(limits.get("file_bytes") if isinstance(limits, dict) else None),
        )

    def keys(self) -> dict[str, Any]:
        """The authority's public receipt keys (JWKS), retired ones included. Needs no login."""
        said = self._expect(self._call("GET", "keys"))
        if not isinstance(said.get("keys"), list):
            raise NotSchoolgate(Again(), "JSON, but no key set")
        return {"keys": said["keys"]}

    def token(self) -> str:
        """The token in use; signs in when there is none."""
        with self._signing_in:
            if not self._token:
                self._token = self._sign_in()
            return self._token

    def whoami(self) -> Account:
        """Which schools the account sends for."""
        said = self._expect(self._signed_call("GET", "whoami"))
        bases = said.get("bases")
        listed = [base for base in bases if isinstance(base, dict)] if isinstance(bases, list) else []
        authority = said.get("authority")
        contact = authority.get("contact") if isinstance(authority, dict) else None
        return Account(
            bases=tuple(f"{base.get('la', '')}{base.get('school', '')}" for base in listed),
            contact=contact if isinstance(contact, str) else "",
        )

    def send_file(self, kind: str, name: str, sha256: str, size: int, open_gzip: Callable[[], BinaryIO]) -> Delivery:
        """Deliver a file; `open_gzip` opens its bytes as one gzip stream, `sha256` and `size` are of the plain XML.

        A large body asks first whether the file is there already. The receipt is the authority's word: verify it.
        """
        with open_gzip() as body:
            packed = body.seek(0, os.SEEK_END)
        if packed > ASK_FIRST_ABOVE_BYTES:
            # Some servers write a body after a HEAD all the same; it must not be taken for the next answer.
            found = self._signed_call("HEAD", _place(kind, sha256, name), headers={"Connection": "close"})
            known = self.find_file(kind, name, sha256) if found.status == 200 else None
            if known is not None:
                return known
        headers = {
            "Content-Type": "application/xml",
            "Content-Encoding": "gzip",
            "Content-Length": str(packed),
        }
        answer = self._signed_call("PUT", _place(kind, sha256, name), body=open_gzip, headers=headers)
        said = self._expect(answer, (200, 201))
        file = said.get("file")
        if not isinstance(file, dict) or (file.get("sha256"), file.get("size")) != (sha256, size):
            raise NotSchoolgate(Again(), "JSON, but of another file")
        return _delivery(said, known=answer.status == 200)

    def find_file(self, kind: str, name: str, sha256: str) -> Delivery | None:
        """The file as the authority holds it, None when it never arrived."""
        answer = self._signed_call("GET", _place(kind, sha256, name))
        if answer.status == 404 and (answer.object() or {}).get("code") == "unknown-file":
            return None
        return _delivery(self._expect(answer), known=True)

    def outcomes(self, after: str = "") -> OutcomePage:
        """What became of the account's files since `after`, the cursor of an earlier page ("" from the beginning)."""
        said = self._expect(self._signed_call("GET", "outcomes" + (f"?after={quote(after, safe='')}" if after else "")))
        listed = said.get("outcomes")
        if not isinstance(listed, list):
            raise NotSchoolgate(Again(), "JSON, but no outcomes")
        return OutcomePage(
            outcomes=tuple(outcome for entry in listed if (outcome := _outcome(entry)) is not None),
            cursor=str(said.get("next") or after),
            more=bool(said.get("more")),
        )

    def _sign_in(self) -> str:
        if self._credentials is None:
            raise WrongCredentials
        sent = json.dumps({"user": self._credentials.user, "password": self._credentials.password}).encode()
        answer = self._call("POST", "token", content=sent, headers={"Content-Type": "application/json"})
        said = self._expect(answer)
        token = said.get("token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise NotSchoolgate(Again(), "JSON, but no token")
        self.password_expires = _time(said.get("password_expires"))
        return token

    def _call(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        body: Callable[[], BinaryIO] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        return call(
            self._http, method, f"{self.address}/exchange/v1/{path}", content=content, body=body, headers=headers
        )

    def _expect(self, answer: Answer, statuses: tuple[int, ...] = (200,)) -> dict[str, Any]:
        return expect(answer, self._clock(), statuses)

    def _signed_call(
        self,
        method: str,
        path: str,
        *,
        body: Callable[[], BinaryIO] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """A call with a token; a 401 is worth one new token, no more."""
        token = self.token()
        answer = self._call(method, path, body=body, headers={**(headers or {}), "Authorization": f"Bearer {token}"})
        if answer.status != 401:
            return answer
        with self._signing_in:
            # Another thread may have signed in anew already.
            if self._token == token:
                self._token = ""
        token = self.token()
        return self._call(method, path, body=body, headers={**(headers or {}), "Authorization": f"Bearer {token}"})


def _place(kind: str, sha256: str, name: str) -> str:
    return f"{quote(kind, safe='')}/files/{quote(sha256, safe='')}/{quote(name, safe='')}"


def _delivery(said: dict[str, Any], *, known: bool) -> Delivery:
    receipt, outcome = said.get("receipt"), said.get("outcome")
    if not isinstance(receipt, str):
        raise NotSchoolgate(Again(), "JSON, but no receipt")
    return Delivery(receipt, outcome if isinstance(outcome, dict) else {}, known)


def _outcome(entry: object) -> FileOutcome | None:
    """One entry of the list; what a later version may add in another shape is passed over."""
    file = entry.get("file") if isinstance(entry, dict) else None
    outcome = entry.get("outcome") if isinstance(entry, dict) else None
    if not isinstance(file, dict) or not isinstance(outcome, dict):
        return None
    return FileOutcome(
        kind=str(file.get("kind", "")),
        name=str(file.get("name", "")),
        sha256=str(file.get("sha256", "")),
        outcome=outcome,
    )


def _time(said: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _whole_number(said: object) -> int | None:
    return said if isinstance(said, int) and not isinstance(said, bool) else None
