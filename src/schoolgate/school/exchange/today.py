"""Is everything all right, and if not, what is to be done? (SCREENS 5.1, "Today")"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.web.charts import Mark
from schoolgate.school.exchange.first_page import files, logins, machine, personnel, requests
from schoolgate.school.exchange.first_page.board import Board, look_at_schools
from schoolgate.school.exchange.first_page.to_do import ToDo
from schoolgate.school.exchange.first_page.to_do import files as so_many_files
from schoolgate.school.exchange.first_page.weeks import last_weeks
from schoolgate.school.exchange.folders import where_files_lie
from schoolgate.school.exchange.models import CorrectionList, Destination, PersonnelSchool, State, Transfer
from schoolgate.school.exchange.scheduling import next_run
from schoolgate.school.exchange.words import outcome_words
from schoolgate.wire.outcome_words import so_many

Colour = Literal["good", "busy", "bad"]

LINES: tuple[Callable[[], Iterable[ToDo]], ...] = (
    machine.nothing_runs,
    logins.proxy,
    logins.las_in_trouble,
    logins.schools_in_trouble,
    logins.without_account,
    personnel.without_address,
    personnel.in_trouble,
    files.without_entry,
    files.held_back,
    files.needs_attention,
    files.not_accepted,
    files.not_put_away,
    machine.settings_refused,
    machine.root_folder_away,
    machine.disks_nearly_full,
    machine.backups,
    machine.jobs_failed,
    machine.missed,
    logins.expiring,
    personnel.expiring,
    files.in_former_roots,
    requests.asked_for,
)
"""Everything that may need somebody, in the order in which it is told. A room adds its own lines here."""


@dataclass(frozen=True)
class Today:
    """The first page's facts. `colour` is the one sentence's: red when there is something to do.

    `to_correct` counts what the LAs could not take of the newest files: it is no fault, and has time.
    `set_up` once there are a folder and an LA, or a school's personnel files; until then what is to do is no
    fault.
    """

    set_up: bool
    to_do: list[ToDo]
    waiting: int
    under_way: int
    last: Transfer | None
    to_correct: int
    weeks: list[Mark]
    next_run: datetime | None
    board: Board

    @property
    def came_of_last(self) -> str:
        """What the LA made of the last file that arrived: 14 changes taken, 3 pupils wait for the council to decide."""
        if self.last is None or self.last.state == State.REJECTED:
            return ""
        counts = self.last.outcome.get("counts") or {}
        changes = counts.get("changed", 0) + counts.get("added", 0)
        waiting = counts.get("in_conflict", 0) + counts.get("unmatched", 0)
        if self.last.state != State.IMPORTED or not counts:
            return outcome_words(self.last)
        said = [f"{so_many(changes, 'change')} taken"] if changes else []
        if waiting:
            said.append(f"{so_many(waiting, 'pupil')} {'waits' if waiting == 1 else 'wait'} for the council to decide")
        return ", ".join(said) or "nothing in it has changed"

    @property
    def colour(self) -> Colour:
        if self.to_do and self.set_up:
            return "bad"
        return "busy" if self.waiting or self.under_way or not self.set_up else "good"

    @property
    def sentence(self) -> str:
        if not self.set_up:
            return "Let’s connect to your LA. It takes five minutes."
        if self.to_do:
            return "One thing needs you." if len(self.to_do) == 1 else f"{len(self.to_do)} things need you."
        if self.under_way:
            return f"{so_many_files(self.under_way)} on the way to the LA."
        if self.waiting:
            return f"{so_many_files(self.waiting)} ready to be sent."
        return "Everything that was sent has arrived." if self.last else "Everything is ready. Nothing was sent yet."


def look_at_today() -> Today:
    """The state of this site now. A constant number of queries, whatever it holds."""
    transfers = Transfer.objects
    return Today(
        set_up=_is_set_up(),
        to_do=_what_is_to_do(),
        waiting=transfers.filter(state=State.READY, asked_at=None).count(),
        under_way=transfers.filter(state__in=[State.SENDING, State.RETRYING]).count() + transfers.asked_for().count(),
        last=transfers.lean().exclude(received_at=None).order_by("-received_at").first(),
        to_correct=CorrectionList.objects.standing().filter(to_do__gt=0).aggregate(number=Sum("to_do"))["number"] or 0,
        weeks=last_weeks(timezone.localdate()),
        next_run=next_run(),
        board=look_at_schools(),
    )


def _is_set_up() -> bool:
    """Whether files can go anywhere: those of pupils to an LA, or those of staff of some school."""
    return (bool(where_files_lie()) and Destination.objects.exists()) or PersonnelSchool.objects.exists()


def _what_is_to_do() -> list[ToDo]:
    if not _is_set_up():
        text = "Have the letter with the connection code at hand."
        return [*machine.settings_refused(), ToDo("not connected", text, "Connect", reverse("connect"))]
    return [line for look in LINES for line in look()]
