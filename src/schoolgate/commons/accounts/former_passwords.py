"""A program changes its own password without ever locking itself out: the former one works on until the new one was
used once, for 24 hours at most (DESIGN 8)."""

from datetime import UTC, datetime, timedelta

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import check_password
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import FormerPassword, User
from schoolgate.commons.prepared import Prepared, PreparedDelete, PreparedUpdate, insert, new_row
from schoolgate.commons.turns import together

FORMER_GOOD_FOR = timedelta(hours=24)


class FormerPasswordBackend(BaseBackend):
    """Lets a program in with the password it had before it changed it.

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


def keep_former_password(account: User, hashed: str, *, until: datetime | None = None) -> None:
    """Let the password that hashes to `hashed`, which `account` has just been changed from, work on.

    Called in the transaction of the change. Who came in by a former password and changes once more has no longer to
    do so than before: `until` says it where `account` does not come from `authenticate`.
    """
    known = until or (former_password_until(account) if came_by_former(account) else None)
    mark, until = account.get_session_auth_hash(), known or timezone.now() + FORMER_GOOD_FOR
    if not _KEPT.run(account.pk, hashed, mark, until):
        insert(new_row(FormerPassword, user_id=account.pk, hashed=hashed, next_password_mark=mark, until=until))


_KEPT = PreparedUpdate(
    lambda user, hashed, mark, until: (
        FormerPassword.objects.filter(user=user),
        {"hashed": hashed, "next_password_mark": mark, "until": until},
    ),
    -1,
    "a hash",
    "a mark",
    datetime(1999, 1, 1, tzinfo=UTC),
)


def forget_former_password(account: User) -> None:
    """The program has used its present password: the one before it is dead. `account` comes from `authenticate`."""
    # Most have none, and to ask takes no turn of those who write.
    if not came_by_former(account) and has_former_password(account):
        together(lambda: _forget(account))


def _forget(account: User) -> None:
    """Unless the password was changed meanwhile: then what was used is the former one, and its new one may be lost."""
    if _USED.rows(account.pk, account.password):
        _FORGOTTEN.run(account.pk)


_USED = Prepared(
    lambda pk, hashed: (
        User.objects.select_for_update(no_key=True).filter(pk=pk, password=hashed).order_by().values_list("pk")
    ),
    -1,
    "a hash",
)
_FORGOTTEN = PreparedDelete(lambda user: FormerPassword.objects.filter(user=user), -1)


def has_former_password(account: User) -> bool:
    """Whether a password before the present one is still kept."""
    return bool(_HAS.rows(account.pk))


_HAS = Prepared(lambda user: FormerPassword.objects.filter(user=user).order_by().values_list("pk"), -1)


def came_by_former(account: User) -> bool:
    """Whether this account, as `authenticate` returned it, came in by its former password."""
    return getattr(account, "backend", "") == f"{FormerPasswordBackend.__module__}.{FormerPasswordBackend.__qualname__}"


def former_password_until(account: User) -> datetime | None:
    """Until when the password before the present one still works; None: it does not."""
    former = FormerPassword.objects.filter(user=account, until__gt=timezone.now()).first()
    return former.until if former else None
