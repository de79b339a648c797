import json
from typing import Any, Self

from django.db import models
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.groups.data_group import DataGroup
from schoolgate.authority.records.groups.registry import group_numbered
from schoolgate.authority.records.models import Change, Decision, Pupil
from schoolgate.authority.records.models.masking import OfPupil


class ConflictQuerySet(OfPupil["Conflict"]):
    def open(self) -> Self:
        """Those that wait for a person."""
        return self.filter(decision=None)


class Conflict(models.Model):
    """An incoming value that differs from the held one, and waits for a person or was decided by one (reference 9.6).

    `group` is a data group's number, `item` the name of one of its items; `incoming_text` is canonical JSON, and
    `incoming_digest` stands for it whatever its harmless spelling (`deciding.refusal_digest`). `origin` says from where
    it came and by which rule the pupil was found, `seen_in` is the job that said it last. There is one open conflict
    for each item of a pupil and base: a new value replaces it, and it goes by itself when both are equal.
    """

    class Outcome(models.TextChoices):
        OPEN = "", "Waits"
        ACCEPTED = "accepted", "Accepted"
        DISCARDED = "discarded", "Discarded"
        NEVER_AGAIN = "never-again", "Discarded, not to be asked again"

    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="conflicts")
    base = models.ForeignKey(Base, models.CASCADE, related_name="conflicts")
    group = models.SmallIntegerField()
    item = models.CharField(max_length=60)
    incoming_text = models.TextField()
    incoming_digest = models.BinaryField(max_length=16)
    origin = models.ForeignKey(Change, models.PROTECT, related_name="+")
    since = models.DateTimeField(default=timezone.now)
    seen_in = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="conflicts")

    objects = ConflictQuerySet.as_manager()

    class Meta:
        ordering = ("pupil", "group", "item", "base")
        constraints = (
            models.UniqueConstraint(
                fields=("pupil", "base", "group", "item"),
                condition=models.Q(decision=None),
                name="one_open_conflict_an_item",
            ),
        )
        indexes = (
            models.Index(fields=("base", "since"), condition=models.Q(decision=None), name="open_conflicts_of_a_base"),
            models.Index(fields=("since",), condition=models.Q(decision=None), name="open_conflicts_by_age"),
            models.Index(
                fields=("group", "item", "base"), condition=models.Q(decision=None), name="open_conflicts_by_item"
            ),
        )

    def __repr__(self) -> str:
        return f"<Conflict {self.pk}>"

    @property
    def data_group(self) -> DataGroup:
        """The group the item is of."""
        return group_numbered(self.group)

    @property
    def incoming(self) -> Any:
        """The value that waits, a new object each time."""
        return json.loads(self.incoming_text)
