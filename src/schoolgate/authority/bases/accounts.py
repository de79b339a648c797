"""Exchange accounts: the user and password a school's program signs in with, one for each base."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from schoolgate.authority.bases.la import LA_NUMBER
from schoolgate.authority.bases.models import Base
from schoolgate.commons.accounts.creating import UserExists, create_user
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.passwords import change_password, give_made_up_password, make_password_text
from schoolgate.commons.audit.recording import record

ROLE = "exchange account"


class BaseRefused(Exception):
    """A base or its account cannot be made; the message is a sentence for the person who asked."""


def add_account(
    *, la: str, school: str, name: str, user: str = "", password: str | None = None, by: User | None = None
) -> tuple[Base, str]:
    """Make a base and the exchange account it sends with; return the base and the account's password.

    The user name is the school's seven digits unless given; the password is a generated one unless given. It is
    returned only here: nobody can read it later. Raises BaseRefused when the school is known, the user name is taken,
    a number is not well-formed or the password breaks the rules for exchange accounts.
    """
    return create_base_with_account(la=la, number=school, name=name, user=user, password=password, by=by)


def create_base_with_account(
    *,
    la: str,
    number: str,
    name: str,
    phase: str = "",
    notes: str = "",
    licensed: bool | None = None,
    user: str = "",
    email: str = "",
    password: str | None = None,
    by_code: bool = False,
    by: User | None = None,
    request: HttpRequest | None = None,
) -> tuple[Base, str]:
    """As `add_account`, with everything that a base holds.

    `by_code`: the account gets no password (and none is returned); its school joins with a connection code.
    """
    chosen = None if by_code else password or make_password_text()
    try:
        with transaction.atomic():
            account = create_user(
                user or la + number,
                ROLE,
                name=name,
                email=email,
                password=chosen,
                by=by,
                request=request,
            )
            base = add_base(
                la=la,
                number=number,
                name=name,
                phase=phase,
                notes=notes,
                licensed=licensed,
                account=account,
                by=by,
                request=request,
            )
    except UserExists:
        raise BaseRefused(
            f"There is a user '{user or la + number}' already. Name another user for this base's account."
        ) from None
    except ValidationError as error:
        raise BaseRefused(" ".join(error.messages)) from None
    return base, chosen or ""


def add_base(
    *,
    la: str,
    number: str,
    name: str,
    account: User,
    phase: str = "",
    notes: str = "",
    licensed: bool | None = None,
    by: User | None = None,
    request: HttpRequest | None = None,
) -> Base:
    """Make a base that sends with an account which serves others already. Raises BaseRefused.

    A school of this authority gets its standard licence unless `licensed` says otherwise. An authority without a
    number is still being set up: what it enters now are its own schools.
    """
    if licensed is None:
        licensed = la == (LA_NUMBER.get() or la)
    base = Base(la=la, number=number, name=name, phase=phase, notes=notes, licensed=licensed, account=account)
    try:
        base.full_clean()
        with transaction.atomic():
            base.save()
            record("base added", by=by, target=base.dfe_number, request=request)
    except ValidationError as error:
        raise BaseRefused(" ".join(error.messages)) from None
    except IntegrityError:
        raise BaseRefused(f"There is a base {la} {number} already.") from None
    return base


def give_new_password(
    account: User, *, password: str | None = None, by: User, request: HttpRequest | None = None
) -> str:
    """Give the account another password, a generated one unless given, and return it; the old one is dead at once.

    Raises ValidationError when it breaks the rules for exchange accounts.
    """
    if password:
        change_password(account, password, by=by, request=request)
        return password
    return give_made_up_password(account, by=by, request=request)
