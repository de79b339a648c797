"""A file that an LA has for a school, on its way into *Files Imported* (handbook 06, "Importing")."""

from typing import Any, Self

from django.db import models
from django.utils import timezone

from schoolgate.school.exchange.places import PERSONNEL


class Stage(models.TextChoices):
    """How far it is. It goes through them in this order, and is never begun again once it is placed."""

    PLACING = "placing", "Being put into Files Imported"
    PLACED = "placed", "In Files Imported"
    TOLD = "told", "In Files Imported; the LA knows"


class ImportedFileQuerySet(models.QuerySet["ImportedFile"]):
    def visible_to(self, user: Any) -> Self:
        """Everybody who sends files may know what came."""
        return self if user.role in {"administrator", "sender"} else self.none()


class ImportedFile(models.Model):
    """One file from an LA's outbox, which is offered until the LA is told that it lies here.

    `number` is the LA's for it; with the digest it is what a file is known by, since an LA that was set up anew counts
    from the beginning. While it is `placing`, its bytes lie whole and durable in `folder` as `aside`, or that was
    renamed to `placed_as` already: whoever looks can tell.
    """

    destination_la = models.CharField("LA that it is from", max_length=3)
    number = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    document = models.CharField(max_length=20, default=PERSONNEL)
    la = models.CharField("LA No.", max_length=3)
    school = models.CharField("School No.", max_length=4)
    name = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=Stage.choices, default=Stage.PLACING)
    folder = models.CharField(max_length=500)
    aside = models.CharField(max_length=100)
    placed_as = models.CharField(max_length=120)
    found_at = models.DateTimeField(default=timezone.now)
    placed_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    objects = ImportedFileQuerySet.as_manager()

    class Meta:
        ordering = ("-found_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("destination_la", "number", "sha256"), name="one_row_an_imported_file"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def state_words(self) -> str:
        return Stage(self.state).label
