"""What would go, and letting it go each night."""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.jobs.engine import without_values
from schoolgate.commons.jobs.periodic import every
from schoolgate.commons.jobs.tidying import KEEP_DAYS as JOBS_KEPT
from schoolgate.commons.journal.writing import write
from schoolgate.commons.retention.kinds import KEPT, Item, Kept, clears
from schoolgate.commons.retention.models import LastRun
from schoolgate.commons.schedules.tidying import KEEP_DAYS as RUNS_KEPT

log = logging.getLogger(__name__)

WENT_WRONG = "Something went wrong on our side; the technical log says more. It is tried again."

clears("Jobs that ended", JOBS_KEPT, "to see what this site did, and with what end")
clears("Runs of schedules", RUNS_KEPT, "to see what was missed")


@dataclass(frozen=True)
class Due:
    """How one kind stands now: what would go, what is held back, and what the last run did."""

    kind: Kept
    days: int
    going: list[Item]
    held_back: list[Item]
    last: LastRun | None

    @property
    def size(self) -> int:
        """Of what would go, in bytes."""
        return sum(item.size for item in self.going)

    @property
    def is_short(self) -> bool:
        """Whether it is kept for a shorter time than is shipped."""
        return 0 < self.days < self.kind.days.default

    @property
    def reasons(self) -> dict[str, int]:
        """Why things stay though their time is over, with numbers: as is known now, and from the last run."""
        found: dict[str, int] = dict(self.last.held_back) if self.last and self.days else {}
        return {**found, **Counter(item.held_back for item in self.held_back)}


def look(kind: Kept, now: datetime | None = None) -> Due:
    """How a kind stands. Nothing is changed, and no file is read."""
    now, days = now or timezone.now(), kind.days.get()
    items = list(kind.over(now - timedelta(days=days))) if days else []
    going = [item for item in items if not item.held_back]
    held_back = [item for item in items if item.held_back]
    return Due(kind, days, going, held_back, LastRun.objects.filter(kind=kind.name).first())


def next_run(now: datetime | None = None) -> datetime:
    """When things go next: at midnight UTC, as all work of each day."""
    today = (now or timezone.now()).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=1)


def clear(
    kind: Kept,
    *,
    by: User | None = None,
    request: HttpRequest | None = None,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> LastRun:
    """Let everything go whose time is over, each thing with its own guard; what stays is told with its reason."""
    due = look(kind)
    held_back = Counter(item.held_back for item in due.held_back)
    removed = size = 0
    for number, item in enumerate(due.going):
        on_progress(number, len(due.going))
        reason = _remove(kind, item)
        if reason:
            held_back[reason] += 1
        else:
            removed += 1
            size += item.size
    kind.end()
    with transaction.atomic():
        facts = {"ended_at": timezone.now(), "removed": removed, "size": size, "held_back": dict(held_back)}
        last, _ = LastRun.objects.update_or_create(kind=kind.name, defaults=facts)
        if removed:
            stay = sum(held_back.values())
            record("retention", by=by, target=kind.name, details=f"{removed} gone, {stay} held back", request=request)
            told = f"{kind.words}: {removed:,} kept for {due.days} days, now gone. {stay:,} held back."
            write("INFO", told, link=reverse("retention"))
    return last


@every(hours=24, words="Letting go what was kept long enough")
def clear_all() -> None:
    """Every kind of this site."""
    for kind in KEPT.values():
        clear(kind)


def _remove(kind: Kept, item: Item) -> str:
    try:
        return kind.remove(item)
    except Exception as error:  # noqa: BLE001  one thing that cannot go keeps no other
        log.error("%s %d cannot go: %s", kind.name, item.key, without_values(error))
        return WENT_WRONG
