"""Establishment details: whose ledger this is, and what its documents say of it (reference 9.1, 9.2)."""

from schoolgate.commons.preferences.registry import NumberPreference, TextPreference, YesNoPreference

NAME = TextPreference("establishment-name", default="", meaning="the establishment's name, as suppliers know it")
DUNS = TextPreference("establishment-duns", default="", meaning="the establishment's DUNS number, nine digits")
LANGUAGE = TextPreference("ledger-language", default="en", meaning="the language of documents; its first two letters")
CURRENCY = TextPreference("ledger-currency", default="GBP", meaning="the currency of the ledger")
ORDER_PREFIX = TextPreference("order-prefix", default="", meaning="what stands before the number of an order")
NEXT_ORDER = NumberPreference("next-order", default=1, minimum=1, meaning="the number of the next order")
DELIVERY_ADDRESS = TextPreference(
    "delivery-address",
    default="",
    meaning="where orders are delivered: the establishment's name alone in the first line",
)
BUYER_DUNS_MAY_LACK = YesNoPreference(
    "buyer-duns-may-lack",
    default=False,
    meaning="whether a basket that does not say for whom it is comes in all the same, with a warning",
)
OWN_ORDERS_TOO = YesNoPreference(
    "authorise-own-orders", default=False, meaning="whether somebody may authorise alone what they raised"
)
