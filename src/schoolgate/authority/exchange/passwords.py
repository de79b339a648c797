"""Changing an exchange account's password from the school's program, without ever locking the program out."""

from datetime import datetime, timedelta

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.authority.exchange.models import FormerPassword
from schoolgate.authority.exchange.problems import ApiProblem
from schoolgate.commons.accounts.access import Locked, WrongCredentials, check_credentials
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.passwords import change_password

FORMER_GOOD_FOR = timedelta(hours=24)


class FormerPasswordBackend(BaseBackend):
    """Lets an exchange account in with the password it had before its program changed it (DESIGN 8).

    It stands behind Django's own backend, so a wrong password is still counted once and by all doors alike.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: object
    ) -> User | None:
        former = (
            FormerPassword.objects.filter(user__username__iexact=username or "", until__gt=timezone.now())
            .select_related("user")
            .first()
        )
        if former is None or not former.user.is_active:
            return None
        if former.next_password_mark != former.user.get_session_auth_hash():
            return None
        return former.user if check_password(password or "", former.hashed) else None

    def get_user(self, user_id: int) -> None:
        """Nobody's session comes from here: programs have none."""


def check_program(request: HttpRequest, username: str, password: str) -> User:
    """The exchange account with this user name and password. People's accounts are as unknown here as no account.

    Raises ApiProblem `wrong-credentials` or `locked`.
    """
    try:
        account = check_credentials(request, username, password)
    except WrongCredentials:
        raise ApiProblem("wrong-credentials") from None
    except Locked as locked:
        raise locked_problem(locked) from None
    if not account.is_machine:
        raise ApiProblem("wrong-credentials")
    return account


def locked_problem(locked: Locked) -> ApiProblem:
    """The refusal `locked`, with the seconds until the next try is possible."""
    seconds = max(1, int((locked.until - timezone.now()).total_seconds()) + 1)
    return ApiProblem("locked", headers={"Retry-After": str(seconds)})


def change_own_password(request: HttpRequest, username: str, password: str, new_password: str) -> User:
    """Change the password of the account that proves its present one, which works on until the new one was used.

    Saying it again after a lost answer is harmless. Raises ApiProblem `wrong-credentials`, `locked` or
    `password-not-allowed`.
    """
    account = check_program(request, username, password)
    if new_password != password and account.check_password(new_password):
        return account
    try:
        with transaction.atomic():
            _require_unchanged(account)
            change_password(account, new_password, by=account, old=password, request=request)
            # Who comes in by the former password and changes once more has no longer to do so.
            known = former_password_until(account) if _came_by_former(account) else None
            FormerPassword.objects.update_or_create(
                user=account,
                defaults={
                    "hashed": make_password(password),
                    "next_password_mark": account.get_session_auth_hash(),
                    "until": known or timezone.now() + FORMER_GOOD_FOR,
                },
            )
    except ValidationError as error:
        raise ApiProblem("password-not-allowed", rules=error.messages) from None
    return account


def _require_unchanged(account: User) -> None:
    """Of two programs that change one account's password at once, the later one proved one that is gone."""
    if User.objects.select_for_update().get(pk=account.pk).password != account.password:
        raise ApiProblem("wrong-credentials")


def forget_former_password(account: User) -> None:
    """The program has used its present password: the one before it is dead. `account` comes from `check_program`."""
    if not _came_by_former(account):
        FormerPassword.objects.filter(user=account).delete()


def _came_by_former(account: User) -> bool:
    return getattr(account, "backend", "") == f"{FormerPasswordBackend.__module__}.{FormerPasswordBackend.__qualname__}"


def former_password_until(account: User) -> datetime | None:
    """Until when the password before the present one still works; None: it does not."""
    former = FormerPassword.objects.filter(user=account, until__gt=timezone.now()).first()
    return former.until if former else None
