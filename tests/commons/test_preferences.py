from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.fernet import Fernet

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.preferences.models import StoredPreference
from schoolgate.commons.preferences.registry import (
    PREFERENCES,
    NumberPreference,
    Preference,
    SealedPreference,
    TextPreference,
    YesNoPreference,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def registry_of_its_own() -> Iterator[None]:
    known = dict(PREFERENCES)
    yield
    PREFERENCES.clear()
    PREFERENCES.update(known)


@pytest.mark.parametrize(
    ("kind", "default", "other"),
    [(TextPreference, "Bedford", ""), (NumberPreference, 90, 0), (YesNoPreference, True, False)],
)
def test_a_preference_has_its_default_until_it_is_set(kind: Any, default: object, other: object) -> None:
    preference: Preference[object] = kind("tried", default=default, meaning="what tests try")
    assert preference.get() == default
    preference.set(other, by=None)
    assert preference.get() == other
    preference.set(default, by=None)
    assert preference.get() == default


def test_a_change_is_noted_with_before_and_after(administrator: User) -> None:
    TextPreference("tried", default="", meaning="what tests try").set("Bedford", by=administrator)
    entry = AuditEntry.objects.latest("pk")
    assert (entry.did, entry.who, entry.target, entry.details) == ("preference changed", "ada", "tried", " → Bedford")


def test_setting_the_same_again_is_no_change() -> None:
    preference = NumberPreference("tried", default=7, meaning="what tests try")
    preference.set(7, by=None)
    preference.set(8, by=None)
    preference.set(8, by=None)
    assert AuditEntry.objects.count() == 1


def test_two_preferences_cannot_share_a_name() -> None:
    TextPreference("tried", default="", meaning="what tests try")
    with pytest.raises(ValueError, match="two preferences 'tried'"):
        NumberPreference("tried", default=0, meaning="something else")


def test_a_number_has_a_least_value() -> None:
    preference = NumberPreference("tried", default=7, meaning="what tests try", minimum=1)
    with pytest.raises(ValueError, match="tried may not be below 1"):
        preference.set(0, by=None)
    assert preference.get() == 7


def test_a_sealed_preference_stands_nowhere_in_clear(administrator: User) -> None:
    secret = SealedPreference("tried", default="", meaning="what tests try")
    secret.set("Proxy-Lantern-7", by=administrator)
    assert secret.get() == "Proxy-Lantern-7"
    assert "Lantern" not in StoredPreference.objects.get().value
    assert "Lantern" not in AuditEntry.objects.latest("pk").details
    assert "Lantern" not in repr(secret.get())


def test_a_change_of_a_sealed_preference_is_noted_without_it(administrator: User) -> None:
    secret = SealedPreference("tried", default="", meaning="what tests try")
    secret.set("Proxy-Lantern-7", by=administrator)
    assert AuditEntry.objects.latest("pk").details == "(none) → (sealed)"
    secret.set("", by=administrator)
    assert AuditEntry.objects.latest("pk").details == "(sealed) → (none)"
    assert secret.get() == ""


def test_a_sealed_preference_whose_key_is_lost_is_empty(settings: Any) -> None:
    secret = SealedPreference("tried", default="", meaning="what tests try")
    secret.set("Proxy-Lantern-7", by=None)
    settings.SCHOOLGATE_KEYS = [Fernet.generate_key().decode()]
    assert secret.get() == ""
