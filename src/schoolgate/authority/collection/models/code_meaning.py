from django.conf import settings
from django.db import models
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.models.visible import ForStaff


class CodeMeaning(models.Model):
    """What an attendance code of a connector's systems means here.

    `raw` is as the school's system has it, up to three characters in SIMS Primary; `means` is one of the statutory
    codes, empty while nobody has said it: then marks of it are held back, never dropped or guessed. `base` is set where
    one school's own code means something else than the others'.
    """

    connector = models.CharField(max_length=40)
    base = models.ForeignKey(Base, models.CASCADE, null=True, related_name="+")
    raw = models.CharField(max_length=20)
    description = models.CharField(max_length=200, blank=True)
    statutory = models.CharField(max_length=5, blank=True)
    means = models.CharField(max_length=5, blank=True)
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ForStaff["CodeMeaning"].as_manager()

    class Meta:
        ordering = ("connector", "raw", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("connector", "raw"), condition=models.Q(base=None), name="collection_one_meaning_a_code"
            ),
            models.UniqueConstraint(fields=("connector", "base", "raw"), name="collection_one_meaning_a_code_and_base"),
        )

    def __str__(self) -> str:
        return self.raw
