"""The local authority whose site this is: its number, name and whom schools may ask.

Set by `schoolgate authority init` and on the Administration page; kept in the database only.
"""

from schoolgate.commons.preferences.registry import NumberPreference, TextPreference

LA_NUMBER = TextPreference("la-number", default="", meaning="this authority's LA number, three digits")
LA_NAME = TextPreference("la-name", default="", meaning="this authority's name, as schools know it")
LA_CONTACT = TextPreference("la-contact", default="", meaning="whom schools may ask, with telephone and hours")
PASSWORD_DAYS = NumberPreference(
    "exchange-password-days", default=0, meaning="days until an exchange account's password expires; 0: never"
)
