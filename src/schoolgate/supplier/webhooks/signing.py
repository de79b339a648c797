"""Signatures as "Standard Webhooks" has them, so that ready-made libraries of many languages can check ours.

Signed with HMAC-SHA256 is `ID.SECONDS.BODY`: what was said, when, and under which id, so that nobody can send an old
message as a new one.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """A secret made by chance: `whsec_` and the base64 of its bytes."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii")


def signed_headers(secret: str, event_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers that say id, time (seconds since 1970) and signature of a message sent at this moment."""
    seconds = str(int(at.timestamp()))
    signed = f"{event_id}.{seconds}.".encode("ascii") + body
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signature = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode("ascii")
    return {"webhook-id": event_id, "webhook-timestamp": seconds, "webhook-signature": f"v1,{signature}"}
