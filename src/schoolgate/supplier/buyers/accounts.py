"""Buyers: schools, each with the account by which its finance system calls the service."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from schoolgate.commons.accounts import creating
from schoolgate.commons.accounts.creating import UserExists, create_user
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.passwords import change_password, give_made_up_password, store_password
from schoolgate.commons.audit.recording import record
from schoolgate.supplier.buyers.locks import unlock
from schoolgate.supplier.buyers.suppliers import ChangedMeanwhile
from schoolgate.supplier.models import Buyer, Supplier

ROLE = "buyer account"
CHANGEABLE = ("name", "duns", "account_number", "email", "expiry_days", "notes")


class BuyerRefused(Exception):
    """A buyer cannot be made or changed; the message is a sentence for the person who asked.

    `faults` are the messages by the field they are about ("duns", "user", "password"); "" is about the whole.
    """

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(faults.values()))
        self.faults = dict(faults)


def add_buyer(
    supplier: Supplier,
    *,
    name: str,
    duns: str,
    user: str,
    password: str | None = None,
    hashed: str = "",
    account_number: str = "",
    email: str = "",
    expiry_days: int | None = None,
    test: bool = False,
    notes: str = "",
    by: User | None,
    request: HttpRequest | None = None,
    who: str = "",
) -> tuple[Buyer, str]:
    """Make a school at a supplier with the account it calls by; return it and the account's password.

    The password is one that the site makes up unless it is given (say, the school's in the supplier's shop). It is
    returned only here: nobody can read it later. It does not expire: finance systems are not looked at all summer.
    `hashed` is the hash of a given password where that was looked at and hashed before (a list's).
    Raises BuyerRefused when the user name or the account number is taken, or anything is not well-formed.
    """
    buyer = Buyer(
        supplier=supplier,
        name=name.strip(),
        duns=duns.strip(),
        account_number=account_number.strip(),
        email=email.strip(),
        expiry_days=expiry_days,
        test=test,
        notes=notes,
    )
    _check(buyer)
    with transaction.atomic():
        buyer.account = _make_account(user, buyer.name, by=by, request=request)
        if hashed and password:
            store_password(buyer.account, hashed, by=by, request=request)
            given = password
        else:
            given = _set_password(buyer, password, by=by, request=request)
        _save(buyer)
        told = f"{buyer.account.username}, DUNS {buyer.duns}"
        record("school added", by=by, target=buyer.name, details=told, request=request, who=who)
    return buyer, given


def change_buyer(
    buyer: Buyer, values: Mapping[str, Any], *, by: User | None, request: HttpRequest | None = None, who: str = ""
) -> bool:
    """Change some of CHANGEABLE; `buyer` is as the person saw it. False: nothing was other than before.

    Raises ChangedMeanwhile when one of the values was changed by somebody else, and BuyerRefused as `add_buyer` does.
    """
    with transaction.atomic():
        row = Buyer.objects.select_for_update(of=("self",)).select_related("account").get(pk=buyer.pk)
        if any(getattr(row, name) != getattr(buyer, name) for name in values):
            raise ChangedMeanwhile
        changed = [name for name, value in values.items() if getattr(row, name) != value]
        if not changed:
            return False
        before = {name: getattr(row, name) for name in changed}
        for name in changed:
            setattr(row, name, values[name])
        _check(row)
        _save(row, changed)
        # Notes may be anything; that they changed is enough.
        details = "; ".join(
            name if name == "notes" else f"{name} {before[name] or '–'} → {getattr(row, name) or '–'}"
            for name in changed
        )
        record("school changed", by=by, target=row.name, details=details, request=request, who=who)
    for name in changed:
        setattr(buyer, name, getattr(row, name))
    return True


def give_new_password(
    buyer: Buyer,
    *,
    password: str | None = None,
    seen: datetime | None = None,
    by: User | None,
    request: HttpRequest | None = None,
    who: str = "",
) -> str:
    """Give the buyer's account another password, one that is made up unless given, and return it, for this once.

    The old one is dead at once, and so are locks for wrong ones: the new one is let in from anywhere. `seen`: when the
    password was set, as the person saw it; if it was set again since, ChangedMeanwhile is raised, or a sheet that a
    colleague has just printed would be worthless. Raises BuyerRefused when the password breaks the rules for programs.
    """
    with transaction.atomic():
        _lock_account(buyer)
        if seen is not None and buyer.account.password_set_at != seen:
            raise ChangedMeanwhile
        given = _set_password(buyer, password, by=by, request=request)
        record("school's password set", by=by, target=buyer.name, request=request, who=who)
        unlock(buyer, by=by, request=request, who=who)
    return given


def switch_off(buyer: Buyer, *, by: User | None, request: HttpRequest | None = None, who: str = "") -> None:
    """Keep a school's program out from the next call on; its documents and orders stay. Said again, nothing changes."""
    with transaction.atomic():
        _lock_account(buyer)
        if buyer.account.is_active:
            creating.switch_off(buyer.account, by=by, request=request)
            record("school switched off", by=by, target=buyer.name, request=request, who=who)


def switch_on(buyer: Buyer, *, by: User | None, request: HttpRequest | None = None, who: str = "") -> None:
    """Let a school's program in again, with the password of before. Said again, nothing changes."""
    with transaction.atomic():
        _lock_account(buyer)
        if not buyer.account.is_active:
            creating.switch_on(buyer.account, by=by, request=request)
            record("school switched on", by=by, target=buyer.name, request=request, who=who)


def _lock_account(buyer: Buyer) -> None:
    """Have the account's row as it stands, and to ourselves until the transaction ends."""
    buyer.account = User.objects.select_for_update().get(pk=buyer.account_id)


def _make_account(user: str, name: str, *, by: User | None, request: HttpRequest | None) -> User:
    """An account without a password yet."""
    try:
        return create_user(user, ROLE, name=name, by=by, request=request)
    except UserExists:
        sentence = f"There is a user '{User.normalize_username(user)}' already. Choose another user name."
        raise BuyerRefused({"user": sentence}) from None
    except ValidationError as error:
        raise BuyerRefused({"user": " ".join(error.messages)}) from None


def _set_password(buyer: Buyer, password: str | None, *, by: User | None, request: HttpRequest | None) -> str:
    if not password:
        return give_made_up_password(buyer.account, by=by, request=request)
    try:
        change_password(buyer.account, password, by=by, request=request)
    except ValidationError as error:
        raise BuyerRefused({"password": " ".join(error.messages)}) from None
    return password


def _check(buyer: Buyer) -> None:
    texts = {name: getattr(buyer, name) for name in CHANGEABLE if name != "expiry_days"}
    unstorable = {name: "This has a character that is none." for name, text in texts.items() if "\0" in text}
    if unstorable:
        raise BuyerRefused(unstorable)
    try:
        buyer.clean_fields(exclude=["account", "supplier"])
    except ValidationError as error:
        raise BuyerRefused({field: " ".join(found) for field, found in error.message_dict.items()}) from None


def _save(buyer: Buyer, fields: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            buyer.save(update_fields=fields)
    except IntegrityError:
        sentence = f"Another school has the account number {buyer.account_number} already."
        raise BuyerRefused({"account_number": sentence}) from None
