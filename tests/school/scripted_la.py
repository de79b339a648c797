"""An LA that keeps what it is sent, signs real receipts, and goes wrong exactly as told."""

import gzip
import hashlib
import json
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from tests.wire.conftest import RawRequest, RawServer, answer

from schoolgate.wire.receipts import Jwk, Receipt, new_key, public_keys, sign

RECEIVED = datetime(2026, 11, 19, 18, 30, 10, tzinfo=UTC)

Wrong = bytes | Callable[[], bytes | None] | None


@dataclass
class ScriptedLa:
    """`files` are those received, by name and digest; `puts` the names in the order they came, known ones too.

    `accounts` are further users and passwords; `senders` says which user sent a file, `sign_ins` who asked for a token.

    `wrong` holds the answers to the next PUTs in place of the right ones (None: close the line); `keep_first` takes
    the file before a wrong answer is given, as when an answer is lost. `wrong_of` are a file's own, by its name: where
    several schools send side by side, the next PUT may be anybody's. `bases` are the account's schools, as the API
    tells them; `codes` its connection codes, each with the request that used it ("": nobody yet).
    """

    la: str = "820"
    user: str = "8204321"
    password: str = "Green-Abbey-2026!"
    accounts: dict[str, str] = field(default_factory=dict)
    server: RawServer = field(init=False)
    key: Jwk = field(default_factory=lambda: new_key(RECEIVED))
    files: dict[tuple[str, str], bytes] = field(default_factory=dict)
    puts: list[str] = field(default_factory=list)
    senders: dict[str, str] = field(default_factory=dict)
    sign_ins: list[str] = field(default_factory=list)
    token_says: dict[str, Any] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)
    wrong_of: dict[str, list[Wrong]] = field(default_factory=dict)
    keep_first: bool = False
    sign_in: bytes | None = None
    service: dict[str, Any] = field(default_factory=dict)
    service_headers: dict[str, str] = field(default_factory=dict)
    service_raw: bytes | None = None
    bases: list[dict[str, Any]] = field(
        default_factory=lambda: [{"la": "820", "school": "4321", "licence": "standard"}]
    )
    outcome: dict[str, Any] = field(default_factory=lambda: {"state": "queued", "counts": {}, "problems": []})
    published: list[Jwk] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    receipt_changes: dict[str, Any] = field(default_factory=dict)
    asks_for: list[dict[str, Any]] | None = field(default_factory=list)
    """The outbox; None for an LA of before there was one."""
    collected: list[int] = field(default_factory=list)
    offers: dict[int, tuple[str, bytes]] = field(default_factory=dict)
    """Files in the outbox, by number: name and plain bytes; each is offered until it was collected."""
    cut_off_after_collected: bool = False
    spoilt: bool = False
    """Whether other bytes come than those that are offered."""
    spoilt_numbers: set[int] = field(default_factory=set)
    """Of which files in the outbox alone other bytes come."""
    withdrawn_meanwhile: set[int] = field(default_factory=set)
    """Which files in the outbox are not there any more when they are asked for."""
    before_put: Callable[[str], None] = lambda *_: None

    def __post_init__(self) -> None:
        self.published.append(self.key)

    @property
    def address(self) -> str:
        return self.server.address

    @property
    def calls(self) -> list[str]:
        """Every call, as method and last part of the path."""
        return [f"{request.method} {request.path.split('?')[0].rsplit('/', 1)[-1]}" for request in self.server.requests]

    def handle(self, request: RawRequest, connection: socket.socket) -> bytes | None:
        path = unquote(request.path.split("?")[0]).removeprefix("/exchange/v1/")
        if path == "":
            said = {"service": "schoolgate-exchange", "la": self.la, "name": "Bedford", **self.service}
            return self.service_raw or answer(200, said, **self.service_headers)
        if path == "keys":
            return answer(200, public_keys(self.published))
        if path == "token":
            return self._token(request)
        if path == "whoami":
            return answer(200, self._account())
        if path == "join":
            return self._join(request)
        if path == "outcomes":
            outcomes = [self._told(name, sha256) for name, sha256 in self.files]
            return answer(200, {"outcomes": outcomes, "next": "1-1", "more": False})
        if path == "outbox":
            return self._outbox()
        if path.startswith("outbox/"):
            return self._outbox_entry(int(path.split("/")[1]), path)
        _, _, sha256, name = path.split("/")
        if request.method == "PUT":
            return self._put(request, name, sha256)
        known = (name, sha256) in self.files
        return answer(200, self._told(name, sha256)) if known else answer(404, {"code": "unknown-file"})

    def _outbox(self) -> bytes:
        if self.asks_for is None:
            return answer(404, {"code": "unknown-address"})
        offered = [self._offer(number) for number in self.offers if number not in self.collected]
        return answer(200, {"entries": [*self.asks_for, *offered], "next": "", "more": False})

    def _outbox_entry(self, number: int, path: str) -> bytes | None:
        if path.endswith("/file"):
            if number in self.withdrawn_meanwhile:
                return answer(404, {"code": "unknown-entry"})
            plain = b"<other/>" if self.spoilt or number in self.spoilt_numbers else self.offers[number][1]
            return raw_answer(gzip.compress(plain), "application/gzip")
        self.collected.append(number)
        return None if self.cut_off_after_collected else answer(200, {"id": number})

    def _offer(self, number: int) -> dict[str, Any]:
        name, plain = self.offers[number]
        staff = _kind_of(name) == "personnel"
        return {
            "id": number,
            "kind": "file",
            "state": "made",
            "la": "820",
            "school": name[12:19][3:] if staff else "4321",
            "name": name,
            "document": _kind_of(name),
            "sha256": hashlib.sha256(plain).hexdigest(),
            "size": len(plain),
        }

    def _account(self) -> dict[str, Any]:
        authority = {"la": self.la, "name": "Bedford Borough", "contact": "Data Team, 01234 000000"}
        return {"bases": self.bases, "authority": authority}

    def _join(self, request: RawRequest) -> bytes:
        given = json.loads(request.body)
        used = self.codes.get(given["code"])
        if used is None:
            return answer(403, {"code": "code-wrong"})
        if used not in {"", given["request"]}:
            return answer(403, {"code": "code-used"})
        self.codes[given["code"]] = given["request"]
        self.password = f"Given-For-A-Code-{len(self.server.requests)}"
        return answer(200, {"user": self.user, "password": self.password, **self._account()})

    def _token(self, request: RawRequest) -> bytes:
        if self.sign_in is not None:
            return self.sign_in
        given = json.loads(request.body)
        self.sign_ins.append(given["user"])
        if {self.user: self.password, **self.accounts}.get(given["user"]) != given["password"]:
            return answer(401, {"code": "wrong-credentials"})
        return answer(200, {"token": f"T-{given['user']}", **self.token_says})

    def _put(self, request: RawRequest, name: str, sha256: str) -> bytes | None:
        self.before_put(name)
        self.puts.append(name)
        self.senders[name] = request.headers["authorization"].removeprefix("Bearer T-")
        plain = gzip.decompress(request.body)
        known = (name, sha256) in self.files
        wrongs = self.wrong_of.get(name) or self.wrong
        if not wrongs or self.keep_first:
            assert hashlib.sha256(plain).hexdigest() == sha256
            self.files[name, sha256] = plain
        if wrongs:
            wrong = wrongs.pop(0)
            return wrong() if callable(wrong) else wrong
        return answer(200 if known else 201, self._told(name, sha256))

    def _told(self, name: str, sha256: str) -> dict[str, Any]:
        size = len(self.files[name, sha256])
        stated = {
            "issuer": self.address,
            "base": name[:7],
            "kind": _kind_of(name),
            "name": name,
            "sha256": sha256,
            "size": size,
            "received": RECEIVED,
            "ref": f"B-{sha256[:6]}",
            **self.receipt_changes,
        }
        return {
            "file": {"kind": _kind_of(name), "name": name, "sha256": sha256, "size": size},
            "receipt": sign(Receipt(**stated), self.key),
            "outcome": self.outcome,
        }


def raw_answer(body: bytes, media: str) -> bytes:
    """A whole HTTP answer with these bytes."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


def _kind_of(name: str) -> str:
    return "personnel" if "_PER_" in name else "student"
