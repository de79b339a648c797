from django.conf import settings
from django.db import models

from schoolgate.commons.money import MoneyField


class PurchasingRights(models.Model):
    """What a person may do in the ledger beside looking at it.

    `authorises_to` is the highest gross value of an order that the person may authorise; None: no order. `over_budget`:
    may authorise what a budget has no room for, with a reason. `enters_invoices`: enters invoices by hand, says what
    documents and differences are, and records deliveries. `pays_to` is the highest gross value of an invoice that the
    person may authorise for payment; None: none. Who has no row may look only.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="purchasing")
    raises = models.BooleanField("raises and codes orders", default=False)
    imports = models.BooleanField("imports documents", default=False)
    sets_up = models.BooleanField("sets the ledger up", default=False)
    authorises_to = MoneyField("authorises orders up to", null=True, blank=True)
    enters_invoices = models.BooleanField("enters invoices and deliveries", default=False)
    pays_to = MoneyField("authorises invoices up to", null=True, blank=True)
    over_budget = models.BooleanField("authorises over budget", default=False)

    def __str__(self) -> str:
        return f"what {self.user} may do"
