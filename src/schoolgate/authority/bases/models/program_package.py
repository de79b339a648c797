from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone


class ProgramPackageQuerySet(models.QuerySet["ProgramPackage"]):
    def visible_to(self, user: Any) -> Self:
        """Every person of the site, schools' own people too; programs see none."""
        return self if user.is_authenticated and not user.is_machine else self.none()

    def offered(self) -> "ProgramPackage | None":
        """The one that schools may download now: the last that was put here, unless it was withdrawn."""
        return self.filter(withdrawn_at=None).order_by("-added_at", "-pk").first()


class ProgramPackage(models.Model):
    """The program for schools, as a zip that the operator put here. `size` is in bytes."""

    version = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    added_at = models.DateTimeField(default=timezone.now)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    objects = ProgramPackageQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
