"""Money in rows: whole ten-thousandths of a pound, since SQLite keeps a DecimalField as a float (DESIGN 7)."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

PLACES = Decimal("0.0001")
PENCE = Decimal("0.01")
_LARGEST = Decimal(2**63 - 1) / 10_000


class MoneyField(models.BigIntegerField):  # type: ignore[type-arg]  # not generic at run time
    """A Decimal of at most four places on the Python side, a whole number of 1/10,000 in the row.

    Sums and comparisons in queries are of whole numbers of 1/10,000. Raises ValidationError for what has more places
    or does not fit into 64 bits.
    """

    # What type checkers take it to be given and to give (django-stubs).
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def get_prep_value(self, value: Any) -> Any:
        if value is None:
            return None
        money = Decimal(value)
        if not money.is_finite() or abs(money) > _LARGEST or money != money.quantize(PLACES):
            raise ValidationError(f"{self.name} has more than four decimal places or is too large.", "money")
        return int(money * 10_000)

    def from_db_value(self, value: int | None, expression: object, connection: object) -> Decimal | None:
        if value is None:
            return None
        money = Decimal(value) / 10_000
        # As money is written, also in a list or a spreadsheet: 27.30, and 4.5555 where there are more places.
        return money if value % 100 else money.quantize(PENCE)

    def to_python(self, value: Any) -> Any:
        return None if value is None else Decimal(value)


class QuantityField(MoneyField):
    """How many of something: a Decimal of at most four places, kept as money is; whole ones come back as `3`."""

    def from_db_value(self, value: int | None, expression: object, connection: object) -> Decimal | None:
        return None if value is None else Decimal(f"{(Decimal(value) / 10_000).normalize():f}")


def as_kept(column: str) -> Combinable:
    """A column of whole numbers in the parts that money and quantities are kept in, to compare with one in a query."""
    return Cast(column, models.BigIntegerField()) * 10_000
