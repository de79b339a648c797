from django.db import models
from django.utils import timezone

from schoolgate.school.purchasing.models.order import Order
from schoolgate.school.purchasing.models.visible import ForPurchasing
from schoolgate.school.purchasing.models.web_service import WebService
from schoolgate.wire.soap.errors import DocumentRefused

ENDS = {"arrived": "Arrived", "refused": "Refused", "not-out": "Did not go out", "unsure": "Unsure"}


class SendAttempt(models.Model):
    """One call with an order, noted before it goes out. Without `ended_at` nobody knows what became of it.

    `outcome` is arrived, refused, not-out (the call never went out), unsure, or empty while it is on its way; `code` by
    `wire.soap.errors`. `sha256` is of the bytes that were sent, which are kept. `service` is None and `mailed_to` the
    address for one that goes by e-mail.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="attempts")
    service = models.ForeignKey(WebService, models.PROTECT, null=True, related_name="+")
    mailed_to = models.CharField(max_length=254, blank=True)
    began_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, blank=True)
    code = models.CharField(max_length=40, blank=True)
    said = models.CharField(max_length=500, blank=True)
    sha256 = models.CharField(max_length=64)

    objects = ForPurchasing["SendAttempt"].as_manager()

    class Meta:
        ordering = ("began_at", "id")

    def __str__(self) -> str:
        return f"attempt of {self.order_id}"

    @property
    def end(self) -> str:
        """How it ended, in words; empty while nobody knows."""
        if self.outcome == "refused" and self.code != DocumentRefused("").code:
            return "Not there, as the supplier said"
        if self.outcome == "arrived" and self.mailed_to:
            return "Handed to the mail server"
        return ENDS.get(self.outcome, "")
