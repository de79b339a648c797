"""Preferences: what people change on screens. They live in the database, and only there (DESIGN 11).

Each is declared once, at the top of the module that reads it:

    LA_NAME = TextPreference("la-name", default="", meaning="this authority's name, as schools know it")
"""

import logging
from abc import ABC, abstractmethod
from typing import Any, Generic, TypeVar

from cryptography.fernet import InvalidToken
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.preferences.models import StoredPreference
from schoolgate.commons.sealed import Secret, seal, unseal

log = logging.getLogger(__name__)

T = TypeVar("T")

PREFERENCES: dict[str, "Preference[Any]"] = {}


class Preference(ABC, Generic[T]):
    """One preference, by its name on record. `meaning` is told on screens, without a full stop."""

    def __init__(self, name: str, *, default: T, meaning: str) -> None:
        if name in PREFERENCES:
            raise ValueError(f"There are two preferences '{name}'.")
        self.name = name
        self.default = default
        self.meaning = meaning
        PREFERENCES[name] = self

    def get(self) -> T:
        """The value in force: the stored one, else the default."""
        text = StoredPreference.objects.filter(name=self.name).values_list("value", flat=True).first()
        return self.default if text is None else self.from_text(text)

    @property
    def last_change(self) -> StoredPreference | None:
        """Who changed it last, and when; None: nobody ever did."""
        return StoredPreference.objects.select_related("changed_by").filter(name=self.name).first()

    def set(self, value: T, *, by: User | None, request: HttpRequest | None = None) -> None:
        """Store a value and note the change in the audit; the same value again changes nothing."""
        with transaction.atomic():
            before = self.get()
            if value == before:
                return
            StoredPreference.objects.update_or_create(
                name=self.name,
                defaults={"value": self.to_text(value), "changed_at": timezone.now(), "changed_by": by},
            )
            details = f"{self.told(before)} → {self.told(value)}"
            record("preference changed", by=by, target=self.name, details=details, request=request)

    def to_text(self, value: T) -> str:
        return str(value)

    @abstractmethod
    def from_text(self, text: str) -> T:
        """The value that is stored as `text`."""

    def told(self, value: T) -> str:
        """The value as the audit may hold it."""
        return self.to_text(value)


class TextPreference(Preference[str]):
    def from_text(self, text: str) -> str:
        return text


class NumberPreference(Preference[int]):
    """A whole number; `set` raises ValueError when it is below `minimum`."""

    def __init__(self, name: str, *, default: int, meaning: str, minimum: int = 0) -> None:
        super().__init__(name, default=default, meaning=meaning)
        self.minimum = minimum

    def to_text(self, value: int) -> str:
        if value < self.minimum:
            raise ValueError(f"{self.name} may not be below {self.minimum}.")
        return str(value)

    def from_text(self, text: str) -> int:
        return int(text)


class YesNoPreference(Preference[bool]):
    def to_text(self, value: bool) -> str:
        return "yes" if value else "no"

    def from_text(self, text: str) -> bool:
        return text == "yes"


class SealedPreference(Preference[str]):
    """A secret: sealed in the database, never told in the audit or on a screen; whether there is one may be told.

    One whose key is lost reads as empty, and says so in the log: it must be typed again.
    """

    def to_text(self, value: str) -> str:
        return seal(value) if value else ""

    def from_text(self, text: str) -> Secret:
        try:
            return unseal(text)
        except InvalidToken:
            log.error("The preference %s cannot be opened with this site's keys: it must be entered again.", self.name)
            return Secret("")

    def told(self, value: str) -> str:
        return "(sealed)" if value else "(none)"
