"""Secrets that a site must be able to use again: sealed in the database, the key in a file outside it (DESIGN 9)."""

import logging
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django import forms
from django.conf import settings
from django.db import models

log = logging.getLogger(__name__)


class Secret(str):
    """An opened secret: text like any other, except that it does not show itself in tracebacks and debuggers."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'(sealed)'"


class SealedTextField(models.TextField):  # type: ignore[type-arg]  # not generic at run time
    """Text that is kept sealed with the site's newest key and opened with any of its keys.

    Forms never show it, and an empty answer leaves it as it is. It can be stored and read, not searched. A secret
    whose key is lost reads as empty, and says so in the log: it must be typed again, and the page to do that works.
    """

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return seal(text) if text else text

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Secret | None:
        if value is None:
            return None
        try:
            return unseal(value)
        except InvalidToken:
            log.error("%s cannot be opened with this site's keys: it must be entered again.", self)
            return Secret("")

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def formfield(self, **kwargs: Any) -> Any:
        widget = forms.PasswordInput(attrs={"autocomplete": "off"})
        return forms.CharField(
            **{"label": self.verbose_name, "required": False, "strip": False, "widget": widget, **kwargs}
        )

    def value_from_object(self, obj: models.Model) -> str:
        return ""

    def save_form_data(self, instance: models.Model, data: Any) -> None:
        if data:
            super().save_form_data(instance, data)


def seal(text: str) -> str:
    """Seal with the newest key."""
    return _fernet().encrypt(text.encode("utf-8")).decode("ascii")


def unseal(token: str) -> Secret:
    """Open what `seal` made with any of the site's keys. Raises InvalidToken when none of them fits."""
    return Secret(_fernet().decrypt(token.encode("utf-8")).decode("utf-8") if token else "")


def _fernet() -> MultiFernet:
    return _fernet_of(tuple(settings.SCHOOLGATE_KEYS))


@lru_cache(maxsize=4)
def _fernet_of(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
