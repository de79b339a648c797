from django.conf import settings
from django.db import models
from django.utils import timezone

from schoolgate.commons.sealed import SealedTextField
from schoolgate.school.purchasing.models.visible import ForPurchasing


class WebService(models.Model):
    """A supplier's or portal's web service: where documents are fetched from and orders are sent to.

    `former_password` is the one before a change whose answer may have been lost: both are tried until one was used once
    (reference 2.2). `password_asked_at` is when the service was asked for another one whose answer has not come.
    `history_method` is the name of the operation that was never published. `safe_to_repeat`: an order
    that comes twice is one order there, so that it may be sent again by itself. `trouble` and `said` are what the last
    call found wrong, by `wire.soap.errors`; empty while all is well. `turned_off`: nothing is fetched from it.
    """

    name = models.CharField("name", max_length=80, unique=True)
    url = models.CharField("address", max_length=500)
    username = models.CharField("user name", max_length=150)
    password = SealedTextField("password", default="", blank=True)
    former_password = SealedTextField(default="", blank=True)
    password_set_at = models.DateTimeField(null=True)
    password_asked_at = models.DateTimeField(null=True)
    soap_version = models.CharField(
        "SOAP version", max_length=3, choices=[("1.1", "1.1"), ("1.2", "1.2")], default="1.1"
    )
    history_method = models.CharField("name of the history method", max_length=60, default="FetchHistory")
    safe_to_repeat = models.BooleanField("an order may be sent to it twice", default=False)
    turned_off = models.BooleanField("turned off", default=False)
    last_success_at = models.DateTimeField(null=True)
    last_call_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=40, blank=True)
    said = models.CharField(max_length=500, blank=True)
    trouble_since = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ForPurchasing["WebService"].as_manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
