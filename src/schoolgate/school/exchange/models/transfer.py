"""A file on its way to its LA, and every step it may take (DESIGN 5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Self

from django.db import models
from django.utils import timezone

from schoolgate.school.exchange.models.problems import WithProblems
from schoolgate.school.exchange.places import PERSONNEL, STUDENT, is_of_staff


class State(models.TextChoices):
    """The states, in DESIGN 5's spelling; the labels are what an office reads."""

    READY = "ready", "Waiting to be sent"
    SENDING = "sending", "Being sent"
    RETRYING = "retrying", "Being sent again"
    NEEDS_ATTENTION = "needs attention", "Needs attention"
    DELIVERED = "delivered", "Received by the LA"
    IMPORTED = "imported", "Imported"
    REJECTED = "rejected", "Not accepted"
    CANCELLED = "cancelled", "Cancelled"


ARRIVED = frozenset({State.DELIVERED, State.IMPORTED, State.REJECTED})
"""The LA has the file and the receipt is here."""
WAITING = frozenset({State.READY, State.SENDING, State.RETRYING})
"""It goes on by itself, or at the next export."""

StepName = Literal[
    "send", "deliver", "try later", "give up", "put back", "import", "reject", "send anew", "cancel", "try again"
]


@dataclass(frozen=True)
class Step:
    """An allowed step: from any of `sources` to `target`."""

    sources: frozenset[State]
    target: State


def _step(target: State, *sources: State) -> Step:
    return Step(frozenset(sources), target)


STEPS: Mapping[StepName, Step] = {
    "send": _step(State.SENDING, State.READY, State.RETRYING),
    "deliver": _step(State.DELIVERED, State.SENDING),
    "try later": _step(State.RETRYING, State.SENDING),
    "give up": _step(State.NEEDS_ATTENTION, State.SENDING),
    # The destination cannot be used, or the process died on the way: no try of this file was used up.
    "put back": _step(State.READY, State.SENDING),
    # A refused file's import may be started again at the LA, and come to a better end.
    "import": _step(State.IMPORTED, State.DELIVERED, State.REJECTED),
    "reject": _step(State.REJECTED, State.DELIVERED),
    # The LA was restored from a backup that does not hold the file.
    "send anew": _step(State.RETRYING, State.DELIVERED, State.IMPORTED),
    "cancel": _step(State.CANCELLED, State.READY, State.RETRYING, State.NEEDS_ATTENTION),
    "try again": _step(State.READY, State.RETRYING, State.NEEDS_ATTENTION, State.CANCELLED),
}


def goes_from(place: str) -> models.Q:
    """Transfers that go from this place (``places``)."""
    if is_of_staff(place):
        return models.Q(kind=PERSONNEL, source_la=place[:3], source_school=place[3:])
    return models.Q(kind=STUDENT, la=place)


class TransferQuerySet(models.QuerySet["Transfer"]):
    def visible_to(self, user: Any) -> Self:
        return self if user.role in {"administrator", "sender"} else self.none()

    def at(self, place: str) -> Self:
        """Those that go from this place (``places``)."""
        return self.filter(goes_from(place))

    def lean(self) -> Self:
        """Without the findings, which can be large and are shown on one page only."""
        return self.defer("problems")

    def unasked(self) -> Self:
        """Those that passed the checks, and that nobody asked to be sent yet."""
        return self.filter(state=State.READY, asked_at=None, attempts=0)

    def asked_for(self) -> Self:
        """Those that wait and that somebody asked to be sent."""
        return self.filter(state=State.READY, asked_at__isnull=False)

    def retry_due(self, now: datetime) -> Self:
        return self.filter(state=State.RETRYING, next_try_at__lte=now)

    def to_file(self) -> Self:
        """Those that arrived and whose original was not put into *Files Exported* yet."""
        return self.filter(state__in=ARRIVED, filed_at=None)


