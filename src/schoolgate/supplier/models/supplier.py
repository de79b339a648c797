"""Suppliers: one for most services, several for a purchasing portal. Nothing of one is seen by another's people."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

nine_digits = RegexValidator(r"^[0-9]{9}\Z", "A DUNS number is nine digits.")


class SupplierQuerySet(models.QuerySet["Supplier"]):
    def visible_to(self, user: Any) -> Self:
        """Administrators see every supplier of the service, staff the ones they work for, nobody else any."""
        if not user.is_authenticated or user.is_machine:
            return self.none()
        if user.role == "administrator":
            return self
        return self.filter(members__user=user) if user.role == "staff" else self.none()


class Supplier(models.Model):
    """Who sells: the documents, orders, buyers and keys that belong to it are kept apart from others'."""

    name = models.CharField("name", max_length=150, unique=True)
    duns = models.CharField("DUNS number", max_length=9, validators=[nine_digits], unique=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SupplierQuerySet.as_manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A member of staff works for a supplier. Who has none sees no supplier's documents."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    supplier = models.ForeignKey(Supplier, models.CASCADE, related_name="members")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "supplier"], name="one_membership_each")]


class OfSupplierQuerySet(models.QuerySet[Any]):
    """Rows that belong to one supplier (`supplier`)."""

    def visible_to(self, user: Any) -> Self:
        """Those of the suppliers this person may see; what is left out does not exist for them."""
        if user.is_authenticated and not user.is_machine and user.role == "administrator":
            return self
        return self.filter(supplier__in=Supplier.objects.visible_to(user))
