from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils import timezone

from schoolgate.commons.money import MoneyField
from schoolgate.school.purchasing.models.visible import ForPurchasing


class Posting(models.Model):
    """One export of postings: a file for the finance system of the invoices that were authorised since the last one.

    `number` counts them; `sha256` is of the file, which is kept, so that the very same can be had again. `net`, `vat`
    and `gross` are its sums, credit notes taken off.
    """

    number = models.PositiveIntegerField(unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    net = MoneyField(default=Decimal(0))
    vat = MoneyField(default=Decimal(0))
    gross = MoneyField(default=Decimal(0))
    sha256 = models.CharField(max_length=64)

    objects = ForPurchasing["Posting"].as_manager()

    class Meta:
        ordering = ("-number",)

    def __str__(self) -> str:
        return f"export {self.number}"
