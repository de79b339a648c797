"""Which passwords are taken, and changing one. The same rules hold at every door: screens, API, command line."""

import re
import secrets
import string
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator, validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.hashing import MADE_UP
from schoolgate.commons.accounts.models import MACHINE_ROLES, PastPassword, User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.prepared import Prepared, PreparedDelete, PreparedUpdate, insert, new_row

SHORTEST, LONGEST = 10, 128
REMEMBERED = 10
_READABLE = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1lI")))

RULES_FOR_PROGRAMS = (
    f"{SHORTEST} to {LONGEST} characters",
    "a capital letter, a small letter, a digit and a special character",
    "not the user name",
    f"none of the last {REMEMBERED} passwords",
    "not the old password with its number counted up",
)
RULES_FOR_PEOPLE = (
    f"{SHORTEST} to {LONGEST} characters",
    "not the user name",
    "not one of the passwords that everybody tries first",
)


def rules_for(role: str) -> tuple[str, ...]:
    """The rules in words, one a line, for the page where somebody with this role chooses a password."""
    return RULES_FOR_PROGRAMS if role in MACHINE_ROLES else RULES_FOR_PEOPLE


class PasswordRules:
    """The one validator of AUTH_PASSWORD_VALIDATORS.

    Exchange accounts follow the LA's old rules (reference student-personnel 1.5); people's are shorter and their
    passwords do not expire (DESIGN 9).
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError with one message, of its own code, for each rule that is broken."""
        errors = list(_broken_by_anyone(password, user))
        if user is not None and user.is_machine:
            errors += _broken_by_program(password)
            # Comparing with stored hashes is slow, so it waits until the rest is right.
            errors = errors or list(_broken_by_history(password, user))
        elif not errors:
            errors += _too_common(password)
        if errors:
            raise ValidationError(errors)

    def get_help_text(self) -> str:
        return f"At least {SHORTEST} characters."


def _broken_by_anyone(password: str, user: Any) -> Iterator[ValidationError]:
    if len(password) < SHORTEST:
        yield ValidationError(f"The password needs at least {SHORTEST} characters.", "password-too-short")
    if len(password) > LONGEST:
        yield ValidationError(f"The password may have at most {LONGEST} characters.", "password-too-long")
    if user is not None and User.normalize_username(password) == User.normalize_username(user.username):
        yield ValidationError("The password may not be the user name.", "password-is-user-name")


def _broken_by_program(password: str) -> Iterator[ValidationError]:
    if not any(letter.isupper() for letter in password):
        yield ValidationError("The password needs a capital letter.", "password-no-capital")
    if not any(letter.islower() for letter in password):
        yield ValidationError("The password needs a small letter.", "password-no-small-letter")
    if not any(letter.isdecimal() for letter in password):
        yield ValidationError("The password needs a digit.", "password-no-digit")
    if all(letter.isalnum() for letter in password):
        yield ValidationError("The password needs a special character, for example - or !", "password-no-special")


def _broken_by_history(password: str, user: Any) -> Iterator[ValidationError]:
    if user.pk is None:
        return
    past = list(user.past_passwords.values_list("hashed", flat=True)[:REMEMBERED])
    if any(check_password(password, hashed) for hashed in past):
        yield ValidationError(f"The password may not be one of the last {REMEMBERED}.", "password-used-before")
    elif any(check_password(guess, hashed) for guess, hashed in _guesses(password, past)):
        yield _counted_up()


def _guesses(password: str, past: list[str]) -> Iterator[tuple[str, str]]:
    """What this password may have been counted up from, each with the stored hash (the newest first) to try it on.

    Every guess costs a hash (34 ms alone on one core), so they are bounded: for the present password all `neighbours`
    (at most 16), for each of the nine before it the last number one less (mostly one guess, at most 2).
    """
    for place, hashed in enumerate(past):
        for guess in neighbours(password) if place == 0 else neighbours(password, numbers=1, steps=(-1,)):
            yield guess, hashed


@cache
def _common() -> CommonPasswordValidator:
    """With its list of 20,000, which takes 8 ms to read."""
    return CommonPasswordValidator()


