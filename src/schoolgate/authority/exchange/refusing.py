"""What is remembered of a file that was not taken: a row and a line in the journal, nothing of its content."""

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.bases.la import LA_NUMBER
from schoolgate.authority.exchange.kinds import FileKind
from schoolgate.authority.exchange.models import RefusedDelivery
from schoolgate.authority.exchange.problems import PROBLEMS
from schoolgate.commons.accounts.models import User
from schoolgate.commons.journal import writing as journal

NAME_KEPT = 100


def remember_refusal(account: User, kind: FileKind, name: str, sha256: str, code: str) -> RefusedDelivery:
    """Note that this account's file was refused with this code. The same again only counts up, so that a program
    which tries all night fills neither table nor journal."""
    now = timezone.now()
    sent_from = kind.sent_from(name)
    la, school = (sent_from.la, sent_from.school) if sent_from else ("", "")
    with transaction.atomic():
        refused, new = RefusedDelivery.objects.get_or_create(
            account=account,
            kind=kind.name,
            name="".join(letter if letter.isprintable() else "�" for letter in name[:NAME_KEPT]),
            sha256=sha256 if len(sha256) == 64 and sha256.isascii() and sha256.isalnum() else "",
            code=code,
            defaults={"la": la, "school": school, "first_at": now, "last_at": now},
        )
        if not new:
            RefusedDelivery.objects.filter(pk=refused.pk).update(times=F("times") + 1, last_at=now)
            return refused
        # Only a name of the right form is known to hold no child's name.
        what = f"{kind.words} {name}" if sent_from else f"A {kind.words.lower()}"
        journal.write(
            "ERROR" if code == "no-space" else "WARN",
            f"{what} refused: {PROBLEMS[code].title.lower()}.",
            details=PROBLEMS[code].detail,
            la=la,
            destination_la=LA_NUMBER.get(),
            school=school,
            link=reverse("refused-delivery", args=[refused.pk], urlconf=settings.ROOT_URLCONF),
        )
    return refused
