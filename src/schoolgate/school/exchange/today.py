"""Is everything all right, and if not, what is to be done? (SCREENS 5.1, "Today")"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from django.db.models import Count, Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.jobs.health import health
from schoolgate.commons.web.charts import Mark
from schoolgate.school.exchange.folders import root_folder
from schoolgate.school.exchange.models import Destination, HeldBackFile, State, Transfer
from schoolgate.school.exchange.models.transfer import ARRIVED

WEEKS = 12

Colour = Literal["good", "busy", "bad"]


@dataclass(frozen=True)
class ToDo:
    """One thing that needs somebody: what is wrong, what cures it, and where."""

    text: str
    step: str
    address: str


@dataclass(frozen=True)
class Today:
    """The first page's facts. `colour` is the one sentence's: red when there is something to do.

    `set_up` once there are a root folder and an LA; until then what is to do is no fault.
    """

    set_up: bool
    to_do: list[ToDo]
    waiting: int
    under_way: int
    last: Transfer | None
    weeks: list[Mark]

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
            return f"{_files(self.under_way)} on the way to the LA."
        if self.waiting:
            return f"{_files(self.waiting)} ready to be sent."
        return "Everything that was sent has arrived." if self.last else "Everything is ready. Nothing was sent yet."


def look_at_today() -> Today:
    """The state of this site now."""
    transfers = Transfer.objects
    return Today(
        set_up=root_folder() is not None and Destination.objects.exists(),
        to_do=_what_is_to_do(),
        waiting=transfers.filter(state=State.READY, asked_at=None).count(),
        under_way=transfers.filter(state__in=[State.SENDING, State.RETRYING]).count() + transfers.asked_for().count(),
        last=transfers.filter(state__in=ARRIVED).order_by("-received_at").first(),
        weeks=_weeks(timezone.localdate()),
    )


def rejected_and_not_made_good() -> int:
    """How many schools have a file that the LA did not accept, and none accepted since."""
    later = Transfer.objects.filter(
        source_la=OuterRef("source_la"),
        source_school=OuterRef("source_school"),
        la=OuterRef("la"),
        state__in=[State.DELIVERED, State.IMPORTED],
        received_at__gt=OuterRef("received_at"),
    )
    rejected = Transfer.objects.filter(~Exists(later), state=State.REJECTED)
    return rejected.values("source_la", "source_school", "la").distinct().count()


def _what_is_to_do() -> list[ToDo]:
    if root_folder() is None:
        return [ToDo("First, say where your files lie.", "Set the folder", reverse("folder"))]
    if not Destination.objects.exists():
        return [ToDo("Next, say which LA your files go to.", "Add your LA", reverse("add-la"))]
    found = [
        ToDo(f"{destination}: {destination.trouble_sentence} {destination.trouble_remedy}", *_where(destination))
        for destination in Destination.objects.exclude(trouble="")
    ]
    found += _without_entry()
    found += _held_back()
    found += _not_received()
    rejected = rejected_and_not_made_good()
    if rejected:
        text = f"{_files(rejected, 'was', 'were')} not accepted by the LA."
        found.append(ToDo(text, "See why", f"{reverse('transfers')}?state=rejected"))
    left = Transfer.objects.to_file().exclude(filing_note="").count()
    if left:
        text = f"{_files(left)} received, but not yet put into Files Exported."
        found.append(ToDo(text, "See which", reverse("transfers")))
    failed = health().failed
    if failed:
        text = "A job of this program failed." if failed == 1 else f"{failed} jobs of this program failed."
        found.append(ToDo(text, "See why", reverse("jobs")))
    return found


def _without_entry() -> list[ToDo]:
    """Files for an LA that nobody made an entry for: they would wait for ever."""
    waiting = Transfer.objects.filter(state__in=[State.READY, State.RETRYING])
    las = waiting.exclude(la__in=Destination.objects.values("la")).values_list("la").annotate(Count("pk"))
    return [
        ToDo(f"{_files(count)} waiting for LA {la}, which has no entry here.", "Add this LA", reverse("add-la"))
        for la, count in las.order_by("la")
    ]


def _held_back() -> list[ToDo]:
    files = HeldBackFile.objects.defer("problems")
    count = files.count()
    if count == 1:
        alone = files.get()
        text = f"{alone} was not sent. {alone.sentence}"
        return [ToDo(text, "See what to do", reverse("held-back-file", args=[alone.pk]))]
    return [ToDo(f"{_files(count)} held back and not sent.", "See why", reverse("held-back-files"))] if count else []


def _not_received() -> list[ToDo]:
    files = Transfer.objects.lean().filter(state=State.NEEDS_ATTENTION)
    count = files.count()
    if count == 1:
        alone = files.get()
        text = f"{alone.name} was not received by the LA. {alone.sentence}"
        return [ToDo(text, "See what to do", reverse("transfer", args=[alone.pk]))]
    address = f"{reverse('transfers')}?state=needs+attention"
    return [ToDo(f"{_files(count)} not received by the LA.", "See what to do", address)] if count else []


def _where(destination: Destination) -> tuple[str, str]:
    return "Open the LA's entry", reverse("edit-la", args=[destination.la])


def _files(number: int, one: str = "is", more: str = "are") -> str:
    return f"1 file {one}" if number == 1 else f"{number:,} files {more}"


def _weeks(today: date) -> list[Mark]:
    """The last weeks, oldest first: what arrived in each."""
    monday = today - timedelta(days=today.weekday())
    marks = []
    for back in reversed(range(WEEKS)):
        begins = monday - timedelta(weeks=back)
        arrived = Transfer.objects.filter(
            received_at__gte=_midnight(begins), received_at__lt=_midnight(begins + timedelta(weeks=1))
        ).count()
        text = "nothing sent" if not arrived else "1 file" if arrived == 1 else f"{arrived:,} files"
        marks.append(Mark(f"{begins:%a} {begins.day} {begins:%b}", "received" if arrived else "none", text))
    return marks


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001  made aware, in London
