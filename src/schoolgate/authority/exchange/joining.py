"""A school's program joins: a connection code for the account's user name and a first password (DESIGN 8)."""

import hashlib
import re
from dataclasses import dataclass

from axes.signals import user_locked_out
from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.bases.codes import digest_of, find_code
from schoolgate.authority.bases.models import Base, ConnectionCode
from schoolgate.authority.exchange.problems import ApiProblem
from schoolgate.commons.accounts.access import Locked, WrongCredentials, check_secret
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.passwords import give_made_up_password
from schoolgate.commons.audit.recording import record
from schoolgate.commons.journal import writing as journal

# Under this name wrong codes are counted, for each address. No user can be called so: it has a blank.
CALLER = "connection code"
_REQUEST = re.compile(r"[A-Za-z0-9_-]{16,64}")


class ConnectionCodeBackend(BaseBackend):
    """Knows an exchange account by a code it was given, also by one that is spent: guesses are what is counted."""

    def authenticate(self, request: HttpRequest | None, secret_code: str = "", **_: object) -> User | None:
        code = find_code(secret_code) if secret_code else None
        return code.account if code is not None and code.account.is_active else None

    def get_user(self, user_id: int) -> None:
        """Nobody's session comes from here: programs have none."""


@dataclass(frozen=True)
class Joined:
    """What a school's program gets for its code. The password is told only here."""

    account: User
    password: str


def join(request: HttpRequest, code: str, caller: str = "") -> Joined:
    """Spend a connection code: its account gets a new password.

    `caller` is what the program chose at random for this join and kept: with it a repetition after a lost answer is
    harmless, until the account signed in with the password. Raises ApiProblem `malformed-request`, `code-wrong`,
    `code-used`, `code-expired` or `locked`.
    """
    if caller and not _REQUEST.fullmatch(caller):
        raise ApiProblem("malformed-request")
    try:
        known = check_secret(request, CALLER, secret_code=code)
    except WrongCredentials:
        raise ApiProblem("code-wrong") from None
    except Locked as locked:
        raise ApiProblem.locked(locked.until) from None
    with transaction.atomic():
        account = User.objects.select_for_update().get(pk=known.pk)
        row = ConnectionCode.objects.select_for_update().get(digest=digest_of(code))
        refusal = _refusal(row, account, caller)
        if refusal:
            _note_refusal(row, account, refusal, request)
        else:
            password = _let_in(row, account, caller, request)
    if refusal:
        raise ApiProblem(refusal)
    return Joined(account, password)


def _refusal(row: ConnectionCode, account: User, caller: str) -> str:
    if row.used_at is not None:
        return "" if _asks_again(row, account, caller) else "code-used"
    return "" if row.state == "waiting" else "code-expired"


def _asks_again(row: ConnectionCode, account: User, caller: str) -> bool:
    """Whether this is the same join once more, whose answer got lost: nobody has used the password it gave."""
    return bool(
        caller
        and row.request_digest == _digest(caller)
        and row.expires_at > timezone.now()
        and row.password_mark == account.get_session_auth_hash()
        and (account.last_login is None or (row.used_at is not None and account.last_login < row.used_at))
    )


def _let_in(row: ConnectionCode, account: User, caller: str, request: HttpRequest) -> str:
    again = row.used_at is not None
    password = give_made_up_password(account, by=account, request=request)
    row.used_at, row.code = timezone.now(), None
    row.request_digest = _digest(caller) if caller else ""
    row.password_mark = account.get_session_auth_hash()
    row.save(update_fields=["used_at", "code", "request_digest", "password_mark"])
    details = "once more, after a lost answer" if again else ""
    record("joined", by=account, target=account.username, details=details, request=request)
    if not again:
        _tell("INFO", account, f"Account {account.username} joined with its connection code.")
    return password


def _note_refusal(row: ConnectionCode, account: User, refusal: str, request: HttpRequest) -> None:
    """Who has an old code has its letter. The journal tells once for each code, the audit each time."""
    record("join refused", by=None, who="a stranger", target=account.username, details=refusal, request=request)
    if row.refused_at is None:
        row.refused_at = timezone.now()
        row.save(update_fields=["refused_at"])
        why = "used before" if refusal == "code-used" else "run out"
        _tell(
            "WARN",
            account,
            f"Somebody tried the connection code of account {account.username}, which is {why}.",
            "If that was the school, make it a new code on its base's page. If not, give the account a new password.",
        )


@receiver(user_locked_out)
def tell_of_a_lock(request: HttpRequest, username: str = "", ip_address: str = "", **_: object) -> None:
    """Too many wrong codes from one address stand in the journal, once for each lock."""
    if username == CALLER and getattr(request, "axes_failures_since_start", 0) == settings.AXES_FAILURE_LIMIT:
        journal.write(
            "WARN",
            "Joining is locked for one address: too many wrong connection codes.",
            details=f"The address is {ip_address}. The lock ends by itself, 15 minutes after the last try.",
        )


def _tell(level: journal.Level, account: User, message: str, details: str = "") -> None:
    base = Base.objects.filter(account=account).first()
    journal.write(
        level,
        message,
        details=details,
        la=base.la if base else "",
        school=base.number if base else "",
        link=reverse("base", args=[base.pk], urlconf=settings.ROOT_URLCONF) if base else "",
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
