from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from schoolgate.school.purchasing.models.account_codes import Coding
from schoolgate.school.purchasing.models.visible import ForPurchasing
from schoolgate.school.purchasing.models.web_service import WebService


class OrderMethod(models.TextChoices):
    PRINT = "print", "Print"
    E_PROCUREMENT = "e-procurement", "e-procurement"
    E_MAIL = "e-mail", "e-mail (not recommended)"


class Supplier(models.Model):
    """Somebody from whom the school buys.

    `account_number` is the number that the supplier has for the school, `xml_reference_number` the school's for the
    supplier: unique in the ledger, the DUNS unless something else is entered (reference 9.1). `post_and_packing` is how
    a line for these is coded.
    """

    name = models.CharField("name", max_length=150)
    account_number = models.CharField("account number", max_length=35, blank=True)
    xml_reference_number = models.CharField("XML reference number", max_length=35, blank=True)
    duns = models.CharField("DUNS number", max_length=9, blank=True)
    order_method = models.CharField(
        "order method", max_length=13, choices=OrderMethod.choices, default=OrderMethod.PRINT
    )
    web_service = models.ForeignKey(WebService, models.PROTECT, null=True, blank=True, related_name="suppliers")
    address = models.TextField("address", max_length=500, blank=True)
    email = models.EmailField("e-mail", blank=True)
    telephone = models.CharField("telephone", max_length=40, blank=True)
    post_and_packing = models.ForeignKey(Coding, models.PROTECT, null=True, blank=True, related_name="+")
    open = models.BooleanField("open", default=True)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ForPurchasing["Supplier"].as_manager()

    class Meta:
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("xml_reference_number",),
                condition=~Q(xml_reference_number=""),
                name="purchasing_one_supplier_a_reference_number",
            ),
            models.UniqueConstraint(fields=("duns",), condition=~Q(duns=""), name="purchasing_one_supplier_a_duns"),
        )

    def __str__(self) -> str:
        return self.name
