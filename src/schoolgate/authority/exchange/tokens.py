"""How a school's program signs in: user and password for a token, the token for everything else."""

import hashlib
import secrets
from datetime import datetime, timedelta

from axes.signals import user_locked_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.authority.bases.la import PASSWORD_DAYS
from schoolgate.authority.exchange.models import Token
from schoolgate.authority.exchange.passwords import check_program, forget_former_password
from schoolgate.authority.exchange.problems import ApiProblem
from schoolgate.commons.accounts.models import User

LIFETIME = timedelta(minutes=15)


def give_token(request: HttpRequest, username: str, password: str) -> tuple[User, str, datetime]:
    """Check user and password and give a token: the account, the token's text (told only here) and when it ends.

    Raises ApiProblem `wrong-credentials`, `password-expired` or `locked`.
    """
    account = check_program(request, username, password)
    expires = password_expires(account)
    if expires is not None and expires <= timezone.now():
        raise ApiProblem("password-expired")
    forget_former_password(account)
    text = secrets.token_urlsafe(32)
    ends = timezone.now() + LIFETIME
    Token.objects.create(
        digest=_digest(text), user=account, password_mark=account.get_session_auth_hash(), expires_at=ends
    )
    return account, text, ends


def account_of(request: HttpRequest) -> User:
    """The exchange account whose token came with the request. Raises ApiProblem `token-expired`."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise ApiProblem("token-expired")
    token = (
        Token.objects.filter(digest=_digest(text.strip()), expires_at__gt=timezone.now()).select_related("user").first()
    )
    if token is None or not token.user.is_active or not _same_password(token):
        raise ApiProblem("token-expired")
    return token.user


def password_expires(account: User) -> datetime | None:
    """When the account's password runs out by the authority's own rule; None: never."""
    days = PASSWORD_DAYS.get()
    return account.password_set_at + timedelta(days=days) if days and account.password_set_at else None


def sweep_tokens() -> None:
    """Remove the tokens that have run out."""
    Token.objects.filter(expires_at__lte=timezone.now()).delete()


@receiver(user_locked_out)
def drop_tokens_of_locked_account(username: str = "", **_: object) -> None:
    """A lock-out ends what was opened before it; who knows the password signs in again from another address."""
    Token.objects.filter(user__username__iexact=username or "").delete()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _same_password(token: Token) -> bool:
    return secrets.compare_digest(token.password_mark, token.user.get_session_auth_hash())
