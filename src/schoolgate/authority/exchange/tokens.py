"""How a school's program signs in: user and password for a token, the token for everything else."""

import hashlib
import secrets
from datetime import datetime, timedelta

from axes.signals import user_locked_out
from django.conf import settings
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.bases.accounts import ROLE
from schoolgate.authority.bases.agents import note_agent
from schoolgate.authority.bases.la import PASSWORD_DAYS
from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.licences import require_a_licence
from schoolgate.authority.exchange.models import Token
from schoolgate.authority.exchange.passwords import check_program
from schoolgate.authority.exchange.problems import ApiProblem
from schoolgate.commons.accounts.former_passwords import forget_former_password
from schoolgate.commons.accounts.models import User
from schoolgate.commons.journal import writing as journal

LIFETIME = timedelta(minutes=15)


def give_token(request: HttpRequest, username: str, password: str) -> tuple[User, str, datetime]:
    """Check user and password and give a token: the account, the token's text (told only here) and when it ends.

    Raises ApiProblem `wrong-credentials`, `password-expired`, `locked`, `no-licence` or `no-out-of-county-licence`.
    """
    account = check_program(request, username, password)
    expires = password_expires(account)
    if expires is not None and expires <= timezone.now():
        raise ApiProblem("password-expired")
    forget_former_password(account)
    require_a_licence(account)
    now = timezone.now()
    text, ends = secrets.token_urlsafe(32), now + LIFETIME
    with transaction.atomic():
        Token.objects.create(
            digest=_digest(text),
            user=account,
            password_mark=account.get_session_auth_hash(),
            address=request.META.get("REMOTE_ADDR") or None,
            expires_at=ends,
        )
        User.objects.filter(pk=account.pk).update(last_login=now)
    return account, text, ends


def account_of(request: HttpRequest) -> User:
    """The exchange account whose token came with the request; its program is noted as seen.

    Raises ApiProblem `token-expired`.
    """
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise ApiProblem("token-expired")
    token = (
        Token.objects.filter(digest=_digest(text.strip()), expires_at__gt=timezone.now())
        .select_related("user__agent")
        .first()
    )
    if token is None or not token.user.is_active or not _same_password(token):
        raise ApiProblem("token-expired")
    note_agent(token.user, request.headers.get("User-Agent", ""))
    return token.user


def password_expires(account: User) -> datetime | None:
    """When the account's password runs out by the authority's own rule; None: never."""
    days = PASSWORD_DAYS.get()
    return account.password_set_at + timedelta(days=days) if days and account.password_set_at else None


def sweep_tokens() -> None:
    """Remove the tokens that have run out."""
    Token.objects.filter(expires_at__lte=timezone.now()).delete()


@receiver(user_locked_out)
def end_what_a_lock_ends(request: HttpRequest, username: str = "", ip_address: str = "", **_: object) -> None:
    """A lock of an account for an address ends its tokens given to that address, and is told in the journal once.

    Tokens given elsewhere live on: else a stranger could cut a school off by typing wrong passwords.
    """
    account = User.objects.filter(username=User.normalize_username(username or ""), role=ROLE).first()
    if account is None:
        return
    Token.objects.filter(user=account, address=ip_address).delete()
    if getattr(request, "axes_failures_since_start", 0) == settings.AXES_FAILURE_LIMIT:
        base = Base.objects.filter(account=account).first()
        journal.write(
            "WARN",
            f"Account {account.username} is locked for one address: too many wrong passwords.",
            details=f"The address is {ip_address}. The lock ends by itself. Its base's page can set a new password.",
            la=base.la if base else "",
            school=base.number if base else "",
            link=reverse("base", args=[base.pk], urlconf=settings.ROOT_URLCONF) if base else "",
        )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _same_password(token: Token) -> bool:
    return secrets.compare_digest(token.password_mark, token.user.get_session_auth_hash())
