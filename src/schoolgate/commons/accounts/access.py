"""Who may come in, and where to: every view says it, every door checks the password here."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Max, QuerySet, Sum
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.prepared import Prepared

P = ParamSpec("P")

ANYONE = "anyone"
SIGNED_IN = "signed in"


class PersonRequest(HttpRequest):
    """A request that a signed-in person makes."""

    user: User


View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
PersonView = Callable[Concatenate[PersonRequest, P], HttpResponseBase]


def who(*roles: str, right: str = "") -> Callable[[PersonView[P]], View[P]]:
    """Only people with one of these roles may open the view: others get 403, strangers the sign-in page.

    With `right`, only those of them who were given it (`rights`).
    """

    def decorate(view: PersonView[P]) -> View[P]:
        return _guard(view, frozenset(roles), right)

    return decorate


def signed_in(view: PersonView[P]) -> View[P]:
    """Everybody who is signed in may open the view."""
    return _guard(view, SIGNED_IN)


def anyone(view: View[P]) -> View[P]:
    """The view is open to the world."""
    view.who = ANYONE  # type: ignore[attr-defined]
    return view


def may_open(user: object, view: object) -> bool:
    """Whether this user may open this view; a view that does not say who may is closed to all."""
    allowed: str | frozenset[str] = getattr(view, "who", frozenset())
    if allowed == ANYONE:
        return True
    if not isinstance(user, User) or user.is_machine:
        return False
    further: Callable[[User], bool] = getattr(view, "may", lambda _: True)
    right: str = getattr(view, "right", "")
    return further(user) and (allowed == SIGNED_IN or user.role in allowed) and (not right or user.has_right(right))


def first_page_of(user: object) -> str:
    """The route of the first page of people whose role has one of its own on this site; "" for all others."""
    pages: Mapping[str, str] = getattr(settings, "SCHOOLGATE_FIRST_PAGES", {})
    return pages.get(getattr(user, "role", ""), "")


def _guard(view: PersonView[P], allowed: str | frozenset[str], right: str = "") -> View[P]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
        if not may_open(request.user, guarded):
            if request.path == "/" and (own := first_page_of(request.user)):
                return redirect(own)
            raise PermissionDenied
        return view(cast("PersonRequest", request), *args, **kwargs)

    guarded.who = allowed  # type: ignore[attr-defined]
    guarded.right = right  # type: ignore[attr-defined]
    return cast("View[P]", guarded)


class WrongCredentials(Exception):
    """No such user, or another password. `tries_left`: wrong passwords until the lock."""

    def __init__(self, tries_left: int) -> None:
        super().__init__("Wrong user name or password.")
        self.tries_left = tries_left


class SwitchedOff(WrongCredentials):
    """The password is right and the account is switched off."""


class Locked(Exception):
    """Too many wrong passwords for this user from this address. `until`: when the next try is possible."""

    def __init__(self, until: datetime) -> None:
        super().__init__("Locked after too many wrong passwords.")
        self.until = until


def check_credentials(request: HttpRequest, username: str, password: str) -> User:
    """The active user with this name and password. Every door calls this, so all count wrong passwords together.

    Ten wrong ones for a user from an address lock both out until 15 minutes after the last (DESIGN 9); a right one
    clears the count, and so do 15 minutes without a wrong one. Raises WrongCredentials, SwitchedOff or Locked.
    """
    name = User.normalize_username(username)
    text = password.encode("utf-8", "replace").decode("utf-8")
    user = authenticate(request, username=name, password=text)
    tries_left = _tries_left(request, name)
    if isinstance(user, User):
        _wrong_ones(_address(request), name).delete()
        return user
    known = User.objects.filter(username=name, is_active=False).first()
    if known is not None and known.check_password(text):
        raise SwitchedOff(tries_left)
    raise WrongCredentials(tries_left)


def check_secret(request: HttpRequest, name: str, **secret: str) -> User:
    """The user who is known by this one secret to a backend of its own, as `check_credentials` without a user name.

    Wrong ones are counted under `name`, which is no user's, for the address; a right one does not clear the count,
    or who has one could guess others for ever. Raises WrongCredentials or Locked.
    """
    user = authenticate(request, username=name, **secret)
    tries_left = _tries_left(request, name)
    if not isinstance(user, User):
        raise WrongCredentials(tries_left)
    return user


def _tries_left(request: HttpRequest, name: str) -> int:
    """How many wrong ones there may be until the lock. Raises Locked during it.

    Asked after each try, also a right one: of many guesses sent at once, all are let through to be tried.
    """
    recent = _wrong_ones(_address(request), name).filter(attempt_time__gt=timezone.now() - _lock_time())
    seen = recent.aggregate(last=Max("attempt_time"), wrong=Sum("failures_since_start"))
    left = settings.AXES_FAILURE_LIMIT - (seen["wrong"] or 0)
    if left <= 0:
        raise Locked(seen["last"] + _lock_time())
    return int(left)


def has_wrong_ones(address: str, username: str) -> bool:
    """Whether any wrong password for this user from this address is on record; True where no address is known.

    Where there is none `check_credentials` has nothing to clear, and a right password is all that it asks for.
    """
    name = User.normalize_username(username)
    # Mostly nobody anywhere guesses at a name.
    return not address or (bool(_ANYWHERE.rows(name)) and _wrong_ones(address, name).exists())


_ANYWHERE = Prepared(
    lambda name: AccessAttempt.objects.filter(username=name).order_by().values_list("pk")[:1], "a user name"
)


def _wrong_ones(address: str | None, name: str) -> "QuerySet[AccessAttempt]":
    found: QuerySet[AccessAttempt] = AccessAttempt.objects.filter(username=name, ip_address=address)
    return found


def _address(request: HttpRequest) -> str | None:
    address: str | None = request.META.get("REMOTE_ADDR")
    return address


def _lock_time() -> timedelta:
    return cast("timedelta", get_cool_off())


def keep_answer(request: HttpRequest, answer: HttpResponseBase, credentials: object) -> HttpResponseBase:
    """AXES_LOCKOUT_CALLABLE: the doors tell of a lock in their own words, so their answer stays."""
    return answer
