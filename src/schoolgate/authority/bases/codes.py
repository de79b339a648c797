"""Connection codes: what a letter carries to a school, so that nobody types or tells a password.

Ten characters of an alphabet of 31 without look-alikes: 49.5 bits, behind a lock of ten wrong ones from an address.
"""

import hmac
import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.authority.bases.la import CODE_DAYS, LA_CONTACT
from schoolgate.authority.bases.models import CodeBatch, ConnectionCode
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.jobs.periodic import every

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 10
GROUP = 4

COLUMNS_TO_SEND = (
    *("School", "LA no.", "School no.", "User", "E-mail", "Address", "Connection code", "Good until", "Whom to ask"),
)


def make_code_text() -> str:
    """A new code as it is printed: K7QM-4TXP-2R."""
    return grouped("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))


def grouped(plain: str) -> str:
    """The code in groups of four, for reading out."""
    return "-".join(plain[start : start + GROUP] for start in range(0, len(plain), GROUP))


def digest_of(code: str) -> str:
    """What a code is found by, without regard to case, blanks and hyphens.

    It is keyed with the site's own key: so short a secret could be guessed from a plain digest in a stolen database.
    """
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hmac.new(settings.SECRET_KEY.encode(), b"connection code " + plain.encode(), sha256).hexdigest()


def make_codes(
    accounts: Sequence[User], *, words: str, by: User | None, request: HttpRequest | None = None
) -> CodeBatch:
    """Make a code for each of these exchange accounts, as one batch. Older unused codes of theirs are dead.

    Passwords that the accounts have go on working until a code is used.
    """
    now = timezone.now()
    ends = now + timedelta(days=CODE_DAYS.get())
    with transaction.atomic():
        # Held until the end, and before their codes as in joining, so that two makers at once leave one code good.
        list(User.objects.select_for_update().filter(pk__in=[account.pk for account in accounts]).order_by("pk"))
        batch = CodeBatch.objects.create(words=words[:200], made_at=now, made_by=by)
        ConnectionCode.objects.unused().filter(account__in=accounts).update(replaced_at=now, code=None)
        texts = [make_code_text() for _ in accounts]
        ConnectionCode.objects.bulk_create(
            ConnectionCode(account=account, batch=batch, digest=digest_of(text), code=text, expires_at=ends)
            for account, text in zip(accounts, texts, strict=True)
        )
        for account in accounts:
            record("connection code made", by=by, target=account.username, details=words, request=request)
    return batch


def find_code(code: str) -> ConnectionCode | None:
    """The code with this text, whatever became of it."""
    return ConnectionCode.objects.filter(digest=digest_of(code)).select_related("account").first()


def note_codes_shown(words: str, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Somebody saw codes with which a school can join; `words` says which."""
    record("connection codes shown", by=by, target=words, request=request)


def to_send(codes: Iterable[ConnectionCode]) -> Iterator[list[str]]:
    """The rows of the list that goes to schools, one for each school of each code that is good (COLUMNS_TO_SEND)."""
    contact = LA_CONTACT.get()
    for code in codes:
        if code.state != "waiting":
            continue
        until = f"{timezone.localtime(code.expires_at):%d %B %Y %H:%M}"
        for base in code.account.bases.all():
            account = code.account
            yield [
                *(base.name, base.la, base.number, account.username, account.email),
                *(settings.SCHOOLGATE_URL, code.code or "", until, contact),
            ]


@every(hours=1, words="Wipe connection codes that ran out")
def wipe_codes() -> None:
    """Forget the text of codes that have run out; that they were made stays on record."""
    ConnectionCode.objects.filter(expires_at__lte=timezone.now(), code__isnull=False).update(code=None)
