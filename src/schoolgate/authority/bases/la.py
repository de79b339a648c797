"""The local authority whose site this is: its number, name and whom schools may ask.

Set by `schoolgate authority init` and on the Administration page; kept in the database only.
"""

from datetime import datetime

from django import forms
from django.utils import timezone

from schoolgate.commons.preferences.registry import NumberPreference, Preference, TextPreference, YesNoPreference


class TimePreference(Preference[datetime | None]):
    """A moment, or none."""

    def to_text(self, value: datetime | None) -> str:
        return value.isoformat() if value else ""

    def from_text(self, text: str) -> datetime | None:
        return datetime.fromisoformat(text) if text else None

    def form_field(self) -> forms.Field:
        return forms.DateTimeField(required=False)


LA_NUMBER = TextPreference("la-number", default="", meaning="this authority's LA number, three digits")
LA_NAME = TextPreference("la-name", default="", meaning="this authority's name, as schools know it")
LA_CONTACT = TextPreference("la-contact", default="", meaning="whom schools may ask, with telephone and hours")
PASSWORD_DAYS = NumberPreference(
    "exchange-password-days", default=0, meaning="days until an exchange account's password expires; 0: never"
)
OUT_OF_COUNTY_LICENCE = YesNoPreference(
    "out-of-county-licence", default=False, meaning="whether this authority may take files from schools of other LAs"
)
CODE_DAYS = NumberPreference(
    "connection-code-days", default=14, minimum=1, meaning="days for which a connection code is good"
)
EXPIRY_WARNING_DAYS = NumberPreference(
    "expiry-warning-days", default=14, meaning="days ahead that something which ends is told on the first page"
)
SILENT_DAYS = NumberPreference(
    "silent-days", default=14, minimum=1, meaning="days without a file after which a school is called silent"
)
MAINTENANCE_UNTIL = TimePreference(
    "maintenance-until", default=None, meaning="until when schools' programs are asked to wait; empty: they are served"
)


def maintenance_until() -> datetime | None:
    """When the maintenance that is going on ends; None: there is none."""
    until = MAINTENANCE_UNTIL.get()
    return until if until and until > timezone.now() else None


def la_called() -> str:
    """What schools call this authority: by its name, else by its number."""
    return LA_NAME.get() or f"LA {LA_NUMBER.get()}".strip()
