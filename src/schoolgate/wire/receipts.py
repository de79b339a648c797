"""Receipts: an authority's signed statement that a file arrived (DESIGN 8).

A receipt is a compact JWS (RFC 7515) signed with Ed25519 (RFC 9864 names it `Ed25519`, not `EdDSA`). It proves
arrival, not acceptance. It never carries its own key: who verifies brings the keys that were fetched from the
authority over TLS.
"""

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, BinaryIO, Literal

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

ALGORITHM = "Ed25519"
READ_AT_ONCE = 1024 * 1024

Jwk = dict[str, Any]
Jwks = dict[str, Any]
ReceiptErrorCode = Literal["receipt-malformed", "unknown-key", "bad-signature", "file-differs"]


class ReceiptError(Exception):
    """A receipt that proves nothing: its `code` is stable, its `sentence` is for a person."""

    def __init__(self, code: ReceiptErrorCode, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True)
class Receipt:
    """What an authority states about a file that arrived.

    `issuer` is the authority's address, `base` the sending school as seven digits ("8204321"), `sha256` and `size`
    (bytes) are of the plain XML, `received` is an aware time, `ref` the short number to read out on the telephone.
    """

    issuer: str
    base: str
    kind: str
    name: str
    sha256: str
    size: int
    received: datetime
    ref: str


def new_key(now: datetime) -> Jwk:
    """A fresh private signing key as a JWK; its `kid` tells the day it was made."""
    kid = f"{now.astimezone(UTC):%Y%m%d}-{secrets.token_hex(4)}"
    return dict(OKPKey.generate_key("Ed25519", {"kid": kid, "use": "sig", "alg": ALGORITHM}).as_dict(private=True))


def public_keys(private_keys: Iterable[Mapping[str, Any]]) -> Jwks:
    """The JWKS (RFC 7517) to publish: every key given, without its private part."""
    return {"keys": [dict(OKPKey.import_key(dict(key)).as_dict(private=False)) for key in private_keys]}


def sign(receipt: Receipt, private_key: Mapping[str, Any]) -> str:
    """The receipt as a compact JWS. Times are written in UTC to the whole second."""
    claims = asdict(receipt)
    claims["iss"] = claims.pop("issuer")
    claims["received"] = f"{receipt.received.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    payload = json.dumps(claims, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    header = {"alg": ALGORITHM, "kid": private_key["kid"]}
    return jws.serialize_compact(header, payload, _imported(private_key), algorithms=[ALGORITHM])


def verify(receipt: str, keys: Mapping[str, Any]) -> Receipt:
    """What the receipt states, if one of these public keys (a JWKS) signed it.

    Raises ReceiptError `receipt-malformed`, `unknown-key` or `bad-signature`.
    """
    parts = receipt.split(".")
    header = _object(_decode(parts[0])) if len(parts) == 3 else None
    if header is None or header.get("alg") != ALGORITHM:
        raise _malformed()
    key = _find_key(header.get("kid"), keys)
    # Base64 has several spellings of one signature; only the one that `sign` writes is a receipt.
    if _encode(_decode(parts[2])) != parts[2]:
        raise _malformed()
    try:
        payload = jws.deserialize_compact(receipt, key, algorithms=[ALGORITHM]).payload
    except (JoseError, ValueError):
        raise ReceiptError(
            "bad-signature", "The signature does not match. Do not rely on this receipt; ask the authority."
        ) from None
    return _read_claims(_object(payload))


def receipt_file(receipt: str, url: str) -> str:
    """The text kept beside an exported file: the receipt and the address of the authority that gave it."""
    return json.dumps({"receipt": receipt, "url": url}, indent=2) + "\n"


def verify_receipt_file(text: str, keys: Mapping[str, Any], plain: BinaryIO | None) -> Receipt:
    """What a kept receipt states; with `plain`, also that these are the very bytes that arrived.

    Raises ReceiptError as `verify` does, and `file-differs` when the bytes are others.
    """
    content = _object(text)
    if content is None or not isinstance(content.get("receipt"), str):
        raise _malformed()
    receipt = verify(content["receipt"], keys)
    if plain is not None and _measure(plain) != (receipt.sha256, receipt.size):
        raise ReceiptError("file-differs", "The receipt is genuine, but it is for other content than this file's.")
    return receipt


def _measure(plain: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while chunk := plain.read(READ_AT_ONCE):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def _imported(key: Mapping[str, Any]) -> OKPKey:
    return _imported_text(json.dumps(key, sort_keys=True))


@lru_cache(maxsize=64)
def _imported_text(jwk: str) -> OKPKey:
    """Kept, because reading a key costs as much as signing with it, and thousands of receipts have the same one."""
    return OKPKey.import_key(json.loads(jwk))


def _find_key(kid: object, keys: Mapping[str, Any]) -> OKPKey:
    listed = keys.get("keys")
    for key in listed if isinstance(listed, list) else []:
        if isinstance(key, dict) and isinstance(kid, str) and key.get("kid") == kid:
            try:
                return _imported(key)
            except (JoseError, ValueError, KeyError, TypeError):
                break
    raise ReceiptError(
        "unknown-key", "The receipt was signed with a key that is not among the authority's. Fetch its keys again."
    )


def _read_claims(claims: dict[str, Any] | None) -> Receipt:
    texts = {"iss", "base", "kind", "name", "sha256", "received", "ref"}
    if (
        claims is None
        or not all(isinstance(claims.get(name), str) for name in texts)
        or type(claims.get("size")) is not int
    ):
        raise _malformed()
    try:
        received = datetime.fromisoformat(claims["received"])
    except ValueError:
        raise _malformed() from None
    if received.tzinfo is None:
        raise _malformed()
    return Receipt(
        issuer=claims["iss"],
        base=claims["base"],
        kind=claims["kind"],
        name=claims["name"],
        sha256=claims["sha256"],
        size=claims["size"],
        received=received.astimezone(UTC),
        ref=claims["ref"],
    )


def _object(text: str | bytes) -> dict[str, Any] | None:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _malformed() from None


def _malformed() -> ReceiptError:
    return ReceiptError(
        "receipt-malformed", "This is not a receipt, or it was damaged. Fetch it again from the authority."
    )
