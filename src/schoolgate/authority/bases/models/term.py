from typing import Any, Self

from django.db import models
from django.db.models import F, Q


class TermQuerySet(models.QuerySet["Term"]):
    def visible_to(self, user: Any) -> Self:
        """Staff see the terms, everybody else none."""
        return self if getattr(user, "role", None) in {"administrator", "officer"} else self.none()


class Term(models.Model):
    """A span of days on which the authority's schools are open, both ends included: a term, or half of one."""

    name = models.CharField("name", max_length=60)
    first_day = models.DateField("first day", unique=True)
    last_day = models.DateField("last day")

    objects = TermQuerySet.as_manager()

    class Meta:
        ordering = ("first_day",)
        constraints = (models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="terms_end_after_start"),)

    def __str__(self) -> str:
        return self.name
