"""Changing an exchange account's password from the school's program, without ever locking the program out."""

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from schoolgate.authority.exchange.problems import ApiProblem
from schoolgate.commons.accounts.access import Locked, WrongCredentials, check_credentials
from schoolgate.commons.accounts.former_passwords import keep_former_password
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.passwords import change_password


def check_program(request: HttpRequest, username: str, password: str) -> User:
    """The exchange account with this user name and password. People's accounts are as unknown here as no account.

    Raises ApiProblem `wrong-credentials` or `locked`.
    """
    try:
        account = check_credentials(request, username, password)
    except WrongCredentials:
        raise ApiProblem("wrong-credentials") from None
    except Locked as locked:
        raise ApiProblem.locked(locked.until) from None
    if not account.is_machine:
        raise ApiProblem("wrong-credentials")
    return account


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
            keep_former_password(account, make_password(password))
    except ValidationError as error:
        raise ApiProblem("password-not-allowed", rules=error.messages) from None
    return account


def _require_unchanged(account: User) -> None:
    """Of two programs that change one account's password at once, the later one proved one that is gone."""
    if User.objects.select_for_update().get(pk=account.pk).password != account.password:
        raise ApiProblem("wrong-credentials")
