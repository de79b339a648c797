"""The exchange API from the school's side (DESIGN 8, docs/reference/exchange-api.md).

One `ExchangeClient` serves one authority and may be shared by threads. Clock and HTTP client come in as arguments. A
file's identity is its address, so saying any call again is harmless. Every method raises an `ExchangeError`.
"""

import hashlib
import json
import os
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO
from urllib.parse import quote

import httpx

from schoolgate.documents.problems import DocumentError
from schoolgate.documents.xml import gunzip
from schoolgate.wire.exchange_answers import (
    Account,
    AccountBase,
    Credentials,
    Delivery,
    FileOutcome,
    Joined,
    OutboxEntry,
    OutboxPage,
    OutcomePage,
    PasswordChanged,
    RefusedPage,
    RefusedValue,
    Service,
    read_account,
    read_delivery,
    read_joined,
    read_outbox,
    read_outcomes,
    read_refused,
    read_service,
    read_time,
)
from schoolgate.wire.exchange_calls import Answer, call, error_of, expect
from schoolgate.wire.exchange_errors import (
    ExchangeError,
    JoinLocked,
    Locked,
    NoCredentials,
    NotSchoolgate,
    ServiceTooOld,
    TooOld,
)
from schoolgate.wire.http import Again, StopRun

__all__ = [
    "Account",
    "AccountBase",
    "Credentials",
    "Delivery",
    "ExchangeClient",
    "FileOutcome",
    "Joined",
    "OutboxEntry",
    "OutboxPage",
    "OutcomePage",
    "PasswordChanged",
    "RefusedPage",
    "RefusedValue",
    "Service",
]

SERVICE = "schoolgate-exchange"
ASK_FIRST_ABOVE_BYTES = 1024 * 1024
JSON = {"Content-Type": "application/json"}
_VERSION = re.compile(r"v([0-9]{1,4})")
OUR_VERSION = 1


