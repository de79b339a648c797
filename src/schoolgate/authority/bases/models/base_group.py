from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from schoolgate.authority.bases.models.base import Base, BaseQuerySet


class BaseGroupQuerySet(models.QuerySet["BaseGroup"]):
    def visible_to(self, user: Any) -> Self:
        """Staff see all groups, everybody else none."""
        return self if getattr(user, "role", None) in {"administrator", "officer"} else self.none()


class BaseGroup(models.Model):
    """Bases under one name, for tasks, rule sets and filters.

    By hand: those in `chosen`. By `rule`: all active bases that fit, also those that come later; it holds lists by
    `phases`, `systems` (as `Base.mis`) and `county` (`in`, `out`), each empty or missing for any, and `name`, a text
    that stands in the school's name.
    """

    name = models.CharField("name", max_length=80, unique=True)
    by_rule = models.BooleanField("made by rule", default=False)
    rule = models.JSONField(default=dict, blank=True)
    chosen = models.ManyToManyField(Base, related_name="groups", blank=True)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = BaseGroupQuerySet.as_manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def bases(self) -> BaseQuerySet:
        """Who is in it today."""
        found = Base.objects.filter(active=True)
        return found.fitting(self.rule) if self.by_rule else found.filter(groups=self)
