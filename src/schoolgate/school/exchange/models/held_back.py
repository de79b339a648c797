from typing import Any, Self

from django.db import models
from django.utils import timezone

from schoolgate.school.exchange.models.problems import WithProblems
from schoolgate.school.exchange.places import kind_of


class HeldBackQuerySet(models.QuerySet["HeldBackFile"]):
    def visible_to(self, user: Any) -> Self:
        return self if user.role in {"administrator", "sender"} else self.none()

    def of_staff(self) -> Self:
        """Personnel files."""
        return self.filter(place__regex=r"^[0-9]{7}$")


class HeldBackFile(WithProblems):
    """A file that is not sent, and why. It has no transfer.

    `name` is the file's name as far as a database can hold it. A file of the origin `upload` came by the browser: its
    bytes lie in the spool, not in a folder, and it is of no `place` (``places``).
    """

    class Origin(models.TextChoices):
        FOLDER = "folder", "found in the folder"
        UPLOAD = "upload", "sent from the browser"

    place = models.CharField("place that it lies in", max_length=7, blank=True)
    name = models.CharField(max_length=300)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.FOLDER)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=40)
    sentence = models.CharField(max_length=500)
    remedy = models.CharField(max_length=500, blank=True)
    version = models.CharField(max_length=20, blank=True)
    pupils = models.PositiveIntegerField(null=True)
    school = models.CharField(max_length=7, blank=True)
    suggested_name = models.CharField(max_length=100, blank=True)
    right_la = models.CharField(max_length=3, blank=True)
    since = models.DateTimeField(default=timezone.now)

    objects = HeldBackQuerySet.as_manager()

    class Meta:
        ordering = ("-since", "-id")
        constraints = (models.UniqueConstraint(fields=("place", "name", "origin"), name="one_row_a_held_back_file"),)

    def __str__(self) -> str:
        return self.name

    @property
    def la(self) -> str:
        """The LA whose folder, or whose school's folder, it lies in."""
        return self.place[:3]

    @property
    def kind(self) -> str:
        """Of which kind the files of its place are."""
        return kind_of(self.place)