class ExchangeClient:
    """Talks to one authority.

    `address` is what the authority gave the school ("https://exchange.bedford.example"), `clock` returns the time
    (aware) that dates in answers are compared with; an answer that has begun must end within `answer_seconds`, where
    that is given.
    """

    def __init__(
        self,
        address: str,
        credentials: Credentials | None,
        http: httpx.Client,
        clock: Callable[[], datetime],
        answer_seconds: float | None = None,
    ) -> None:
        self.address = address.strip().rstrip("/").removesuffix("/exchange/v1")
        self._credentials = credentials
        self._http = http
        self.clock = clock
        self._answer_seconds = answer_seconds
        self._token = ""
        self._refused: ExchangeError | None = None
        self._signing_in = threading.Lock()
        self.password_expires: datetime | None = None
        """When the password runs out, as the last sign-in was told; None: never, or not known."""

    def __repr__(self) -> str:
        return f"ExchangeClient({self.address!r})"

    def service(self) -> Service:
        """What is at this address. Needs no login. Raises ServiceTooOld or TooOld when it does not speak version 1."""
        answer = self._call("GET", "")
        said = self._expect(answer)
        if said.get("service") != SERVICE:
            raise NotSchoolgate(Again(), "JSON, but not of an exchange service")
        service = read_service(said, answer.headers.get("Date", ""))
        _require_our_version(service.versions)
        return service

    def keys(self) -> dict[str, Any]:
        """The authority's public receipt keys (JWKS), retired ones included. Needs no login."""
        said = self._expect(self._call("GET", "keys"))
        if not isinstance(said.get("keys"), list):
            raise NotSchoolgate(Again(), "JSON, but no key set")
        return {"keys": said["keys"]}

    def token(self) -> str:
        """The token in use; signs in when there is none.

        A login that was refused for good is not tried again by this client, lest the account be locked.
        """
        with self._signing_in:
            if self._refused is not None:
                raise self._refused
            if not self._token:
                try:
                    self._token = self._sign_in()
                except ExchangeError as error:
                    self._refused = error if isinstance(error.step, StopRun) else None
                    raise
            return self._token

    def whoami(self) -> Account:
        """Which schools the account sends for."""
        return read_account(self._expect(self._signed_call("GET", "whoami")))

    def join(self, code: str, request: str) -> Joined:
        """Turn a connection code into a user name and password. Needs no login; signs this client in with them.

        A code is good once. `request` (16 to 64 URL-safe characters, chosen at random and kept until there is an
        answer) makes saying it again after a lost answer harmless. Raises NotForYou `code-wrong`, `code-used` or
        `code-expired`, JoinLocked, and ServiceTooOld where no codes are known.
        """
        try:
            joined = read_joined(self._expect(self._post("join", code=code, request=request)))
        except Locked as error:
            raise JoinLocked(error.after) from None
        self._use(joined.credentials)
        return joined

    def change_password(self, new_password: str) -> PasswordChanged:
        """Change the account's own password; the old one works until the new one was used.

        Saying it again after a lost answer is harmless, with the old one and the same new one. Raises
        PasswordNotAllowed with the rules that it breaks.
        """
        if self._credentials is None:
            raise NoCredentials
        user, password = self._credentials.user, self._credentials.password
        said = self._expect(self._post("password", user=user, password=password, new_password=new_password))
        self._use(Credentials(user, new_password))
        return PasswordChanged(read_time(said.get("password_expires")), read_time(said.get("old_password_until")))

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
        return read_delivery(said, known=answer.status == 200)

    def find_file(self, kind: str, name: str, sha256: str) -> Delivery | None:
        """The file as the authority holds it, None when it never arrived."""
        answer = self._signed_call("GET", _place(kind, sha256, name))
        if answer.status == 404 and (answer.object() or {}).get("code") == "unknown-file":
            return None
        return read_delivery(self._expect(answer), known=True)

    def outcomes(self, after: str = "") -> OutcomePage:
        """What became of the account's files since `after`, the cursor of an earlier page ("" from the beginning)."""
        said = self._expect(self._signed_call("GET", "outcomes" + (f"?after={quote(after, safe='')}" if after else "")))
        return read_outcomes(said, after)

    def outbox(self, after: str = "") -> OutboxPage:
        """What waits for the account's schools, made after the cursor of an earlier page ("" for all that is open).

        What is not in it any more has ended. Raises ServiceTooOld where there is no such call.
        """
        said = self._expect(self._signed_call("GET", "outbox" + (f"?after={quote(after, safe='')}" if after else "")))
        return read_outbox(said, after)

    def outbox_file(self, number: int, sha256: str, size: int) -> bytes:
        """The plain bytes of a file in the outbox, of this digest and size; it stays there until `collected`.

        Raises NotSchoolgate for other bytes, and Refused `unknown-entry` for a file that is not offered any more.
        """
        answer = self._signed_call("GET", f"outbox/{number}/file")
        if answer.status != 200:
            raise error_of(answer, self.clock())
        try:
            plain = b"".join(gunzip([answer.content], size))
        except DocumentError as error:
            raise NotSchoolgate(Again(), error.code) from None
        if hashlib.sha256(plain).hexdigest() != sha256:
            raise NotSchoolgate(Again(), "a file of another digest")
        return plain

    def collected(self, number: int) -> None:
        """Say that an entry of the outbox is here now. Said again, or of one that has ended, it is harmless."""
        self._expect(self._signed_call("POST", f"outbox/{number}/collected"))

    def refused(self, kind: str, name: str, sha256: str, after: str = "") -> RefusedPage:
        """What is not taken of the school's values as of this file, one page; `after` is an earlier page's cursor."""
        address = _place(kind, sha256, name) + (f"?after={quote(after, safe='')}" if after else "")
        return read_refused(self._expect(self._signed_call("GET", address)), after)

    def _sign_in(self) -> str:
        if self._credentials is None:
            raise NoCredentials
        said = self._expect(self._post("token", user=self._credentials.user, password=self._credentials.password))
        token = said.get("token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise NotSchoolgate(Again(), "JSON, but no token")
        self.password_expires = read_time(said.get("password_expires"))
        return token

    def _use(self, credentials: Credentials) -> None:
        with self._signing_in:
            self._credentials, self._token, self._refused = credentials, "", None

    def _post(self, path: str, **said: str) -> Answer:
        return self._call("POST", path, content=json.dumps(said).encode(), headers=JSON)

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
            self._http,
            method,
            f"{self.address}/exchange/v1/{path}",
            content=content,
            body=body,
            headers=headers,
            answer_seconds=self._answer_seconds,
        )

    def _expect(self, answer: Answer, statuses: tuple[int, ...] = (200,)) -> dict[str, Any]:
        return expect(answer, self.clock(), statuses)

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


def _require_our_version(versions: Sequence[str]) -> None:
    """A service that names none is taken at its word: it answers below /v1/."""
    numbers = [int(found[1]) for version in versions if (found := _VERSION.fullmatch(version))]
    if OUR_VERSION in numbers or not versions:
        return
    told = f"speaks {', '.join(versions)}"
    raise TooOld(told) if numbers and min(numbers) > OUR_VERSION else ServiceTooOld(told)
