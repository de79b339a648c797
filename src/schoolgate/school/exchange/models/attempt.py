from django.db import models

from schoolgate.school.exchange.models.transfer import Transfer


class Attempt(models.Model):
    """One try to deliver a file, written at its end. `code`, `sentence` and `details` say why it did not succeed."""

    class Result(models.TextChoices):
        DELIVERED = "delivered", "Received"
        KNOWN = "known", "Received; it was there already"
        FAILED = "failed", "Did not succeed"
        INTERRUPTED = "interrupted", "Interrupted"

    transfer = models.ForeignKey(Transfer, models.CASCADE, related_name="history")
    number = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    result = models.CharField(max_length=12, choices=Result.choices)
    code = models.CharField(max_length=40, blank=True)
    sentence = models.CharField(max_length=300, blank=True)
    details = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("transfer", "number"), name="one_row_an_attempt"),)

    def __str__(self) -> str:
        return f"{self.number}. {self.result}"
