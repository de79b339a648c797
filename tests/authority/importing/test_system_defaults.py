"""What an authority sets of matching: who may, who did, and that imports go by it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from schoolgate.authority.importing.match_preferences import GUIDMATCH, OLDEST_UNMATCHED, ONLY_ACTIVE, match_settings
from schoolgate.authority.importing.matching.rules import MatchSettings
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Client]


def text(answer: Any) -> str:
    return str(answer.content, "utf-8")


def test_matching_goes_by_what_is_shipped_until_somebody_sets_it() -> None:
    assert match_settings() == MatchSettings()
    GUIDMATCH.set(False, by=None)
    ONLY_ACTIVE.set(True, by=None)
    OLDEST_UNMATCHED.set(0, by=None)
    assert match_settings() == MatchSettings(guid_match=False, only_active=True, oldest_unmatched=None)


def test_each_setting_tells_its_default_and_who_changed_it(as_administrator: Client) -> None:
    before = text(as_administrator.get(reverse("system-defaults")))
    assert before.count("Never changed.") == 3
    assert "As shipped: on." in before
    as_administrator.post(reverse("system-defaults"), {"only_active": "on", "oldest_unmatched": "18"})
    assert (GUIDMATCH.get(), ONLY_ACTIVE.get()) == (False, True)
    assert text(as_administrator.get(reverse("system-defaults"))).count("by Ada Price.") == 2


def test_a_change_stands_in_the_audit(as_administrator: Client, administrator: User) -> None:
    as_administrator.post(
        reverse("system-defaults"), {"guidmatch": "on", "only_active": "on", "oldest_unmatched": "25"}
    )
    entry = AuditEntry.objects.get(did="preference changed", target="match-only-active")
    assert (entry.user, entry.details) == (administrator, "no → yes")


@pytest.mark.parametrize("age", ["", "-1", "old"])
def test_an_age_that_is_none_is_refused_and_nothing_is_saved(as_administrator: Client, age: str) -> None:
    answer = as_administrator.post(reverse("system-defaults"), {"only_active": "on", "oldest_unmatched": age})
    assert answer.status_code == 422
    assert (ONLY_ACTIVE.get(), OLDEST_UNMATCHED.get()) == (False, 18)


def test_only_an_administrator_sets_them(officer: User, sender: User, stranger: Client, signed_in: SignedIn) -> None:
    address = reverse("system-defaults")
    assert signed_in(officer).post(address, {}).status_code == 403
    assert "An administrator sets these." in text(signed_in(officer).get(address))
    assert signed_in(sender).get(address).status_code == 403
    assert stranger.get(address).status_code == 302
    assert GUIDMATCH.get()
