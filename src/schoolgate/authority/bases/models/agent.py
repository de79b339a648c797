from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone


class AgentQuerySet(models.QuerySet["Agent"]):
    def visible_to(self, user: Any) -> Self:
        """Staff see all, everybody else none."""
        return self if getattr(user, "role", None) in {"administrator", "officer"} else self.none()


class Agent(models.Model):
    """The school's program that signs in with an exchange account: which it is, and when it last called.

    `program` and `version` are as it calls itself. `seen_at` is written once a minute at most.
    """

    account = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="agent")
    program = models.CharField(max_length=60, blank=True)
    version = models.CharField(max_length=40, blank=True)
    seen_at = models.DateTimeField(db_index=True)

    objects = AgentQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.program} {self.version}".strip()

    def is_as_seen(self, program: str, version: str, *, within: timedelta) -> bool:
        """Whether this very program is known to have called so lately."""
        since = timezone.now() - self.seen_at
        return (self.program, self.version) == (program, version) and timedelta() <= since < within
