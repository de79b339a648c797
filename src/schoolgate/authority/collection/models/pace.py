from django.db import models


class PaceTurn(models.Model):
    """When the next call of a pace key may go: one row a key, shared by all workers and machines (reference 2.10)."""

    key = models.CharField(max_length=100, primary_key=True)
    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key
