"""What a site does, and what its people are to check, once it was put back from a backup.

A room adds a sentence with `to_check`, and work with `on_restoration`, in a module that its apps.ready imports.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.urls import NoReverseMatch, reverse

from schoolgate.commons.audit.recording import record
from schoolgate.commons.backups.making import address_of_page
from schoolgate.commons.backups.manifest import Manifest
from schoolgate.commons.backups.models import Backup, Restoration
from schoolgate.commons.backups.standing import moment
from schoolgate.commons.journal.writing import write

Work = Callable[[Restoration], object]


@dataclass(frozen=True)
class ToCheck:
    """What somebody should see to after a restore: a sentence, the name of the page where, and whether there is any."""

    text: str
    page: str
    if_any: Callable[[], bool]

    @property
    def address(self) -> str:
        """Empty where this site has no such page."""
        try:
            return reverse(self.page, urlconf=settings.ROOT_URLCONF)
        except NoReverseMatch:
            return ""


TO_CHECK: list[ToCheck] = []
WORK: list[Work] = []


def to_check(text: str, page: str, *, if_any: Callable[[], bool] = lambda: True) -> None:
    """Have people told to see to something after a restore, where there is any of it."""
    TO_CHECK.append(ToCheck(text, page, if_any))


def what_to_check() -> list[ToCheck]:
    """What there is to see to on this site after a restore."""
    return [check for check in TO_CHECK if check.address and check.if_any()]


def on_restoration(work: Work) -> Work:
    """Have something done in the transaction that notes a restore, before the site runs again."""
    WORK.append(work)
    return work


@transaction.atomic
def note_restoration(manifest: Manifest, backup: str) -> Restoration:
    """Note in what was put back that it was, for its people, and let each room do what it must.

    `backup` is the folder it came from: that backup stands in no backup before it, and is one all the same.
    """
    restoration = Restoration.objects.create(made_at=manifest.made_at)
    Backup.objects.get_or_create(
        made_at=manifest.made_at, defaults={"folder": backup, "size": manifest.size, "files": len(manifest.files)}
    )
    record("site restored", by=None, target=backup)
    write(
        "WARN",
        f"This site was put back from a backup of {moment(manifest.made_at)}. What came later is not in it.",
        link=address_of_page(),
    )
    for work in WORK:
        work(restoration)
    return restoration


to_check("Who left, or lost a right, in that time has what was taken again: go through the people.", "users")
