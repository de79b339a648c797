"""One text for one value, so that equal ones have equal digests."""

import json
from hashlib import blake2b
from typing import Any

CANONICAL_VERSION = 1
"""Counts changes to ``canonical`` and to the forms that groups are read in: part of the key of a settled digest."""

_encoder = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(value: Any) -> str:
    """Write a JSON-able value as one text: keys sorted, no blanks between, every character as itself."""
    return _encoder.encode(value)


def digest_of(text: str) -> bytes:
    """The sixteen bytes (blake2b-128) that stand for a text in UTF-8."""
    return blake2b(text.encode(), digest_size=16).digest()
