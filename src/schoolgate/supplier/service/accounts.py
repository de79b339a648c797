"""The buyer that a user name belongs to, read with its account and supplier in one query.

Every call asks this first, ten thousand times a minute. Only the columns that a call may need are read.
"""

from schoolgate.commons.accounts.models import User
from schoolgate.commons.prepared import Prepared, aware, row_of
from schoolgate.supplier.models import Buyer, Supplier

_BUYER = (
    "id",
    "supplier_id",
    "account_id",
    "name",
    "duns",
    "account_number",
    "expiry_days",
    "test",
    "last_call_at",
)
_ACCOUNT = ("id", "username", "password", "role", "is_active")
_SUPPLIER = ("id", "name", "duns")
_NAMES = [*_BUYER, *(f"account__{name}" for name in _ACCOUNT), *(f"supplier__{name}" for name in _SUPPLIER)]
_ROW = Prepared(
    lambda username: Buyer.objects.filter(account__username=username).order_by().values_list(*_NAMES), "a user name"
)


def find_buyer(username: str) -> Buyer | None:
    """The buyer whose account has this user name, in the form in which names are kept, or None.

    Its `account` and `supplier` come with it. What is not in the columns above is read when it is asked for.
    """
    for row in _ROW.rows(username):
        buyer = row_of(Buyer, _BUYER, row[: len(_BUYER)])
        if buyer.last_call_at is not None:
            buyer.last_call_at = aware(buyer.last_call_at)
        known = buyer._state.fields_cache  # noqa: SLF001  what a relation's object is kept in
        known["account"] = row_of(User, _ACCOUNT, row[len(_BUYER) : -len(_SUPPLIER)])
        known["supplier"] = row_of(Supplier, _SUPPLIER, row[-len(_SUPPLIER) :])
        return buyer
    return None