def _too_common(password: str) -> list[ValidationError]:
    try:
        _common().validate(password)
    except ValidationError:
        return [ValidationError("Too many people use this password. Choose another.", "password-too-common")]
    return []


def _counted_up() -> ValidationError:
    return ValidationError("The password may not be the old one with its number changed.", "password-counted-up")


def neighbours(password: str, *, numbers: int = 4, steps: tuple[int, ...] = (-1, 1)) -> Iterator[str]:
    """The passwords that differ from this one by one in one of its numbers: what it was counted up or down from.

    A number keeps its leading zeros (08 from 09), and 10 comes from 9 as well as from 09. The last numbers come
    first, and at most `numbers` of them: people count at the end, and every guess costs a hash. `steps` narrows the
    ways: (-1,) leaves what it was counted up from.
    """
    for number in list(re.finditer(r"[0-9]+", password))[::-1][:numbers]:
        value, width = int(number.group()), len(number.group())
        others = [value + step for step in steps if value + step >= 0]
        nearby = [text for other in others for text in (str(other), f"{other:0{width}}")]
        for text in dict.fromkeys(nearby):
            yield password[: number.start()] + text + password[number.end() :]


def is_counted_up(old: str, new: str) -> bool:
    """Whether two passwords differ in nothing but their digits."""
    return bool(re.search(r"[0-9]", old + new)) and re.sub(r"[0-9]", "", old) == re.sub(r"[0-9]", "", new)


def change_password(
    user: User, raw: str, *, by: User | None, old: str = "", request: HttpRequest | None = None
) -> None:
    """Give a user this password, remember it, and note in the audit who did; every session of the user ends.

    `old` is the present password where the user has just proven it: only then can a program's "old one counted up"
    be told in full; otherwise the stored hashes are tried (see `_guesses`).
    Raises ValidationError with a message for each broken rule.
    """
    validate_password(raw, user)
    if old and user.is_machine and is_counted_up(old, raw):
        raise ValidationError([_counted_up()])
    store_password(user, make_password(raw), by=by, request=request)


def give_made_up_password(user: User, *, by: User | None, request: HttpRequest | None = None) -> str:
    """Give a user a password that nobody chose, and return it: it fits every rule by the way it is made, so that not
    one stored hash needs a look, and its own is a quick one (ADR 13)."""
    text = make_password_text()
    store_password(user, make_password(text, hasher=MADE_UP), by=by, request=request)
    return text


def store_password(user: User, hashed: str, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Give a user the password that hashes so. Whether it keeps the rules was looked at before; whoever sets many
    hashes them first, since each costs 30 ms and others wait while a transaction lasts."""
    with transaction.atomic(savepoint=False):
        user.password = hashed
        user.password_set_at = timezone.now()
        # Nothing else of the row: somebody may have switched the user off since it was read.
        _SET.run(user.pk, hashed, user.password_set_at)
        insert(new_row(PastPassword, user_id=user.pk, hashed=hashed, set_at=user.password_set_at))
        for (past,) in _TOO_OLD.rows(user.pk):
            _FORGOTTEN.run(past)
        record("password set", by=by, target=user.username, request=request)


_PK, _HASHED, _AT = -1, "a hash", datetime(1999, 1, 1, tzinfo=UTC)
_SET = PreparedUpdate(
    lambda pk, hashed, at: (User.objects.filter(pk=pk), {"password": hashed, "password_set_at": at}), _PK, _HASHED, _AT
)
_TOO_OLD = Prepared(
    lambda pk: PastPassword.objects.filter(user=pk).order_by("-set_at", "-pk").values_list("pk")[REMEMBERED:], _PK
)
_FORGOTTEN = PreparedDelete(lambda pk: PastPassword.objects.filter(pk=pk), _PK)


def make_password_text() -> str:
    """A new password that fits every rule and can be read out: four groups of five, without look-alikes."""
    while True:
        text = "-".join("".join(secrets.choice(_READABLE) for _ in range(5)) for _ in range(4))
        if not list(_broken_by_program(text)):
            return text
