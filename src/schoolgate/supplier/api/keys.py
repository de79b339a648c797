"""Keys of the REST API: making, withdrawing, and knowing the one that a request came with."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta

from axes.signals import user_locked_out
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.accounts.access import Locked, WrongCredentials, check_secret
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.journal import writing as journal
from schoolgate.supplier.api.problems import ApiProblem
from schoolgate.supplier.models import SCOPES, ApiKey, Supplier

# What begins so is a key of ours: programs that look for secrets in published code know it by this.
PREFIX = "sgkey_"
SHOWN = 12
LONGEST_NAME = 100
# Under this name wrong keys are counted, for each address. No user can be called so: it has a blank.
CALLER = "API key"
USE_NOTED_EVERY = timedelta(minutes=1)


def make_key(
    supplier: Supplier, name: str, scopes: Collection[str], *, by: User | None, request: HttpRequest | None = None
) -> tuple[ApiKey, str]:
    """Make a key with these rights (names of `SCOPES`): its row, and its text, which is told only here.

    Raises ValidationError without a name, without a right, or for an unknown one.
    """
    name, unknown = name.strip(), set(scopes) - set(SCOPES)
    if not 0 < len(name) <= LONGEST_NAME:
        raise ValidationError("Say in 1 to 100 characters what uses the key.", "name")
    if unknown or not scopes:
        raise ValidationError("Choose at least one right, of those that there are.", "scopes")
    text = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        key = ApiKey.objects.create(
            supplier=supplier,
            name=name,
            start=text[:SHOWN],
            digest=_digest(text),
            scopes=[scope for scope in SCOPES if scope in scopes],
            made_by=by,
        )
        record("API key made", by=by, target=audited(key), details=", ".join(key.scopes), request=request)
    return key, text


def withdraw_key(key: ApiKey, *, by: User | None, request: HttpRequest | None = None) -> bool:
    """Let a key open nothing from now on. False: it was withdrawn before."""
    with transaction.atomic():
        done = ApiKey.objects.filter(pk=key.pk, withdrawn_at=None).update(withdrawn_at=timezone.now())
        if done:
            record("API key withdrawn", by=by, target=audited(key), request=request)
    return bool(done)


def key_of(request: HttpRequest, scope: str) -> ApiKey:
    """The key that the request came with, which has this right. That it is used is noted once a minute.

    Wrong keys are counted for each address; a right one is let in all the same, so nobody can lock a shop out.
    Raises ApiProblem `key-missing`, `key-wrong`, `locked` or `no-right`.
    """
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise ApiProblem("key-missing")
    key: ApiKey | None = (
        ApiKey.objects.filter(digest=_digest(text.strip()), withdrawn_at=None)
        .select_related("supplier", "made_by")
        .first()
    )
    if key is None:
        raise _wrong_key(request)
    if scope not in key.scopes:
        raise ApiProblem("no-right", scope=scope)
    _note_use(key)
    return key


def _wrong_key(request: HttpRequest) -> ApiProblem:
    """Count it. No backend knows anybody by nothing, so this is always a wrong one."""
    try:
        check_secret(request, CALLER)
    except WrongCredentials:
        return ApiProblem("key-wrong")
    except Locked as locked:
        return ApiProblem.locked(locked.until)
    raise AssertionError("Somebody is known without any secret.")


def _note_use(key: ApiKey) -> None:
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at > USE_NOTED_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)


@receiver(user_locked_out, dispatch_uid="supplier.api-keys")
def tell_of_a_lock(request: HttpRequest, username: str = "", ip_address: str = "", **_: object) -> None:
    """Too many wrong keys from one address stand in the journal, once for each lock."""
    if username == CALLER and getattr(request, "axes_failures_since_start", 0) == settings.AXES_FAILURE_LIMIT:
        journal.write(
            "WARN",
            "Somebody called the API with one wrong key after another.",
            details=f"The address is {ip_address}. Was it your shop, its key was withdrawn or typed wrong: make it "
            "a new one. Right keys go on working, also from there.",
            link=reverse("keys", urlconf=settings.ROOT_URLCONF),
        )


def audited(key: ApiKey) -> str:
    """A key as the audit names it."""
    return f"{key.name} ({key.start}…) of {key.supplier.name}"


def called(key: ApiKey) -> str:
    """Who it was that a key let in: in the audit, and at a document that people look at."""
    return f"API key {key.name}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
