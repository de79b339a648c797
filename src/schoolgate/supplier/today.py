"""Is everything all right at this person's suppliers, and if not, what is to be done?

Test schools play a school: what they do is no business, and is left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Case, Count, Exists, OuterRef, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.mailing import SendMail
from schoolgate.commons.alerts.models import Mail
from schoolgate.commons.backups.standing import what_backups_need
from schoolgate.commons.jobs.health import live_workers
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.jobs.models import State as JobState
from schoolgate.commons.web.charts import Group, pillars
from schoolgate.supplier.certificate import own_certificate
from schoolgate.supplier.models import (
    Buyer,
    Delivery,
    DeliveryState,
    Document,
    OperationUse,
    Order,
    RefusedOrder,
    State,
    Supplier,
    Webhook,
)
from schoolgate.supplier.preferences import EXPIRY_WARNING_DAYS

WAITS_LONG = timedelta(days=3)
"""After so long the school should have imported it; somebody may ring (SCREENS 5.5)."""
PICKED_UP_WITHIN = timedelta(hours=1)
"""A webhook or a shop that asks by API has an order within minutes."""
FAULTS_STAND_FOR = timedelta(days=7)
DAYS_DRAWN = 28
NAMED = 3


@dataclass(frozen=True)
class ToDo:
    """One thing that needs somebody: what is wrong, and the step that cures it."""

    text: str
    step: str
    address: str


@dataclass(frozen=True)
class Today:
    """The first page's facts. `to_do` empty means that all is well; `called`: a real school has called."""

    to_do: list[ToDo]
    called: bool
    waiting: int
    orders: int
    taken: int
    by_day: SafeString


def has_been_called(reader: User) -> bool:
    """Whether a real school of this person's suppliers has called yet."""
    return Buyer.objects.visible_to(reader).filter(test=False, last_call_at__isnull=False).exists()


def look_at_today(reader: User) -> Today:
    """The state of this site now for one of its people; days are London's."""
    now = timezone.now()
    look = _Look(reader, now)
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return Today(
        to_do=list(look.what_is_to_do()),
        called=has_been_called(reader),
        waiting=look.documents.in_the_index(now).count(),
        orders=look.orders.filter(received_at__gte=midnight).count(),
        taken=look.documents.filter(state=State.PROCESSED, processed_at__gte=midnight).count(),
        by_day=look.last_weeks(),
    )


class _Look:
    """What one person may know of, at an instant."""

    def __init__(self, reader: User, now: datetime) -> None:
        self.now = now
        self.suppliers = Supplier.objects.visible_to(reader)
        self.documents = Document.objects.visible_to(reader).filter(buyer__test=False)
        self.orders = Order.objects.visible_to(reader).filter(buyer__test=False)
        self.refused = RefusedOrder.objects.visible_to(reader).filter(buyer__test=False)
        self.webhooks = Webhook.objects.visible_to(reader)

    def what_is_to_do(self) -> Iterator[ToDo]:
        yield from self._orders_not_picked_up()
        yield from self._orders_refused()
        yield from self._schools_with_faults()
        yield from self._webhooks_paused()
        yield from self._waiting_long()
        yield from self._expiring_soon()
        yield from _certificate(self.now)
        yield from _of_the_site()

    def _orders_not_picked_up(self) -> Iterator[ToDo]:
        if number := not_picked_up(self.orders, self.now).count():
            which = "An order has" if number == 1 else f"{number:,} orders have"
            text = f"{which} not been picked up, by webhook, by API or by hand."
            yield ToDo(text, "See which", reverse("orders") + "?taken_at=lying")

    def _orders_refused(self) -> Iterator[ToDo]:
        """Those after which nothing of the same school was taken."""
        cured = Order.objects.filter(buyer=OuterRef("buyer"), received_at__gt=OuterRef("last_at"))
        refused = self.refused.filter(~Exists(cured), last_at__gte=self.now - FAULTS_STAND_FOR)
        if number := refused.count():
            which = "A school's order was" if number == 1 else f"{number:,} orders of schools were"
            yield ToDo(f"{which} refused, and nothing has come since.", "See why", reverse("refused-orders"))

    def _schools_with_faults(self) -> Iterator[ToDo]:
        """Schools whose last call of an operation was answered with a fault."""
        failing = OperationUse.objects.filter(last_fault_at__gte=self.now - FAULTS_STAND_FOR).exclude(last_outcome="ok")
        buyers = Buyer.objects.filter(supplier__in=self.suppliers, test=False, pk__in=failing.values("buyer"))
        found = list(buyers[: NAMED + 1])
        if len(found) == 1:
            yield ToDo(f"Calls of {found[0].name} fail.", "See why", reverse("buyer", args=[found[0].pk]))
        elif found:
            yield ToDo(f"Calls of {_named(found, buyers.count())} fail.", "See why", reverse("calls"))

    def _webhooks_paused(self) -> Iterator[ToDo]:
        if number := self.webhooks.exclude(paused_at=None).count():
            which = "A webhook is" if number == 1 else f"{number:,} webhooks are"
            yield ToDo(f"{which} paused after too many failures.", "See why", reverse("keys"))

    def _waiting_long(self) -> Iterator[ToDo]:
        until = timezone.localtime(self.now).date() - WAITS_LONG
        before = _midnight(until)
        if number := self.documents.in_the_index(self.now).filter(created_at__lt=before).count():
            which = "A document has" if number == 1 else f"{number:,} documents have"
            until -= timedelta(days=1)
            address = f"{reverse('queue')}?state={State.WAITING}&created_at-to={until}&sort=created_at"
            yield ToDo(f"{which} waited for more than 3 days.", "See which", address)

    def _expiring_soon(self) -> Iterator[ToDo]:
        days = EXPIRY_WARNING_DAYS.get()
        if number := self.documents.expiring_soon(self.now, days).count():
            which = "A document" if number == 1 else f"{number:,} documents"
            address = f"{reverse('queue')}?state={State.WAITING}&sort=expires_at"
            yield ToDo(f"{which} will expire within {days} days.", "See which", address)

    def last_weeks(self) -> SafeString:
        """What was queued and what was ordered on each of the last days, in a picture."""
        today = timezone.localtime(self.now).date()
        days = [today - timedelta(days=back) for back in reversed(range(DAYS_DRAWN))]
        queued = _each_day(self.documents, "created_at", days)
        ordered = _each_day(self.orders, "received_at", days)
        groups = [Group(f"{day.day} {day:%b}", numbers) for day, *numbers in zip(days, queued, ordered, strict=True)]
        series = [("documents queued", "queued"), ("orders received", "received")]
        return pillars("Documents and orders of the last four weeks", groups, series)


