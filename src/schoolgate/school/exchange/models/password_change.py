from typing import Any, Self

from django.db import models
from django.utils import timezone

from schoolgate.commons.sealed import SealedTextField
from schoolgate.school.exchange.models.destination import Destination
from schoolgate.school.exchange.models.login import Login
from schoolgate.school.exchange.models.school import School


class PasswordChangeQuerySet(models.QuerySet["PasswordChange"]):
    def of(self, login: Login) -> Self:
        """The change that is under way for this login: one at most."""
        return self.filter(school=login.pk) if isinstance(login, School) else self.filter(destination=login.pk)

    def at(self, la: str) -> Self:
        """Those of all logins at this LA."""
        return self.filter(models.Q(destination__la=la) | models.Q(school__destination_la=la))


class PasswordChange(models.Model):
    """A new password that an LA was asked to take, and may have taken: kept until that is known.

    It stands beside the login, not in it, so that whoever saves a login's form meanwhile cannot write over it.
    """

    destination = models.OneToOneField(
        Destination, models.CASCADE, null=True, related_name="password_change", editable=False
    )
    school = models.OneToOneField(School, models.CASCADE, null=True, related_name="password_change", editable=False)
    password = SealedTextField("new password")
    asked_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PasswordChangeQuerySet.as_manager()

    class Meta:
        ordering = ("asked_at",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(destination=None, school__isnull=False)
                | models.Q(destination__isnull=False, school=None),
                name="a_password_change_is_of_one_login",
            ),
        )

    def __str__(self) -> str:
        return f"a new password for {self.login}"

    @property
    def login(self) -> Any:
        """The LA's entry or the school's row whose password it is."""
        return self.school or self.destination
