from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from schoolgate.school.purchasing.models.visible import ForPurchasing


class FinancialYearQuerySet(ForPurchasing["FinancialYear"]):
    def open(self) -> Self:
        """Those in which something can still be raised, authorised or matched."""
        return self.filter(closed_at=None)


class FinancialYear(models.Model):
    """A year of the establishment's ledger, both days included. Account codes, links and budgets are a year's."""

    name = models.CharField("name", max_length=20, unique=True)
    first_day = models.DateField("first day", unique=True)
    last_day = models.DateField("last day")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects: Any = FinancialYearQuerySet.as_manager()

    class Meta:
        ordering = ("-first_day",)
        constraints = (
            models.CheckConstraint(condition=Q(last_day__gt=F("first_day")), name="purchasing_years_end_after_start"),
        )

    def __str__(self) -> str:
        return self.name