class Transfer(WithProblems):
    """A file that passed the checks. Its identity is kind, name and sha256 of its plain bytes (`size` of them).

    `tries` counts the tries since a person last asked for it, `attempts` all of them; the latter is also the fence:
    who writes the end of an attempt must still be on it. `filed_at` is when the original came to *Files Exported*.
    `content_gone_at`: from then on its bytes are not kept here any more, in *Files Exported* or elsewhere (retention).
    `former_root`: the root folder was changed before that, and the original stayed in this one.
    """

    kind = models.CharField(max_length=20, default=STUDENT)
    name = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField()
    la = models.CharField("destination LA number", max_length=3, db_index=True)
    source_la = models.CharField(max_length=3)
    source_school = models.CharField(max_length=4)
    school_name = models.CharField(max_length=255, blank=True)
    version = models.CharField(max_length=20)
    made_at = models.DateTimeField("time in the file's header")
    pupils = models.PositiveIntegerField()

    state = models.CharField(max_length=20, choices=State.choices, default=State.READY, db_index=True)
    changed_at = models.DateTimeField(default=timezone.now)
    found_at = models.DateTimeField(default=timezone.now)
    asked_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, db_index=True)
    reason = models.CharField(max_length=40, blank=True)
    sentence = models.CharField(max_length=300, blank=True)
    remedy = models.CharField(max_length=300, blank=True)

    receipt = models.TextField(blank=True)
    receipt_ref = models.CharField(max_length=40, blank=True)
    received_from = models.CharField("address that gave the receipt", max_length=300, blank=True)
    received_at = models.DateTimeField(null=True)
    outcome = models.JSONField(default=dict)
    filed_at = models.DateTimeField(null=True)
    content_gone_at = models.DateTimeField(null=True)
    filed_as = models.CharField(max_length=300, blank=True)
    filing_note = models.CharField(max_length=600, blank=True)
    former_root = models.CharField(max_length=500, blank=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        ordering = ("-found_at", "-id")
        constraints = (models.UniqueConstraint(fields=("kind", "name", "sha256"), name="one_transfer_a_file"),)
        # The first page must be quick with the files of years: it asks for the last, for each school's last, and for
        # the few that were not put away.
        indexes = (
            models.Index(fields=["-found_at", "-id"], name="transfer_newest_first"),
            models.Index(fields=["received_at"], name="transfer_received"),
            models.Index(
                fields=["source_la", "source_school", "school_name", "received_at"], name="transfer_of_school"
            ),
            models.Index(fields=["state"], condition=models.Q(filed_at=None), name="transfer_to_file"),
            models.Index(fields=["filed_at"], condition=models.Q(content_gone_at=None), name="transfer_content_kept"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def base(self) -> str:
        """The sending school as seven digits."""
        return self.source_la + self.source_school

    @property
    def place(self) -> str:
        """The place that it goes from (``places``)."""
        return self.base if self.kind == PERSONNEL else self.la

    @property
    def people(self) -> str:
        """Of how many it tells: 1 pupil, 1,204 pupils, 40 members of staff."""
        one, more = ("member", "members") if self.kind == PERSONNEL else ("pupil", "pupils")
        of_staff = " of staff" if self.kind == PERSONNEL else ""
        return f"{self.pupils:,} {one if self.pupils == 1 else more}{of_staff}"

    @property
    def state_words(self) -> str:
        return State(self.state).label

    def may(self, step: StepName) -> bool:
        return self.state in STEPS[step].sources

    def take(self, step: StepName, **values: Any) -> bool:
        """Take a step if the row still is where this object thinks it is; false when somebody else moved it on.

        `values` are further fields written with it. The object is brought up to date only on success.
        """
        allowed = STEPS[step]
        values = {"changed_at": timezone.now(), **values, "state": allowed.target}
        moved = Transfer.objects.filter(pk=self.pk, state__in=allowed.sources, attempts=self.attempts).update(**values)
        if moved:
            for name, value in values.items():
                setattr(self, name, value)
        return bool(moved)
