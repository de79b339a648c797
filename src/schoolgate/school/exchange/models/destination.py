from typing import Any, Self

from django.core.validators import RegexValidator
from django.db import models

from schoolgate.commons.sealed import SealedTextField

three_digits = RegexValidator(r"^[0-9]{3}\Z", "An LA number is three digits, for example 820.")


class DestinationQuerySet(models.QuerySet["Destination"]):
    def visible_to(self, user: Any) -> Self:
        """Everybody who works here may know where files go; the password shows itself to nobody."""
        return self if user.role in {"administrator", "sender"} else self.none()

    def due(self, now: Any) -> Self:
        """Those that were in trouble and may be tried again without a person."""
        return self.filter(try_again_at__lte=now)


class Destination(models.Model):
    """An LA that files go to, with the credentials that serve all schools (handbook 04, "LA URLs").

    `trouble` and what follows it tell why nothing can be sent to this LA; empty when the last run found all well.
    """

    la = models.CharField(
        "LA number",
        max_length=3,
        unique=True,
        validators=[three_digits],
        error_messages={"unique": "There is an entry for this LA already."},
    )
    name = models.CharField("name of the LA", max_length=150)
    address = models.CharField("address", max_length=300)
    user = models.CharField("user name", max_length=150)
    password = SealedTextField("password")
    contact = models.CharField("whom to ask", max_length=200, blank=True)

    connected_at = models.DateTimeField(null=True, editable=False)
    trouble = models.CharField(max_length=40, blank=True, editable=False)
    trouble_sentence = models.CharField(max_length=300, blank=True, editable=False)
    trouble_remedy = models.CharField(max_length=300, blank=True, editable=False)
    trouble_since = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    try_again_at = models.DateTimeField(null=True, editable=False)
    outcomes_cursor = models.CharField(max_length=60, blank=True, editable=False)

    objects = DestinationQuerySet.as_manager()

    class Meta:
        ordering = ("la",)

    def __str__(self) -> str:
        return f"{self.name} ({self.la})"
