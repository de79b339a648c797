from typing import Any, Self

from django.db import models

WANTED = {
    "snapshot": "a full pupil file",
    "attendance": "a pupil file with attendance",
    "attainment": "a pupil file with attainment",
}


class FileRequestQuerySet(models.QuerySet["FileRequest"]):
    def visible_to(self, user: Any) -> Self:
        """Everybody who works here may know what is asked for."""
        return self if user.role in {"administrator", "sender"} else self.none()


class FileRequest(models.Model):
    """A file that an LA asks for, as its outbox said when it was read last; gone when the LA asks no more.

    `number` is the LA's for it, `user` the user name with which it was read. `made_at` is when the LA asked.
    """

    destination_la = models.CharField("destination LA No.", max_length=3)
    number = models.BigIntegerField()
    user = models.CharField(max_length=150)
    la = models.CharField("LA No.", max_length=3)
    school = models.CharField("School No.", max_length=4)
    school_name = models.CharField(max_length=150, blank=True)
    data = models.CharField(max_length=20)
    task = models.CharField(max_length=100, blank=True)
    made_at = models.DateTimeField()
    said_at = models.DateTimeField(null=True)
    """When the LA was told that it is here."""

    objects = FileRequestQuerySet.as_manager()

    class Meta:
        ordering = ("made_at", "pk")
        constraints = (models.UniqueConstraint(fields=("destination_la", "number"), name="one_row_a_request_of_an_la"),)

    def __str__(self) -> str:
        return f"{self.wanted} of {self.of_school}"

    @property
    def wanted(self) -> str:
        """A full pupil file; for whatever a later LA may ask for, a pupil file."""
        return WANTED.get(self.data, "a pupil file")

    @property
    def of_school(self) -> str:
        return self.school_name or f"{self.la} {self.school}"
