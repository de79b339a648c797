"""Establishment details: whose ledger this is, and what its documents say of it (reference 9.1, 9.2)."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.preferences.models import StoredPreference
from schoolgate.commons.preferences.registry import NumberPreference, Preference, TextPreference, YesNoPreference
from schoolgate.school.purchasing.changing import ChangedMeanwhile

NAME = TextPreference("establishment-name", default="", meaning="the establishment's name, as suppliers know it")
DUNS = TextPreference("establishment-duns", default="", meaning="the establishment's DUNS number, nine digits")
LANGUAGE = TextPreference("ledger-language", default="en", meaning="the language of documents; its first two letters")
EMAIL = TextPreference(
    "establishment-email", default="", meaning="where suppliers answer to an order that went to them by e-mail"
)
CURRENCY = TextPreference("ledger-currency", default="GBP", meaning="the currency of the ledger")
ORDER_PREFIX = TextPreference("order-prefix", default="", meaning="what stands before the number of an order")
NEXT_ORDER = NumberPreference("next-order", default=1, minimum=1, meaning="the number of the next order")
DELIVERY_ADDRESS = TextPreference(
    "delivery-address",
    default="",
    meaning="where orders are delivered: the establishment's name alone in the first line",
)
POST_AND_PACKING = TextPreference(
    "post-and-packing",
    default="",
    meaning="the fund, ledger code and cost centre of post and packing where a supplier has none of its own",
)
BUYER_DUNS_MAY_LACK = YesNoPreference(
    "buyer-duns-may-lack",
    default=False,
    meaning="whether a basket that does not say for whom it is comes in all the same, with a warning",
)
INVOICE_TOLERANCE = NumberPreference(
    "invoice-tolerance",
    default=1,
    minimum=0,
    meaning="by how many pence, for each line and each rate of VAT, an invoice's sums may be out",
)
OWN_ORDERS_TOO = YesNoPreference(
    "authorise-own-orders", default=False, meaning="whether somebody may authorise alone what they raised"
)
GOODS_FIRST = YesNoPreference(
    "goods-received-first",
    default=False,
    meaning="whether goods must be received before an invoice for them is authorised for payment",
)

DETAILS: Mapping[str, Preference[Any]] = {
    "name": NAME,
    "duns": DUNS,
    "language": LANGUAGE,
    "currency": CURRENCY,
    "order_prefix": ORDER_PREFIX,
    "next_order": NEXT_ORDER,
    "delivery_address": DELIVERY_ADDRESS,
    "email": EMAIL,
    "post_and_packing": POST_AND_PACKING,
    "buyer_duns_may_lack": BUYER_DUNS_MAY_LACK,
    "invoice_tolerance": INVOICE_TOLERANCE,
    "goods_first": GOODS_FIRST,
}
"""What stands on the page *Establishment details*, by the names of its fields."""


def details() -> dict[str, Any]:
    """The establishment's details as they are."""
    return {name: preference.get() for name, preference in DETAILS.items()}


def change_details(
    values: Mapping[str, Any], *, seen: Mapping[str, Any], by: User | None, request: HttpRequest | None = None
) -> None:
    """Set what is other than it was seen; what was left as it was seen stays as it is now.

    So an order that took its number meanwhile is no trouble. Raises ChangedMeanwhile where somebody else has changed
    the same detail.
    """
    changed = [name for name, value in values.items() if value != seen[name]]
    with transaction.atomic():
        # Of two who save at once the second waits, and then sees what the first set.
        list(StoredPreference.objects.select_for_update().order_by("pk"))
        if any(DETAILS[name].get() != seen[name] for name in changed):
            raise ChangedMeanwhile
        for name in changed:
            DETAILS[name].set(values[name], by=by, request=request)