def not_picked_up(orders: "QuerySet[Order]", now: datetime) -> "QuerySet[Order]":
    """Those that nobody has taken and no webhook was told of, though there was time for both."""
    told = Delivery.objects.filter(order=OuterRef("pk"), state=DeliveryState.DELIVERED)
    return orders.filter(~Exists(told), taken_at=None, received_at__lt=now - PICKED_UP_WITHIN)


def _each_day(rows: "QuerySet[Document] | QuerySet[Order]", when: str, days: Sequence[date]) -> list[int]:
    """How many rows of each day in London, one after the other; one query.

    The days' ends are compared with, since a database that reckons in UTC does not know London's days.
    """
    ends = [_midnight(day + timedelta(days=1)) for day in days]
    place = Case(*(When(**{f"{when}__lt": end}, then=Value(number)) for number, end in enumerate(ends)))
    within = rows.order_by().filter(**{f"{when}__gte": _midnight(days[0]), f"{when}__lt": ends[-1]})
    counts = dict(within.annotate(day=place).values_list("day").annotate(Count("pk")))
    return [counts.get(number, 0) for number in range(len(days))]


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001  made aware, in London


def _named(buyers: Sequence[Buyer], number: int) -> str:
    """A few schools by name, and how many more."""
    shown = ", ".join(buyer.name for buyer in buyers[:NAMED])
    more = number - NAMED
    return f"{shown} and {more:,} more school{'s' if more > 1 else ''}" if more > 0 else shown


def _certificate(now: datetime) -> Iterator[ToDo]:
    """That schools will not trust this service any more, or do not by now."""
    seen = own_certificate()
    if seen and seen.ends_soon(now):
        ends = timezone.localtime(seen.ends)
        verb = "ended" if seen.ends <= now else "ends"
        text = f"The certificate of {seen.address} {verb} on {ends:%a} {ends.day} {ends:%b %Y}."
        yield ToDo(text, "See the connection", reverse("get-connected"))


def _of_the_site() -> Iterator[ToDo]:
    """What the whole service needs: its mail, its jobs, and somebody who works on them."""
    stuck = Mail.objects.stuck().select_related("job")
    if last := stuck.first():
        number = stuck.count()
        mails = "A mail does" if number == 1 else f"{number:,} mails do"
        yield ToDo(f"{mails} not get out. {last.trouble}", "See which", reverse("alerts"))
    for needed in what_backups_need():
        yield ToDo(needed.text, needed.step, reverse("backups"))
    failed = Job.objects.filter(state__in=[JobState.FAILED, JobState.PARKED]).exclude(kind=SendMail.name).count()
    if failed:
        jobs = "One job" if failed == 1 else f"{failed:,} jobs"
        yield ToDo(f"{jobs} failed.", "See what to do", reverse("jobs"))
    if not live_workers().exists():
        text = "Nobody works on the jobs: the site's second process is not running."
        yield ToDo(text, "See the jobs", reverse("jobs"))
