"""What ends, and when: passwords, connection codes, certificates and keys in one list, the worst first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.bases.accounts import ROLE
from schoolgate.authority.bases.la import CODE_DAYS, EXPIRY_WARNING_DAYS, PASSWORD_DAYS
from schoolgate.authority.bases.models import Base, ConnectionCode
from schoolgate.authority.exchange.certificates import NotReadable, extra_certificates
from schoolgate.authority.exchange.models import OwnCertificate, SigningKey, ToldEnding
from schoolgate.commons.accounts.models import User
from schoolgate.commons.jobs.periodic import every
from schoolgate.commons.journal import writing as journal

State = Literal["ended", "ends soon", "fine", "not known", "no end"]
STATES: tuple[State, ...] = ("ended", "ends soon", "not known", "fine", "no end")
ORDER = {state: place for place, state in enumerate(STATES)}
KINDS = ("password", "connection code", "certificate", "trusted certificate", "receipt key")

TOLD_SINGLY = 5
# Nothing is called about to end in the first three quarters of its life: a code of 14 days is not, the day it is made.
LAST_PART = 4


@dataclass(frozen=True)
class Ending:
    """One thing that ends at `ends` (None: never, or not known), and how it stands.

    `key` names it for ever, `address` is the page where it is mended, `la` and `school` say whose it is.
    """

    kind: str
    what: str
    key: str
    state: State
    address: str
    ends: datetime | None = None
    note: str = ""
    la: str = ""
    school: str = ""

    @property
    def needs_somebody(self) -> bool:
        return self.state in {"ended", "ends soon"}


@dataclass(frozen=True)
class Today:
    """When it is, and how far ahead somebody is warned."""

    now: datetime
    warning: timedelta

    def state(self, ends: datetime, life: timedelta) -> State:
        """How something stands that ends then, after a life of that length."""
        if ends <= self.now:
            return "ended"
        return "ends soon" if ends - self.now <= min(self.warning, life / LAST_PART) else "fine"


def look() -> list[Ending]:
    """Everything that ends, the worst first: what has ended, ends next, cannot be told, and never ends."""
    today = Today(timezone.now(), timedelta(days=EXPIRY_WARNING_DAYS.get()))
    found = [ending for source in SOURCES for ending in source(today)]
    return sorted(found, key=lambda ending: (ORDER[ending.state], ending.ends or today.now, ending.what))


def ending_soon() -> list[Ending]:
    """What has ended or ends soon, and is not mended."""
    return [ending for ending in look() if ending.needs_somebody]


@every(hours=1, words="Tell what ends soon")
def tell_what_ends() -> None:
    """Write into the journal what has come to its last days: once for each end, many of a kind in one line."""
    soon = [ending for ending in ending_soon() if ending.ends is not None]
    with transaction.atomic():
        _tell(soon)


def _tell(soon: list[Ending]) -> None:
    told = set(ToldEnding.objects.values_list("key", "ends_at"))
    ToldEnding.objects.exclude(key__in=[ending.key for ending in soon]).delete()
    fresh: dict[str, list[Ending]] = {}
    for ending in soon:
        if (ending.key, ending.ends) not in told:
            fresh.setdefault(ending.kind, []).append(ending)
    for kind, endings in fresh.items():
        if len(endings) > TOLD_SINGLY:
            first = endings[0]
            text = f"{len(endings)} {PLURALS.get(kind, kind)} have ended or end soon, the first on {day(first.ends)}."
            journal.write("WARN", text, link=reverse("expiring", urlconf=settings.ROOT_URLCONF))
        else:
            for ending in endings:
                journal.write("WARN", sentence(ending), la=ending.la, school=ending.school, link=ending.address)
        ToldEnding.objects.bulk_create(
            [ToldEnding(key=ending.key, ends_at=ending.ends) for ending in endings if ending.ends],
            ignore_conflicts=True,
        )


def sentence(ending: Ending) -> str:
    """What ends and when, in words."""
    return f"{ending.what} {'ended' if ending.state == 'ended' else 'ends'} on {day(ending.ends)}."


def day(moment: datetime | None) -> str:
    """A day in London: Thu 3 Dec 2026."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return f"{local:%a} {local.day} {local:%b %Y}"


