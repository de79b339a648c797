"""What differs where several suppliers share one service: their people see which one a row is of, and choose."""

from typing import Any, TypeVar

from django.urls import reverse

from schoolgate.commons.accounts.models import User
from schoolgate.commons.web.tables import Column
from schoolgate.supplier.models import Buyer, Supplier
from schoolgate.supplier.models.supplier import OfSupplierQuerySet

MOST_CHOICES = 30
"""A list to choose from is no longer than that; more schools are searched for."""

Rows = TypeVar("Rows", bound=OfSupplierQuerySet)


def seen_by(user: User, rows: Rows) -> Rows:
    """`visible_to`, said so that a database finds one supplier's rows in the order of their index."""
    suppliers = list(Supplier.objects.visible_to(user)[:2])
    return rows.filter(supplier=suppliers[0]) if len(suppliers) == 1 else rows.visible_to(user)


def supplier_columns(user: User) -> list[Column]:
    """The column that says whose a row is, with its filter; none for who sees one supplier only."""
    names = list(Supplier.objects.visible_to(user).values_list("name", flat=True))
    choices = [(name, name) for name in names]
    return [Column("supplier__name", "Supplier", choices=choices)] if len(names) > 1 else []


def school_column(user: User) -> Column:
    """The school of a row, led to; searched by, and where there are few, chosen from."""
    names = list(Buyer.objects.visible_to(user).order_by("name").values_list("name", flat=True)[: MOST_CHOICES + 1])
    choices = [(name, name) for name in dict.fromkeys(names)] if 1 < len(names) <= MOST_CHOICES else []
    return Column("buyer__name", "School", search=True, choices=choices, link=_buyer_address)


def _buyer_address(row: Any) -> str:
    return reverse("buyer", args=[row.buyer_id])
