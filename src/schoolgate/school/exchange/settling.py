"""Files settle before they are taken: the same size and time in two looks, a few seconds apart by our own clock.

The memory of the looks is in the database, so a restart, a second process and a clock of the file server that differs
from ours all change nothing. Polling is the truth.
"""

import stat
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db.models import Manager, QuerySet
from django.utils import timezone

from schoolgate.commons.faults import fault_point
from schoolgate.school.exchange.folders import files_in, folders_of, recorded_name
from schoolgate.school.exchange.models import Sighting
from schoolgate.school.exchange.preferences import SETTLE_SECONDS

LONGEST_WAIT_FACTOR = 4
LOOK_EVERY_SECONDS = 0.2
PORTION = 500

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class FoundFile:
    """A file in the *Files Not Exported* of a place as it is now.

    `name` is as on record, `plain_file` false for folders and links.
    """

    place: str
    name: str
    path: Path
    size: int
    changed_ns: int
    plain_file: bool = True


@dataclass
class Look:
    """What one look into a folder found: settled and not read yet, still moving, and every name that is there."""

    settled: list[FoundFile] = field(default_factory=list)
    moving: list[FoundFile] = field(default_factory=list)
    names: set[str] = field(default_factory=set)


def look_once(place: str, clock: Clock = timezone.now) -> Look:
    """Look into a place's *Files Not Exported*. What is gone is forgotten. Raises OSError when it cannot be read."""
    look = Look()
    known = {sighting.name: sighting for sighting in Sighting.objects.filter(place=place)}
    new: list[Sighting] = []
    changed: list[Sighting] = []
    wait = timedelta(seconds=SETTLE_SECONDS.get())
    for found in _found_files(place):
        look.names.add(found.name)
        sighting = known.get(found.name)
        if sighting is None:
            sighting = _first_sighting(found, clock())
            new.append(sighting)
        elif _bring_up_to_date(sighting, found, clock()):
            changed.append(sighting)
        if not sighting.dealt_with:
            (look.settled if clock() - sighting.seen_at >= wait else look.moving).append(found)
    # Another look at the same moment may have been first; its rows are as good.
    Sighting.objects.bulk_create(new, ignore_conflicts=True)
    Sighting.objects.bulk_update(changed, ["size", "changed_ns", "seen_at", "dealt_with"], batch_size=PORTION)
    remove_by_key(Sighting.objects, [sighting.pk for name, sighting in known.items() if name not in look.names])
    fault_point("export.seen")
    return look


def look_and_wait(place: str, clock: Clock = timezone.now, sleep: Callable[[float], None] = time.sleep) -> Look:
    """As `look_once`, but wait for the second look when something new is there; what goes on moving stays `moving`."""
    look = look_once(place, clock)
    deadline = clock() + timedelta(seconds=SETTLE_SECONDS.get() * LONGEST_WAIT_FACTOR)
    while look.moving and clock() < deadline:
        sleep(LOOK_EVERY_SECONDS)
        look = look_once(place, clock)
    return look


def remove_by_key(rows: "Manager[Any] | QuerySet[Any]", keys: Sequence[int]) -> None:
    """Delete rows, in portions that no database finds too long a list."""
    for start in range(0, len(keys), PORTION):
        rows.filter(pk__in=keys[start : start + PORTION]).delete()


def is_unchanged(found: FoundFile) -> bool:
    """Whether the file still is as it was found."""
    try:
        now = found.path.stat()
    except OSError:
        return False
    return (now.st_size, now.st_mtime_ns) == (found.size, found.changed_ns)


def mark_dealt_with(files: Sequence[FoundFile]) -> None:
    """Remember of files of one place that, in the form they were found in, they have their rows. In a transaction.

    One that has changed since keeps its place among those to be read.
    """
    forms = {file.name: (file.size, file.changed_ns) for file in files}
    places = {file.place for file in files}
    seen = list(Sighting.objects.select_for_update().filter(place__in=places, name__in=forms).order_by("pk"))
    same = [sighting.pk for sighting in seen if (sighting.size, sighting.changed_ns) == forms[sighting.name]]
    Sighting.objects.filter(pk__in=same).update(dealt_with=True)
    unseen = forms.keys() - {sighting.name for sighting in seen}
    first = [_first_sighting(file, timezone.now()) for file in files if file.name in unseen]
    for sighting in first:
        sighting.dealt_with = True
    Sighting.objects.bulk_create(first, ignore_conflicts=True)


def forget(place: str, name: str) -> None:
    """Have a file looked at anew, as if it had just been put there."""
    Sighting.objects.filter(place=place, name=name).delete()


def found_at(place: str, path: Path) -> FoundFile | None:
    """The file at `path` as it is now; None when it is gone."""
    try:
        facts = path.lstat()
    except FileNotFoundError:
        return None
    plain = stat.S_ISREG(facts.st_mode)
    return FoundFile(place, recorded_name(path.name), path, facts.st_size, facts.st_mtime_ns, plain)


def _found_files(place: str) -> Iterator[FoundFile]:
    for path in files_in(folders_of(place).not_exported):
        found = found_at(place, path)
        if found is not None:
            yield found


def _first_sighting(found: FoundFile, now: datetime) -> Sighting:
    return Sighting(place=found.place, name=found.name, size=found.size, changed_ns=found.changed_ns, seen_at=now)


def _bring_up_to_date(sighting: Sighting, found: FoundFile, now: datetime) -> bool:
    """Begin the sighting anew when the file changed, or when our clock was set back; whether it had to be."""
    changed = (sighting.size, sighting.changed_ns) != (found.size, found.changed_ns)
    if not changed and sighting.seen_at <= now:
        return False
    sighting.size, sighting.changed_ns, sighting.seen_at = found.size, found.changed_ns, now
    sighting.dealt_with = sighting.dealt_with and not changed
    return True
