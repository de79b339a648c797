"""An account's own password, changed from here: at no moment is it lost, whatever dies in between (DESIGN 8).

The new one is kept as a `PasswordChange` before the LA is asked, and becomes the login's when the LA has taken it.
Where the answer got lost, whoever signs in next finds out: the old one works until the new one was used.
"""

from contextlib import suppress
from datetime import datetime
from pathlib import Path

import httpx
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.faults import fault_point
from schoolgate.commons.filelock import FileLock
from schoolgate.commons.journal.writing import Level, write
from schoolgate.school.exchange.models import Destination, PasswordChange, PersonnelSchool, School
from schoolgate.school.exchange.models.login import LOGIN_TROUBLES
from schoolgate.school.exchange.troubles import NO_TROUBLE
from schoolgate.school.exchange.whom_to_ask import naming_whom
from schoolgate.wire.exchange import Credentials, ExchangeClient
from schoolgate.wire.exchange_errors import (
    ExchangeError,
    NoCredentials,
    NoEntry,
    NotForYou,
    PasswordExpired,
    PasswordNotAllowed,
    WrongCredentials,
)


def change_password(
    login: Destination | School,
    new_password: str,
    http: httpx.Client,
    *,
    by: User | None,
    request: HttpRequest | None = None,
) -> None:
    """Have the LA take a new password for this account, and use it from now on.

    An unfinished change of before is finished first. Raises an ExchangeError: PasswordNotAllowed with the rules that
    the LA says it breaks, WrongCredentials; after both the old one stays. After any other it is not known whether the
    LA took it: both are kept, and `finish_changes` finds out.
    """
    if not login.has_credentials:
        raise NoCredentials
    # Who presses the button twice makes two changes, one after the other.
    with FileLock(Path(settings.SCHOOLGATE_HOME.folder) / "password.lock"):
        _change(login, new_password, http, by, request)


def _change(
    login: Destination | School, new_password: str, http: httpx.Client, by: User | None, request: HttpRequest | None
) -> None:
    unfinished = PasswordChange.objects.of(login).first()
    if unfinished is not None:
        finish(unfinished, http)
        login.refresh_from_db()
    with transaction.atomic():
        change = PasswordChange(password=new_password)
        if isinstance(login, School):
            change.school = login
        else:
            change.destination = login
        change.save()
        record("new password asked for", by=by, target=login.user, details=str(login), request=request)
    fault_point("password.kept")
    _ask(change, http)
    login.refresh_from_db()


def finish(change: PasswordChange, http: httpx.Client) -> None:
    """Find out whether the LA has the new password; if it has not, ask again, which is harmless.

    Raises an ExchangeError as `change_password` does.
    """
    client = _client(change, http, change.password)
    if _is_in_force(client):
        _adopt(change, client.password_expires)
    else:
        _ask(change, http)


def finish_changes(la: str, http: httpx.Client) -> bool:
    """Finish what is unfinished with this LA, as far as that is possible now; whether there was anything."""
    changes = list(PasswordChange.objects.at(la).select_related("destination", "school"))
    for change in changes:
        with suppress(ExchangeError):
            finish(change, http)
    return bool(changes)


def heed_what_was_entered(login: Destination | School) -> None:
    """Call in the transaction that saves a form: a user name or password that a person enters is the LA's latest word.

    Who enters the present password once more changes nothing; a form without one keeps what was changed meanwhile.
    """
    rows = type(login).objects.select_for_update().filter(pk=login.pk)
    present = rows.values_list("user", "password").first()
    if present is None:
        return
    if login.user and login.password == login.read_password:
        login.password = present[1]
    if present != (login.user, login.password):
        PasswordChange.objects.of(login).delete()


def password_address(login: Destination | School) -> str:
    """The page on which the password of this account is changed."""
    if isinstance(login, School):
        return reverse("change-school-password", args=[login.pk])
    return reverse("change-la-password", args=[login.la])


def _ask(change: PasswordChange, http: httpx.Client) -> None:
    try:
        changed = _client(change, http, change.login.password).change_password(change.password)
    except PasswordNotAllowed as error:
        _give_up(change, error)
        raise
    except WrongCredentials as error:
        # Another process may have finished this change, and used the new password, a moment ago.
        client = _client(change, http, change.password)
        if not _is_in_force(client):
            _give_up(change, error)
            raise
        _adopt(change, client.password_expires)
        return
    fault_point("password.taken")
    _adopt(change, changed.password_expires)
    fault_point("password.adopted")


def _is_in_force(client: ExchangeClient) -> bool:
    """Whether the LA knows this password: it says so also of one that has run out, or lacks a licence."""
    try:
        client.token()
    except WrongCredentials:
        return False
    except (PasswordExpired, NotForYou):
        return True
    return True


def _adopt(change: PasswordChange, expires: datetime | None) -> None:
    login = change.login
    with transaction.atomic():
        if not PasswordChange.objects.filter(pk=change.pk).delete()[0]:
            return
        for row in (login, *_entered_again(login)):
            cured = NO_TROUBLE if row.trouble in LOGIN_TROUBLES else {}
            row.note(password=change.password, password_expires_at=expires, **cured)
        record("account's password changed", by=None, target=login.user, details=str(login))
        _tell("INFO", change, f"The password of account {login.user} was changed at the LA, and is used from now on.")


def _entered_again(login: Destination | School) -> QuerySet[PersonnelSchool]:
    """The rows for staff files in which the same account stands: one account serves both kinds of file."""
    la = login.destination_la if isinstance(login, School) else login.la
    return PersonnelSchool.objects.filter(la=la, user=login.user)


def _give_up(change: PasswordChange, error: ExchangeError) -> None:
    """The LA does not take the new password, for certain: the old one stays."""
    login = change.login
    with transaction.atomic():
        if PasswordChange.objects.filter(pk=change.pk).delete()[0]:
            record("new password refused", by=None, target=login.user, details=f"{login}: {error.code}")
            message = f"The password of account {login.user} was not changed. {error.sentence}"
            _tell("WARN", change, message, details=f"{naming_whom(error.remedy, login.whom_to_ask)} ({error.code})")


def _client(change: PasswordChange, http: httpx.Client, password: str) -> ExchangeClient:
    login = change.login
    entry = login if isinstance(login, Destination) else Destination.objects.filter(la=login.destination_la).first()
    if entry is None:
        raise NoEntry(login.destination_la)
    return ExchangeClient(entry.address, Credentials(login.user, password), http, clock=timezone.now)


def _tell(level: Level, change: PasswordChange, message: str, *, details: str = "") -> None:
    school = change.school
    write(
        level,
        message,
        la=school.la if school else "",
        school=school.number if school else "",
        destination_la=school.destination_la if school else change.login.la,
        details=details,
    )
