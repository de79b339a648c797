"""Is everything all right, and if not, what is to be done?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.bases.la import LA_NUMBER
from schoolgate.authority.bases.models import Base, BaseQuerySet
from schoolgate.authority.exchange.models import ReceivedFile, RefusedDelivery
from schoolgate.commons.jobs.health import health

REFUSALS_STAND_FOR = timedelta(days=30)


@dataclass(frozen=True)
class ToDo:
    """One thing that needs somebody: what is wrong, and the step that cures it."""

    text: str
    step: str
    address: str


@dataclass(frozen=True)
class Today:
    """The first page's facts. `to_do` empty means that all is well."""

    to_do: list[ToDo]
    received: int
    refused: int
    silent: int
    bases: int
    last: ReceivedFile | None


def look_at_today() -> Today:
    """The state of this site now; days are days in London."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return Today(
        to_do=_what_is_to_do(),
        received=ReceivedFile.objects.filter(received_at__gte=midnight).count(),
        refused=RefusedDelivery.objects.filter(last_at__gte=midnight).count(),
        silent=never_heard_from().count(),
        bases=Base.objects.filter(active=True).count(),
        last=ReceivedFile.objects.select_related("base").first(),
    )


def never_heard_from() -> BaseQuerySet:
    """The schools that may send and never did."""
    return Base.objects.filter(active=True, received_files=None)


def standing_refusals(now: datetime) -> QuerySet[RefusedDelivery]:
    """The refusals of the last month after which nothing of the same account has been taken."""
    cured = ReceivedFile.objects.filter(account=OuterRef("account"), received_at__gt=OuterRef("last_at"))
    return RefusedDelivery.objects.filter(~Exists(cured), last_at__gte=now - REFUSALS_STAND_FOR)


def _what_is_to_do() -> list[ToDo]:
    found: list[ToDo] = []
    if not LA_NUMBER.get():
        found.append(
            ToDo("This site does not know its LA number, so no file can come.", "Set it", reverse("administration"))
        )
    if not Base.objects.exists():
        found.append(ToDo("No school may send yet.", "Add the first base", reverse("add-base")))
    refused = standing_refusals(timezone.now())
    if refused.filter(code="no-space").exists():
        found.append(ToDo("The disk is full: files are turned away.", "See which", reverse("refused-deliveries")))
    count = refused.exclude(code="no-space").values("account").distinct().count()
    if count:
        who = "One school's file was" if count == 1 else f"Files of {count} schools were"
        found.append(ToDo(f"{who} refused, and nothing has come since.", "See why", reverse("refused-deliveries")))
    work = health()
    if work.failed:
        jobs = "One job" if work.failed == 1 else f"{work.failed} jobs"
        found.append(ToDo(f"{jobs} failed.", "See what to do", reverse("jobs")))
    if not work.workers:
        found.append(
            ToDo("Nobody works on the jobs: the site's second process is not running.", "See the jobs", reverse("jobs"))
        )
    return found
