"""The keys receipts are signed with."""

import json
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.authority.exchange.models import SigningKey
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.wire.receipts import new_key, public_keys


def current_key() -> dict[str, Any]:
    """The private key (JWK) that signs today; made when it is needed first."""
    key = SigningKey.objects.filter(retired_at=None).first()
    if key is None:
        key = _make_key()
    return dict(json.loads(key.private_jwk))


def published_keys() -> dict[str, Any]:
    """All public keys (JWKS), the newest first and retired ones included: old receipts must stay verifiable.

    An authority that has signed nothing yet gets its key now, so that schools can fetch it before they send.
    """
    if not SigningKey.objects.filter(retired_at=None).exists():
        _make_key()
    return {"keys": [key.public_jwk for key in SigningKey.objects.all()]}


def retire_key(*, by: User | None, request: HttpRequest | None = None) -> None:
    """Sign no more with the present key and forget its private part; the next receipt is signed with a new one."""
    with transaction.atomic():
        SigningKey.objects.filter(retired_at=None).update(retired_at=timezone.now(), private_jwk="")
        record("receipt key retired", by=by, request=request)


def _make_key() -> SigningKey:
    now = timezone.now()
    private = new_key(now)
    try:
        with transaction.atomic():
            return SigningKey.objects.create(
                kid=private["kid"],
                private_jwk=json.dumps(private),
                public_jwk=public_keys([private])["keys"][0],
                created_at=now,
            )
    except IntegrityError:
        return SigningKey.objects.get(retired_at=None)
