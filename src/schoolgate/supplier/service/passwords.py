"""ChangePassword: the service chooses the new password, as often as it is asked (reference 2.2)."""

from datetime import datetime
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.utils import timezone

from schoolgate.commons.accounts.former_passwords import keep_former_password
from schoolgate.commons.accounts.models import FormerPassword, User
from schoolgate.commons.accounts.passwords import give_made_up_password
from schoolgate.commons.prepared import Prepared, row_of
from schoolgate.supplier.service.signing_in import Caller
from schoolgate.wire.soap.faults import AuthenticationException


def change_password(caller: Caller, environ: dict[str, Any]) -> str:
    """Give the caller a new password and return it. The one that it proved works until the new one has been used.

    Called in a transaction. Of two calls at once with one password both are answered, and the later one's answer
    counts. Raises AuthenticationException when what was proven is dead by now.
    """
    account = _present(caller.buyer.account_id)
    until = _good_until(caller.proven, account)
    password = give_made_up_password(account, by=account, request=WSGIRequest(environ))
    keep_former_password(account, caller.proven, until=until)
    return password


def _present(account: int) -> User:
    """The account as it is now. Raises AuthenticationException where it is gone."""
    for row in _ACCOUNT.rows(account):
        return row_of(User, _COLUMNS, row)
    raise AuthenticationException


_COLUMNS = ("id", "username", "password")
_ACCOUNT = Prepared(lambda pk: User.objects.select_for_update().filter(pk=pk).order_by().values_list(*_COLUMNS), -1)


def _good_until(proven: str, account: User) -> datetime | None:
    """Until when the proven password works, None where it is the present one."""
    if proven == account.password:
        return None
    former = FormerPassword.objects.filter(user=account, hashed=proven, until__gt=timezone.now()).first()
    if former is None or former.next_password_mark != account.get_session_auth_hash():
        raise AuthenticationException
    return former.until
