from django.db import models

from schoolgate.commons.sealed import SealedTextField


class SigningKey(models.Model):
    """A key that signs receipts. A retired one loses its private part and stays published: its receipts stay good."""

    kid = models.CharField(max_length=40, unique=True)
    private_jwk = SealedTextField(blank=True)
    public_jwk = models.JSONField()
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            # Two processes that need the first key at the same moment agree on one.
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(retired_at=None), name="one_signing_key_at_a_time"
            ),
        )

    def __repr__(self) -> str:
        return f"<SigningKey {self.kid}>"
