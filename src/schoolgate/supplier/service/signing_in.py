"""Who calls: the buyer's account, by the user name and password that come with every call (reference 2.1).

To check a password slowly each time would be all that the service does. So it is remembered for a minute that a
password was right, by a keyed digest with the stored hash in it: a change forgets it, and the password is nowhere. It
is remembered for one address: elsewhere somebody may be guessing, and is to be locked out.
"""

import hashlib
import secrets
import time
from typing import Any, NamedTuple

from django.contrib.auth.hashers import check_password
from django.core.handlers.wsgi import WSGIRequest
from django.utils import timezone

from schoolgate.commons.accounts.access import (
    Locked,
    SwitchedOff,
    WrongCredentials,
    check_credentials,
    has_wrong_ones,
)
from schoolgate.commons.accounts.former_passwords import came_by_former, forget_former_password, has_former_password
from schoolgate.commons.accounts.hashing import is_made_up
from schoolgate.commons.accounts.models import FormerPassword, User
from schoolgate.supplier.models import Buyer
from schoolgate.supplier.service.accounts import find_buyer
from schoolgate.wire.soap.faults import AuthenticationException

ROLE = "buyer account"
REMEMBERED_SECONDS = 60.0
MOST_REMEMBERED = 20_000

_key = secrets.token_bytes(32)
_until: dict[bytes, float] = {}


class Caller(NamedTuple):
    """A buyer that proved a password: the one that hashes to `proven`, its present or its former one.

    `outdates`: this call is the first one by the present password, so that the former one dies of it.
    """

    buyer: Buyer
    proven: str
    outdates: bool = False


def recognise(environ: dict[str, Any], username: str, password: str) -> Caller | None:
    """The buyer, if this very password was right a moment ago, or is right and quick to look at. See `sign_in`."""
    name = User.normalize_username(username)
    buyer = find_buyer(name)
    if buyer is None or not _may_call(buyer.account):
        return None
    hashed = buyer.account.password
    if _is_remembered(name, password, _address(environ), hashed):
        return Caller(buyer, hashed)
    if is_made_up(hashed) and _is_right(environ, buyer.account, name, password):
        outdates = has_former_password(buyer.account)
        # Before the former one is dead, nothing is sure.
        if not outdates:
            _remember(name, password, _address(environ), hashed)
        return Caller(buyer, hashed, outdates)
    return None


def sign_in(environ: dict[str, Any], username: str, password: str) -> Caller:
    """The buyer with this user name and password. Raises AuthenticationException; its sentence tells no secret.

    It may take as long as a slow look at a password does.
    """
    known = recognise(environ, username, password)
    if known is not None:
        if known.outdates:
            forget_former_password(known.buyer.account)
        return known
    name = User.normalize_username(username)
    buyer = find_buyer(name)
    account = _prove(environ, buyer, name, password)
    if buyer is None or buyer.account_id != account.pk or not _may_call(account):
        raise AuthenticationException
    if came_by_former(account):
        # Never remembered: it is dead at the moment in which the new one is used, by whatever door.
        return Caller(buyer, _former(account))
    forget_former_password(account)
    _remember(name, password, _address(environ), account.password)
    return Caller(buyer, account.password)


def _address(environ: dict[str, Any]) -> str:
    address: str = environ.get("REMOTE_ADDR", "")
    return address


def _former(account: User) -> str:
    former = FormerPassword.objects.filter(user=account).first()
    if former is None:
        raise AuthenticationException
    return former.hashed


def _may_call(account: User) -> bool:
    return account.is_active and account.role == ROLE


def _prove(environ: dict[str, Any], buyer: Buyer | None, name: str, password: str) -> User:
    """The account, once it is proven. A right password that no wrong ones came before writes nothing."""
    if buyer is not None and _may_call(buyer.account) and not is_made_up(buyer.account.password):
        account: User = buyer.account
        if _is_right(environ, account, name, password):
            return account
    return _check(WSGIRequest(environ), name, password)


def _is_right(environ: dict[str, Any], account: User, name: str, password: str) -> bool:
    """Whether it is the present password, and no wrong ones came before."""
    is_right = check_password(password.encode("utf-8", "replace").decode("utf-8"), account.password)
    # Asked afterwards: of many guesses at once, one may be right.
    return is_right and not has_wrong_ones(_address(environ), name)


def _check(request: WSGIRequest, name: str, password: str) -> User:
    try:
        return check_credentials(request, name, password)
    except SwitchedOff:
        raise AuthenticationException("The account is switched off. Ask the supplier.") from None
    except WrongCredentials:
        raise AuthenticationException from None
    except Locked as locked:
        until = timezone.localtime(locked.until)
        raise AuthenticationException(
            f"There were too many wrong passwords for this user name from this address. Try again at {until:%H:%M}."
        ) from None


def _is_remembered(*said: str) -> bool:
    return _until.get(_digest(*said), 0.0) > time.monotonic()


def _remember(*said: str) -> None:
    now = time.monotonic()
    if len(_until) >= MOST_REMEMBERED:
        for digest, until in list(_until.items()):
            if until <= now:
                _until.pop(digest, None)
    if len(_until) < MOST_REMEMBERED:
        _until[_digest(*said)] = now + REMEMBERED_SECONDS


def _digest(*said: str) -> bytes:
    # No parser lets a NUL into a text, so the parts cannot run into each other.
    text = "\0".join(said).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=16, key=_key).digest()
