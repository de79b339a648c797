"""A buyer: a school (or what its finance system is set up as) with the account it calls the service by."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from schoolgate.supplier.models.supplier import OfSupplierQuerySet, Supplier, nine_digits

MOST_EXPIRY_DAYS = 3_650


class Buyer(models.Model):
    """One account calls for one buyer at one supplier, so who signs in names both.

    `account_number` is the supplier's number for the school (SuppliersCodeForBuyer), `expiry_days` how long documents
    wait for it (empty: the service's). A test buyer plays a school: nothing that comes from it is business.
    """

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="buyers")
    account = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="buyer")
    name = models.CharField("school", max_length=150)
    duns = models.CharField("DUNS number", max_length=9, validators=[nine_digits], db_index=True)
    account_number = models.CharField("account number", max_length=50, blank=True)
    email = models.EmailField("e-mail for the connection sheet", blank=True)
    expiry_days = models.PositiveSmallIntegerField(
        "days until its documents expire",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_EXPIRY_DAYS)],
    )
    test = models.BooleanField("test school", default=False)
    notes = models.TextField("notes", max_length=2_000, blank=True)
    last_call_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = OfSupplierQuerySet.as_manager()

    class Meta:
        ordering = ("name", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "account_number"],
                condition=~models.Q(account_number=""),
                name="one_buyer_an_account_number",
            )
        ]

    def __str__(self) -> str:
        return self.name
