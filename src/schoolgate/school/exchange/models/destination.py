from datetime import datetime
from typing import Any, Self

from django.db import models

from schoolgate.school.exchange.models.login import LOGIN_TROUBLES, Login, resting, three_digits

NO_ACCOUNT = "no-credentials"
"""The trouble of an LA without credentials for all schools, noted when a file wanted them."""


class DestinationQuerySet(models.QuerySet["Destination"]):
    def visible_to(self, user: Any) -> Self:
        """Everybody who works here may know where files go; the password shows itself to nobody."""
        return self if user.role in {"administrator", "sender"} else self.none()

    def with_line_resting(self, now: datetime) -> Self:
        """Those that nothing can be sent to now, whatever the user name."""
        return self.filter(resting(now)).exclude(trouble__in=LOGIN_TROUBLES)

    def with_login_resting(self, now: datetime) -> Self:
        """Those whose LA-wide credentials cannot be used now."""
        return self.filter(resting(now), trouble__in=LOGIN_TROUBLES)

    def with_folders(self) -> Self:
        """Those with folders from version 3."""
        return self.exclude(not_exported="")

    def contact_of(self, la: str) -> str:
        """Name, telephone and hours of whoever helps at this LA; empty when it was never told."""
        return self.filter(la=la).values_list("contact", flat=True).first() or ""


class Destination(Login):
    """An LA that files go to, with the credentials for schools that have none of their own (handbook 04, "LA URLs").

    Its `trouble` is that of the line to the LA or, by its code, that of the LA-wide credentials. The two folders are
    those that version 3 used for it; they hold until a root folder is set, and are forgotten then (handbook 04,
    "Migrating Settings").
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
    contact = models.CharField("whom to ask", max_length=200, blank=True)
    not_exported = models.CharField("Files Not Exported", max_length=500, blank=True, editable=False)
    exported = models.CharField("Files Exported", max_length=500, blank=True, editable=False)

    objects = DestinationQuerySet.as_manager()

    class Meta:
        ordering = ("la",)

    @property
    def place(self) -> str:
        """The place that its files are sent from (``places``)."""
        return self.la

    @property
    def is_in_trouble(self) -> bool:
        """Whether something is wrong with the LA's entry; what `NO_ACCOUNT` tells is a matter of some school's file."""
        return self.trouble not in {"", NO_ACCOUNT}

    @property
    def whom_to_ask(self) -> str:
        return self.contact

    def __str__(self) -> str:
        return f"{self.name} ({self.la})"
