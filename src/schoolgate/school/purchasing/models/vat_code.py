from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from schoolgate.school.purchasing.models.visible import ForPurchasing


class RateField(models.PositiveIntegerField):  # type: ignore[type-arg]  # not generic at run time
    """A rate in per cent with two places; a whole number of 1/100 % in the row, since SQLite has no decimals."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else int(Decimal(value) * 100)

    def from_db_value(self, value: int | None, expression: object, connection: object) -> Decimal | None:
        return None if value is None else (Decimal(value) / 100).quantize(Decimal("0.01"))

    def to_python(self, value: Any) -> Any:
        return None if value is None else Decimal(value)

    @property
    def validators(self) -> Any:
        return [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))]


class VatCode(models.Model):
    """A VAT code of the ledger. Two may share a rate (zero-rated, exempt).

    `standard` is taken where only the rate is known.
    `sent_as` is its code in the list that authorised orders name (UKGov-VAT; reference 9.2).
    """

    code = models.CharField("code", max_length=10, unique=True)
    name = models.CharField("name", max_length=60)
    rate = RateField("rate in per cent")
    sent_as = models.CharField("sent as", max_length=4, blank=True)
    standard = models.BooleanField("taken when only the rate is known", default=True)
    open = models.BooleanField("open", default=True)

    objects = ForPurchasing["VatCode"].as_manager()

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
