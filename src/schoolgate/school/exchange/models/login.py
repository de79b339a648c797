from datetime import datetime
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models

from schoolgate.commons.sealed import SealedTextField
from schoolgate.school.exchange.whom_to_ask import naming_whom

three_digits = RegexValidator(r"^[0-9]{3}\Z", "An LA number is three digits, for example 820.")
four_digits = RegexValidator(r"^[0-9]{4}\Z", "A school number is four digits, for example 4321.")

LOGIN_TROUBLES = frozenset(
    {
        "no-credentials",
        "wrong-credentials",
        "password-expired",
        "locked",
        "no-licence",
        "no-out-of-county-licence",
    }
)
"""Codes of troubles that are of one user name and password, not of the line to the LA or of the LA itself."""


def resting(now: datetime) -> models.Q:
    """Rows in a trouble that is not to be tried again by itself now: it waits for a person, or for its time."""
    return ~models.Q(trouble="") & (models.Q(try_again_at=None) | models.Q(try_again_at__gt=now))


class Login(models.Model):
    """A user name and password that an LA gave out, and what was found when they were last used.

    `trouble` and what follows it tell why nothing can be sent with them; empty when the last run found all well.
    """

    user = models.CharField("user name", max_length=150, blank=True)
    password = SealedTextField("password", blank=True)
    password_expires_at = models.DateTimeField(null=True, editable=False)

    connected_at = models.DateTimeField(null=True, editable=False)
    trouble = models.CharField(max_length=40, blank=True, editable=False)
    trouble_sentence = models.CharField(max_length=300, blank=True, editable=False)
    trouble_remedy = models.CharField(max_length=300, blank=True, editable=False)
    trouble_since = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    try_again_at = models.DateTimeField(null=True, editable=False)
    outcomes_cursor = models.CharField(max_length=60, blank=True, editable=False)
    outcomes_asked_at = models.DateTimeField(null=True, editable=False)
    requests_asked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    objects: models.Manager[Any]

    read_password: str | None = None
    """The password as this object was read with; None where it was not."""

    @classmethod
    def from_db(cls, *args: Any, **options: Any) -> Self:
        read = super().from_db(*args, **options)
        read.read_password = read.__dict__.get("password")
        return read

    @property
    def credentials(self) -> tuple[str, str]:
        """User name and password to sign in with; both empty where there are none."""
        return self.user, self.password

    @property
    def has_credentials(self) -> bool:
        return bool(self.credentials[0])

    @property
    def line_trouble(self) -> bool:
        """Whether nothing can be sent there, whatever the user name."""
        return bool(self.trouble) and self.trouble not in LOGIN_TROUBLES

    @property
    def whom_to_ask(self) -> str:
        """Name, telephone and hours of whoever helps at the LA; empty when they are not known."""
        raise NotImplementedError

    @property
    def what_to_do(self) -> str:
        """The remedy of its trouble, with whom to ask at the LA."""
        return naming_whom(self.trouble_remedy, self.whom_to_ask)

    def clean(self) -> None:
        """Both or none (handbook 04, 05)."""
        super().clean()
        if self.user and not self.password:
            raise ValidationError({"password": "Enter the password that belongs to this user name."})
        if self.password and not self.user:
            raise ValidationError({"user": "Enter the user name that belongs to this password."})

    def read_account(self) -> None:
        """Read the password as it is now; after it, `credentials` and whom to ask are looked up no more."""
        self.refresh_from_db(fields=["password", "password_expires_at"])

    def forget_trouble(self) -> None:
        """A changed entry is to be tried anew."""
        self.trouble = self.trouble_sentence = self.trouble_remedy = ""
        self.trouble_since = self.try_again_at = None
        self.failures = 0

    def note(self, **found: Any) -> None:
        """Write what a run found, and nothing that a person may be editing meanwhile."""
        for name, value in found.items():
            setattr(self, name, value)
        type(self).objects.filter(pk=self.pk).update(**found)
