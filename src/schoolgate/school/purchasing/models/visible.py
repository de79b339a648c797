"""Who may know of the ledger: purchasers, whoever was given a right in it, and the site's administrators."""

from typing import Any, Self, TypeVar

from django.db import models

ModelT_co = TypeVar("ModelT_co", bound=models.Model, covariant=True)

PURCHASER = "purchaser"
"""The role of who works with orders and nothing else here; what each may do stands in `PurchasingRights`."""


def works_with_orders(user: Any) -> bool:
    """Whether this person sees the ledger."""
    if getattr(user, "role", None) is None or user.is_machine or not user.is_active:
        return False
    return user.role in {"administrator", PURCHASER} or hasattr(user, "purchasing")


class ForPurchasing(models.QuerySet[ModelT_co]):
    """Rows of the ledger: of one establishment, so that who sees it sees all."""

    def visible_to(self, user: Any) -> Self:
        """All for who works with orders; for everybody else there are none."""
        return self if works_with_orders(user) else self.none()
