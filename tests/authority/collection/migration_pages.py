"""The page that migrates a base, in tests: how it is asked, and what stands there before."""

from collections.abc import Callable
from datetime import time
from typing import Any

from django.test import Client
from django.urls import reverse

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.migrating.effects import TO, digest_of_effects
from schoolgate.authority.collection.models import ScheduledTask
from schoolgate.commons.schedules.rules import Weekly

THURSDAYS = Weekly(time(18, 30), frozenset({3}))
VALUES = {
    "client_id": "sas-simsprimary-820",
    "secret": "Zyxley-secret-2026",
    "subscription_key": "0123456789abcdef0123456789abcdef",
    "organisation_id": "1a2b3c4d-1234-4abc-9def-0123456789ab",
}
DAYS_AGO = 10

NewTask = Callable[..., ScheduledTask]


def address(base: Base, what: str = "base-migration") -> str:
    return reverse(what, args=[base.pk])


def page(browser: Client, where: str, **typed: str) -> str:
    answer: Any = browser.post(where, typed, follow=True) if typed else browser.get(where)
    return " ".join(str(answer.content, "utf-8").replace("&#x27;", "'").split())


def confirm(browser: Client, base: Base, **typed: str) -> str:
    """Type the school's number and confirm, as the page stands now; `typed` may say something else."""
    said = {"number": base.number, "seen": digest_of_effects(base), **typed}
    return page(browser, address(base, "confirm-migration"), **said)


def is_migrated(base: Base) -> bool:
    return Base.objects.get(pk=base.pk).mis == TO
