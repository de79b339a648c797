from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from schoolgate.authority.bases.models import SCHOOL_USER, Base
from schoolgate.authority.exchange.kinds import OF_PUPILS
from schoolgate.authority.records.models.visible import ForStaff


class EntryState(models.TextChoices):
    """How an entry of the outbox stands."""

    MADE = "made", "Waits for the school’s program"
    FETCHED = "fetched", "Fetched by the school’s program"
    CLOSED = "closed", "Closed"
    CANCELLED = "cancelled", "Cancelled"


STEPS: dict[str, tuple[frozenset[str], str]] = {
    "fetch": (frozenset({EntryState.MADE}), EntryState.FETCHED),
    "close": (frozenset({EntryState.MADE, EntryState.FETCHED}), EntryState.CLOSED),
    "cancel": (frozenset({EntryState.MADE, EntryState.FETCHED}), EntryState.CANCELLED),
}
"""Every allowed step of an entry: from which states, to which."""

OPEN = (EntryState.MADE, EntryState.FETCHED)


class EntryKind(models.TextChoices):
    REQUEST = "request", "Request for a file"
    FILE = "file", "File for the school"


class Wanted(models.TextChoices):
    """What a request is for; a task's data is spelt the same."""

    SNAPSHOT = "snapshot", "a full pupil file"
    CHANGED = "changed", "a pupil file"
    ATTENDANCE = "attendance", "a pupil file with attendance"
    ATTAINMENT = "attainment", "a pupil file with attainment"


class OutboxEntryQuerySet(ForStaff["OutboxEntry"]):
    def visible_to(self, user: Any) -> Self:
        """Staff see all; a school's own people what is for their schools, but files that tell of staff.

        Those hold pay and National Insurance numbers, and go to the school's program, as such files come from it only.
        """
        if getattr(user, "role", None) != SCHOOL_USER:
            return super().visible_to(user)
        of_pupils = Q(kind=EntryKind.REQUEST) | Q(document__in=OF_PUPILS)
        return self.filter(of_pupils, base__in=Base.objects.visible_to(user))

    def of_account(self, account: Any) -> "OutboxEntryQuerySet":
        """Those of the bases that this exchange account serves today."""
        return self.filter(base__in=Base.objects.open_to(account))

    def open(self) -> "OutboxEntryQuerySet":
        """Those that something is still to come of."""
        return self.filter(state__in=OPEN)

    def requests(self) -> "OutboxEntryQuerySet":
        """Those that ask for a file."""
        return self.filter(kind=EntryKind.REQUEST)

    def files(self) -> "OutboxEntryQuerySet":
        """Those that are files for the school."""
        return self.filter(kind=EntryKind.FILE)

    def take(self, step: str, **values: Any) -> int:
        """Take a step of STEPS with those of these entries that may; how many did."""
        before, after = STEPS[step]
        if after not in OPEN:
            values = {"ended_at": timezone.now(), **values}
        return self.filter(state__in=before).update(state=after, **values)


class OutboxEntry(models.Model):
    """Something that waits for a school's program: a request to send a file, or a file for the school.

    Of a request `data` says what is wanted, `task_name` by which task; `runs` are the numbers of the runs that wait for
    it, the first of which it was made for. A run of the same base and data that falls due meanwhile joins it.

    Of a file `name`, `sha256` and `size` are of its plain bytes, `document` is its kind (a name of `kinds.KINDS`) and
    `group` the data group that it is about, empty for several; `task_name` says for what it was made. It is offered
    until the school says that it lies safely there, which closes it. `content_gone_at`: its bytes are not kept since.
    """

    base = models.ForeignKey(Base, models.PROTECT, related_name="outbox")
    kind = models.CharField(max_length=8, choices=EntryKind.choices, default=EntryKind.REQUEST)
    state = models.CharField(max_length=9, choices=EntryState.choices, default=EntryState.MADE)
    data = models.CharField(max_length=10, choices=Wanted.choices, blank=True)
    task_name = models.CharField(max_length=100)
    runs = models.JSONField(default=list)
    name = models.CharField(max_length=100, blank=True)
    document = models.CharField(max_length=20, blank=True)
    group = models.CharField(max_length=40, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(default=0)
    content_gone_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(default=timezone.now)
    collected_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = OutboxEntryQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("base", "data"),
                condition=Q(kind="request", state__in=("made", "fetched")),
                name="one_open_request_a_base_and_data",
            ),
        )
        indexes = (
            models.Index(fields=("base", "id"), condition=Q(state__in=("made", "fetched")), name="outbox_open_of_base"),
            models.Index(fields=("ended_at",), condition=Q(ended_at__isnull=False), name="outbox_ended"),
            models.Index(fields=("-made_at", "-id"), name="outbox_listed"),
        )

    def __str__(self) -> str:
        return self.name if self.is_file else f"{self.get_data_display()} ({self.task_name})"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_file(self) -> bool:
        return self.kind == EntryKind.FILE

    @property
    def state_words(self) -> str:
        """How it stands, as people are told; a file that is closed lies at the school."""
        if self.is_file and self.state == EntryState.CLOSED:
            return "Lies at the school"
        if self.is_file and self.state == EntryState.CANCELLED:
            return "Withdrawn"
        return EntryState(self.state).label
