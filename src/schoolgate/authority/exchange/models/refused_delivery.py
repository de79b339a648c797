from typing import Any, Self

from django.conf import settings
from django.db import models

from schoolgate.authority.exchange.problems import PROBLEMS


class RefusedDeliveryQuerySet(models.QuerySet["RefusedDelivery"]):
    def visible_to(self, user: Any) -> Self:
        return self if user.role in {"administrator", "officer"} else self.none()


class RefusedDelivery(models.Model):
    """A file that was not taken, and why; nothing of its content is kept. The same refusal again counts up."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    la = models.CharField(max_length=3, blank=True)
    school = models.CharField(max_length=4, blank=True)
    sha256 = models.CharField(max_length=64)
    code = models.CharField(max_length=40)
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField(db_index=True)

    objects = RefusedDeliveryQuerySet.as_manager()

    class Meta:
        ordering = ("-last_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("account", "kind", "name", "sha256", "code"), name="one_row_a_refused_delivery"
            ),
        )

    @property
    def title(self) -> str:
        """Why, in a few words."""
        return PROBLEMS[self.code].title

    @property
    def reason(self) -> str:
        """The sentence that the sender was told."""
        return PROBLEMS[self.code].detail
