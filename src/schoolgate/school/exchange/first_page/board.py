"""The board of schools: every school that this site sends for, the worst first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils import timezone

from schoolgate.school.exchange.first_page.files import not_made_good
from schoolgate.school.exchange.first_page.logins import files_without_account
from schoolgate.school.exchange.models import HeldBackFile, PersonnelSchool, School, State, Transfer
from schoolgate.school.exchange.models.login import LOGIN_TROUBLES
from schoolgate.school.exchange.models.transfer import WAITING

WAITS_LONG_WHEN_ASKED = timedelta(days=1)
WAITS_LONG = timedelta(days=8)
"""A file may wait a week for a schedule of one day, and is late a day after it."""

ALL_RIGHT = "all right"
STATES = ("needs attention", "held back", "cannot sign in", "not accepted", "waiting long", ALL_RIGHT)
"""What a school's line says, the worst first."""


@dataclass
class SchoolLine:
    """How one school stands: numbers of its files, and whether it can sign in with its own user name."""

    base: str
    name: str = ""
    """Empty as long as only files tell of the school, and none of them passed the checks."""
    needs_attention: int = 0
    held_back: int = 0
    cannot_sign_in: bool = False
    not_accepted: int = 0
    waiting_long: int = 0
    last_received: datetime | None = None

    @property
    def la(self) -> str:
        return self.base[:3]

    @property
    def number(self) -> str:
        return self.base[3:]

    @property
    def called(self) -> str:
        """What leads to its files: its name, or its numbers."""
        return self.name or f"{self.la} {self.number}"

    @cached_property
    def state(self) -> str:
        """The worst that is to be said of it."""
        said = (self.needs_attention, self.held_back, self.cannot_sign_in, self.not_accepted, self.waiting_long, True)
        return next(state for state, true in zip(STATES, said, strict=True) if true)

    @property
    def address(self) -> str:
        """Where its files are listed: their names begin with its seven digits."""
        if self.state == "held back":
            return f"{reverse('held-back-files')}?school={self.base}"
        return f"{reverse('transfers')}?q={self.base}"


@dataclass(frozen=True)
class Board:
    """All schools of this site, the worst first; among those of one state the one that was silent longest."""

    schools: list[SchoolLine]

    @property
    def many(self) -> bool:
        return len(self.schools) > 1

    @cached_property
    def exceptions(self) -> list[SchoolLine]:
        return [school for school in self.schools if school.state != ALL_RIGHT]

    @property
    def all_right(self) -> int:
        return len(self.schools) - len(self.exceptions)


def look_at_schools() -> Board:
    """How every school stands: those with a row, and those that files were found of. A constant number of queries."""
    now = timezone.now()
    lines: dict[str, SchoolLine] = {}

    def line(*parts: str) -> SchoolLine:
        base = "".join(parts)
        return lines.setdefault(base, SchoolLine(base))

    by_school = Transfer.objects.order_by().values_list("source_la", "source_school")
    for la, number, name, last in by_school.annotate(Max("school_name"), Max("received_at")):
        school = line(la, number)
        school.name, school.last_received = name, last
    rows = School.objects.order_by().values_list("la", "number", "name", "user", "trouble")
    for la, number, name, user, trouble in rows:
        school = line(la, number)
        school.name = name
        school.cannot_sign_in |= bool(user and trouble)
    for la, number, name, trouble in PersonnelSchool.objects.values_list("la", "number", "name", "trouble"):
        school = line(la, number)
        school.name = school.name or name
        school.cannot_sign_in |= trouble in LOGIN_TROUBLES
    long = Q(asked_at__lt=now - WAITS_LONG_WHEN_ASKED) | Q(found_at__lt=now - WAITS_LONG)
    attention = Q(state=State.NEEDS_ATTENTION)
    still_here = by_school.filter(state__in=[*WAITING, State.NEEDS_ATTENTION]).annotate(
        attention=Count("pk", filter=attention), waiting=Count("pk", filter=long & ~attention)
    )
    for la, number, needing, waiting in still_here:
        school = line(la, number)
        school.needs_attention, school.waiting_long = needing, waiting
    for base, count in HeldBackFile.objects.order_by().exclude(school="").values_list("school").annotate(Count("pk")):
        line(base).held_back = count
    for la, number in files_without_account().order_by().values_list("source_la", "source_school").distinct():
        line(la, number).cannot_sign_in = True
    rejected = not_made_good().order_by().values_list("source_la", "source_school")
    for la, number, count in rejected.annotate(Count("pk")):
        line(la, number).not_accepted = count
    return Board(_worst_first(lines.values()))


def _worst_first(schools: Iterable[SchoolLine]) -> list[SchoolLine]:
    long_ago = datetime.min.replace(tzinfo=timezone.get_current_timezone())
    rank = {state: place for place, state in enumerate(STATES)}
    return sorted(schools, key=lambda one: (rank[one.state], one.last_received or long_ago, one.base))
