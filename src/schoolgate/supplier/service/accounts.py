"""The buyer that a user name belongs to, read with its account and supplier in one query.

Every call asks this first, ten thousand times a minute. Only the columns that a call may need are read.
"""

from typing import Any, TypeVar

from django.db import connection, models

from schoolgate.commons.accounts.models import User
from schoolgate.commons.prepared import Prepared
from schoolgate.supplier.models import Buyer, Supplier

M = TypeVar("M", bound=models.Model)


def _columns(model: type[models.Model], *names: str) -> list[str]:
    """These columns, in the order in which the model has them: as `from_db` wants their values."""
    fields = model._meta.concrete_fields  # noqa: SLF001  documented API of Django
    return [field.attname for field in fields if field.attname in names]


_BUYER = _columns(Buyer, "id", "supplier_id", "account_id", "name", "duns", "account_number", "expiry_days", "test")
_ACCOUNT = _columns(User, "id", "username", "password", "role", "is_active")
_SUPPLIER = _columns(Supplier, "id", "name", "duns")


_NAMES = [*_BUYER, *(f"account__{name}" for name in _ACCOUNT), *(f"supplier__{name}" for name in _SUPPLIER)]
_ROW = Prepared(
    lambda username: Buyer.objects.filter(account__username=username).order_by().values_list(*_NAMES), "a user name"
)


def find_buyer(username: str) -> Buyer | None:
    """The buyer whose account has this user name, in the form in which names are kept, or None.

    Its `account` and `supplier` come with it. What is not in the columns above is read when it is asked for.
    """
    for row in _ROW.rows(username):
        buyer = _from_row(Buyer, _BUYER, row[: len(_BUYER)])
        buyer.account = _from_row(User, _ACCOUNT, row[len(_BUYER) : -len(_SUPPLIER)])
        buyer.supplier = _from_row(Supplier, _SUPPLIER, row[-len(_SUPPLIER) :])
        return buyer
    return None


def _from_row(model: type[M], names: list[str], values: tuple[Any, ...]) -> M:
    return model.from_db(connection.alias, names, values)
