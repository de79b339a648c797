from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.models.masking import OfPupil
from schoolgate.authority.records.subjects import NOUNS, PUPIL, STAFF, SUBJECTS, Subject

DATA_REQUESTS = "data-requests"
"""The right to make packs of all that is held of a person, and to erase records (`commons.accounts.rights`)."""

LONGEST_ASKED_BY = 200
LONGEST_OUTCOME = 500
"""Characters."""


def may_answer_requests(user: Any) -> bool:
    """Whether this user was given the right to make packs and to erase."""
    return bool(user.has_right(DATA_REQUESTS))


class Kind(models.TextChoices):
    """What somebody asks for, of what is held of a person (UK GDPR Articles 15, 17 and 16)."""

    ACCESS = "access", "Access"
    ERASURE = "erasure", "Erasure"
    CORRECTION = "correction", "Correction"


class State(models.TextChoices):
    """How a request stands."""

    OPEN = "open", "Open"
    DONE = "done", "Done"
    REFUSED = "refused", "Refused"


class DataRequestQuerySet(OfPupil["DataRequest"]):
    def of_staff(self) -> Q:
        """Those about members of staff, also once they are erased."""
        return Q(subject=STAFF)

    def open(self) -> Self:
        """Those that somebody has to answer."""
        return self.filter(state=State.OPEN)

    def due(self, by: date) -> Self:
        """Open ones that must be answered by this day, or should have been."""
        return self.open().filter(due__lte=by)


class DataRequest(models.Model):
    """Somebody asks for all that is held of a person, or that it be erased or corrected.

    `number` is the person's; `pupil` leads to the record for as long as there is one. `asked_by` is who asked, in the
    words of who wrote it down, and goes with the record when that is erased. `due` is one calendar month after
    `received` (`receiving.due_after`). `outcome` says, without a name, what was answered or why it was not done.
    `packed_at` is when all that is held was last put into a pack.
    """

    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=7, choices=State.choices, default=State.OPEN)
    pupil = models.ForeignKey(Pupil, models.SET_NULL, null=True, related_name="data_requests")
    number = models.BigIntegerField()
    subject = models.CharField(max_length=5, choices=SUBJECTS, default=PUPIL)
    asked_by = models.CharField(max_length=LONGEST_ASKED_BY, blank=True)
    received = models.DateField()
    due = models.DateField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)
    packed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True, db_index=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=LONGEST_OUTCOME, blank=True)

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        ordering = ("due", "id")
        indexes = (models.Index(fields=("due",), condition=Q(state="open"), name="open_data_requests_by_day"),)

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """What it is called in letters and in the audit; it names nobody."""
        return f"R-{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state == State.OPEN

    @property
    def told_of(self) -> Subject:
        """Of whom it is (`subject`)."""
        return STAFF if self.subject == STAFF else PUPIL

    @property
    def person(self) -> str:
        """Whose it is, as lists have it; by number once the record is gone."""
        return self.pupil.listed_name if self.pupil else f"{NOUNS[self.told_of][0].capitalize()} {self.number}"

    def is_overdue(self, today: date) -> bool:
        """Whether the day by which it had to be answered is over."""
        return self.is_open and self.due < today
