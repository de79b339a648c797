from datetime import datetime
from typing import Any, Self

from django.db import models

from schoolgate.school.exchange.models.destination import Destination
from schoolgate.school.exchange.models.login import Login, four_digits, resting, three_digits


class SchoolQuerySet(models.QuerySet["School"]):
    def visible_to(self, user: Any) -> Self:
        """Everybody who works here may know the schools; the password shows itself to nobody."""
        return self if user.role in {"administrator", "sender"} else self.none()

    def with_own_credentials(self) -> Self:
        return self.exclude(user="")

    def with_login_resting(self, now: datetime) -> Self:
        """Those whose own credentials cannot be used now."""
        return self.with_own_credentials().filter(resting(now))


class School(Login):
    """A school and one LA it sends to, with credentials of its own if it has any (handbook 05, "School Details").

    A school that sends to two LAs has two rows. A school without a row sends with the LA-wide credentials.
    """

    name = models.CharField("school name", max_length=150)
    la = models.CharField("LA No.", max_length=3, validators=[three_digits])
    number = models.CharField("School No.", max_length=4, validators=[four_digits])
    destination_la = models.CharField("destination LA No.", max_length=3, validators=[three_digits])

    objects = SchoolQuerySet.as_manager()

    class Meta:
        ordering = ("la", "number", "destination_la")
        constraints = (
            models.UniqueConstraint(
                fields=("la", "number", "destination_la"),
                name="one_row_a_school_and_destination",
                violation_error_message="There is a row for this school and destination already.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.la} {self.number})"

    @property
    def base(self) -> str:
        """The school as seven digits."""
        return self.la + self.number

    @property
    def whom_to_ask(self) -> str:
        return Destination.objects.contact_of(self.destination_la)
