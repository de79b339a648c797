"""Who did what. Entries are added and never changed or removed in the product."""

from collections.abc import Callable
from typing import Any, NoReturn, Self

from django.conf import settings
from django.db import models
from django.utils import timezone


class AuditIsForGood(Exception):
    """Somebody tried to change or remove an entry of the audit."""


Hider = Callable[[Any], models.Q | None]
"""Gives which entries are hidden from a user, who may be None: the command line. None: nothing is."""

_hiders: list[Hider] = []


def hider(function: Hider) -> Hider:
    """Register a function that knows of entries which not every administrator may see."""
    _hiders.append(function)
    return function


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    def visible_to(self, user: Any) -> Self:
        """Administrators see all of it, but for what is hidden from some, nobody else anything."""
        return self.shown_to(user) if user.is_authenticated and user.role == "administrator" else self.none()

    def shown_to(self, user: Any) -> Self:
        """Without what some room hides from this user; None is the command line."""
        shown = self
        for function in _hiders:
            if (which := function(user)) is not None:
                shown = shown.exclude(which)
        return shown

    def about(self, *about: str) -> Self:
        """What was done to one thing or seen of it, the newest first. Who may see the thing may see this.

        Of a thing that had several names once, all of them.
        """
        return self.filter(about__in=about) if len(about) > 1 else self.filter(about=about[0])

    def update(self, **_: Any) -> NoReturn:
        raise AuditIsForGood

    def delete(self) -> NoReturn:
        raise AuditIsForGood


class AuditEntry(models.Model):
    """One thing a person or program did. `who` stays readable whatever becomes of the user.

    `about` is the one row that it concerns, as `pupil 4711`, where its page shows who looked; it names nobody.
    """

    at = models.DateTimeField("when", default=timezone.now, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="audit_entries")
    who = models.CharField(max_length=150)
    address = models.GenericIPAddressField("from", null=True)
    did = models.CharField(max_length=100)
    target = models.CharField("to what", max_length=300, blank=True)
    details = models.TextField(blank=True)
    about = models.CharField(max_length=60, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=["-at", "-id"], name="audit_newest_first"),
            models.Index(fields=["about", "-at", "-id"], name="audit_about_one_thing"),
        )

    def __str__(self) -> str:
        return f"{self.who}: {self.did} {self.target}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AuditIsForGood
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AuditIsForGood