def _passwords(today: Today) -> Iterator[Ending]:
    days = PASSWORD_DAYS.get()
    if not days:
        return
    for account in _accounts().exclude(password_set_at=None):
        if not account.has_usable_password() or account.password_set_at is None:
            continue
        ends = account.password_set_at + timedelta(days=days)
        yield _of_account(
            account, "password", f"Password of {account.username}", ends, today.state(ends, timedelta(days=days))
        )


def _codes(today: Today) -> Iterator[Ending]:
    """Codes that wait; a code that ran out is told as long as its account has no other way in."""
    accounts = {account.pk: account for account in _accounts()}
    life = timedelta(days=CODE_DAYS.get())
    for code in ConnectionCode.objects.unused().defer("code").filter(account__in=accounts):
        account = accounts[code.account_id]
        if code.expires_at <= today.now and account.has_usable_password():
            continue
        what = f"Connection code of {account.username}"
        yield _of_account(account, "connection code", what, code.expires_at, today.state(code.expires_at, life))


def _own_certificate(today: Today) -> Iterator[Ending]:
    for seen in OwnCertificate.objects.filter(address=settings.SCHOOLGATE_URL):
        life = seen.ends_at - seen.valid_from if seen.ends_at and seen.valid_from else timedelta()
        state: State = today.state(seen.ends_at, life) if seen.ends_at else "not known"
        note = f"{seen.trouble} (tried {day(seen.looked_at)})" if seen.trouble else f"issued by {seen.issuer}"
        yield Ending(
            kind="certificate",
            what=f"Certificate of {seen.address}",
            key=f"certificate {seen.address}",
            state=state,
            address=_page("expiring"),
            ends=seen.ends_at,
            note=note,
        )


def _extra_certificates(today: Today) -> Iterator[Ending]:
    kind, address = "trusted certificate", _page("expiring")
    try:
        for found in extra_certificates():
            yield Ending(
                kind=kind,
                what=f"Trusted certificate {found.owner}",
                key=f"trusted {found.owner} {found.expires:%Y%m%d%H%M%S}",
                state=today.state(found.expires, found.expires - found.valid_from),
                address=address,
                ends=found.expires,
                note="in the extra CA file",
            )
    except NotReadable as error:
        yield Ending(kind, "Extra CA file", "extra-ca-file", "not known", address, note=str(error))


def _receipt_keys(today: Today) -> Iterator[Ending]:
    for key in SigningKey.objects.filter(retired_at=None):
        age = (today.now - key.created_at).days
        yield Ending(
            kind="receipt key",
            what=f"Receipt key {key.kid}",
            key=f"receipt key {key.kid}",
            state="no end",
            address=_page("receipt-keys"),
            note=f"in use for {age} day{'' if age == 1 else 's'}",
        )


SOURCES: tuple[Callable[[Today], Iterator[Ending]], ...] = (
    _passwords,
    _codes,
    _own_certificate,
    _extra_certificates,
    _receipt_keys,
)
PLURALS = {
    "password": "passwords of exchange accounts",
    "connection code": "connection codes",
    "certificate": "certificates",
    "trusted certificate": "trusted certificates",
}


def _accounts() -> QuerySet[User]:
    """The accounts that serve an active base, with those bases."""
    active = Base.objects.filter(active=True)
    found: QuerySet[User] = (
        User.objects.filter(role=ROLE, is_active=True, bases__in=active)
        .distinct()
        .prefetch_related(Prefetch("bases", active, to_attr="served"))
    )
    return found


def _of_account(account: User, kind: str, what: str, ends: datetime, state: State) -> Ending:
    served: list[Base] = getattr(account, "served", [])
    first = served[0]
    return Ending(
        kind=kind,
        what=what,
        key=f"{kind} {account.pk}",
        state=state,
        address=reverse("base", args=[first.pk], urlconf=settings.ROOT_URLCONF),
        ends=ends,
        note=", ".join(str(base) for base in served[:3]),
        la=first.la,
        school=first.number,
    )


def _page(name: str) -> str:
    return reverse(name, urlconf=settings.ROOT_URLCONF)
