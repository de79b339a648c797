"""What a school's system is asked with: the school enters it itself, and neither side sees the other's values."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.authority.collection.test_connections import KEY, SECRET, says

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.connections import connection_for, enter
from schoolgate.authority.collection.models import Connection, ConnectionState
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.wire.mis.connector import Trouble
from schoolgate.wire.mis.connectors.sims_primary import SimsPrimary
from schoolgate.wire.mis.connectors.wonde import Wonde

__all__ = ["says"]

TYPED = {
    "client_id": "sas-simsprimary-820",
    "secret": SECRET,
    "subscription_key": KEY,
    "organisation_id": "7c7c7c7c-1234-4abc-9def-0123456789ab",
}
OTHERS = {
    "client_id": "sas-simsprimary-821",
    "secret": "Another-secret-2026",
    "subscription_key": KEY[::-1],
    "organisation_id": "9f8e7d6c-1234-4abc-9def-0123456789ab",
}


def text(answer: Any) -> str:
    return str(answer.content, "utf-8")


def settings_of(base: Base, connector: str = "sims-primary") -> str:
    return reverse("portal-settings", args=[base.pk, connector])


def la_settings_of(base: Base) -> str:
    return reverse("base-connection", args=[base.pk, "sims-primary"])


def connection(base: Base) -> Connection:
    found = connection_for(base, SimsPrimary)
    assert found is not None
    return found


@pytest.fixture
def entered(as_hana: Client, green_abbey: Base) -> Connection:
    """What Hana has entered for Green Abbey."""
    as_hana.post(settings_of(green_abbey), {**TYPED, "do": "save", "seen": ""})
    return connection(green_abbey)


@pytest.fixture
def entered_by_council(officer: User, green_abbey: Base) -> Connection:
    return enter(green_abbey, SimsPrimary, TYPED, seen=None, by=officer)[0]


def test_a_school_enters_the_four_values_itself(entered: Connection, hana: User) -> None:
    assert entered.values == TYPED
    assert entered.entered_by == hana


def test_that_they_were_entered_stands_in_the_audit_without_any_value(entered: Connection) -> None:
    entry = AuditEntry.objects.get(did="connection settings entered")
    assert (entry.who, entry.target) == ("hana", "8204321")
    assert not any(value in entry.details for value in TYPED.values())


def test_saving_tests_them_with_a_real_call(as_hana: Client, green_abbey: Base, says: Any) -> None:
    asked = says("The settings work.")
    answer: Any = as_hana.post(settings_of(green_abbey), {**TYPED, "do": "save-and-test", "seen": ""}, follow=True)
    assert asked == [TYPED]
    assert "The settings work." in text(answer)
    assert connection(green_abbey).state == ConnectionState.WORKS


def test_they_are_tested_before_they_are_saved(as_hana: Client, green_abbey: Base, says: Any) -> None:
    says("Ask the SIMS Service Desk.", Trouble.KEY)
    shown = text(as_hana.post(settings_of(green_abbey), {**TYPED, "do": "test", "seen": ""}))
    assert "<strong>The key is wrong.</strong> Ask the SIMS Service Desk." in shown
    assert not Connection.objects.exists()


def test_a_school_sees_its_own_values_again_but_no_secret(
    entered: Connection, as_gita: Client, green_abbey: Base
) -> None:
    shown = text(as_gita.get(settings_of(green_abbey)))
    assert TYPED["client_id"] in shown
    assert SECRET not in shown


def test_the_authority_sees_only_that_they_are_there(
    entered: Connection, as_officer: Client, green_abbey: Base
) -> None:
    shown = text(as_officer.get(la_settings_of(green_abbey)))
    assert "The school entered them itself" in shown
    assert not any(value in shown for value in TYPED.values())
    assert "by the school itself" in text(as_officer.get(reverse("base", args=[green_abbey.pk])))


def test_the_authority_tests_what_it_does_not_see(
    entered: Connection, as_officer: Client, green_abbey: Base, says: Any
) -> None:
    asked = says("They work.")
    as_officer.post(reverse("test-connection", args=[green_abbey.pk, "sims-primary"]))
    assert asked == [TYPED]


def test_the_authority_overwrites_all_of_them_or_none(
    entered: Connection, as_officer: Client, green_abbey: Base
) -> None:
    seen = entered.entered_at.isoformat()
    one = {**dict.fromkeys(TYPED, ""), "client_id": "sas-simsprimary-821", "do": "save", "seen": seen}
    assert "Enter the Secret: all are needed." in text(as_officer.post(la_settings_of(green_abbey), one))
    assert connection(green_abbey).values == TYPED
    as_officer.post(la_settings_of(green_abbey), {**OTHERS, "do": "save", "seen": seen})
    assert connection(green_abbey).values == OTHERS


def test_from_then_on_the_school_sees_none_of_them(
    entered: Connection, as_officer: Client, as_hana: Client, green_abbey: Base
) -> None:
    seen = entered.entered_at.isoformat()
    as_officer.post(la_settings_of(green_abbey), {**OTHERS, "do": "save", "seen": seen})
    shown = text(as_hana.get(settings_of(green_abbey)))
    assert "The council has entered them" in shown
    assert OTHERS["client_id"] not in shown


def test_a_value_that_is_guessed_right_is_not_told(entered: Connection, as_officer: Client, green_abbey: Base) -> None:
    typed = {**OTHERS, "client_id": TYPED["client_id"], "do": "save", "seen": entered.entered_at.isoformat()}
    answer: Any = as_officer.post(la_settings_of(green_abbey), typed, follow=True)
    assert "Saved: Client ID, Secret, Subscription Key, Organisation ID." in text(answer)


def test_a_school_does_not_see_what_the_authority_has_entered(
    entered_by_council: Connection, as_hana: Client, green_abbey: Base
) -> None:
    shown = text(as_hana.get(settings_of(green_abbey)))
    assert "The council has entered them" in shown
    assert not any(value in shown for value in TYPED.values())


def test_a_school_tests_what_the_council_has_entered(
    entered_by_council: Connection, as_hana: Client, green_abbey: Base, says: Any
) -> None:
    asked = says("They work.")
    answer: Any = as_hana.post(reverse("portal-test-settings", args=[green_abbey.pk, "sims-primary"]), follow=True)
    assert asked == [TYPED]
    assert "They work." in text(answer)


def test_who_saves_after_a_colleague_is_told(entered: Connection, as_gita: Client, green_abbey: Base) -> None:
    shown = text(as_gita.post(settings_of(green_abbey), {**OTHERS, "do": "save", "seen": ""}))
    assert "Somebody else has changed these settings meanwhile." in shown
    assert connection(green_abbey).values == TYPED


def test_another_schools_settings_do_not_exist(entered: Connection, as_olga: Client, green_abbey: Base) -> None:
    assert as_olga.get(settings_of(green_abbey)).status_code == 404
    assert as_olga.post(settings_of(green_abbey), {**OTHERS, "do": "save", "seen": ""}).status_code == 404
    test = reverse("portal-test-settings", args=[green_abbey.pk, "sims-primary"])
    assert as_olga.post(test).status_code == 404


def test_a_school_that_sends_files_may_enter_those_of_any_system(as_hana: Client, green_abbey: Base) -> None:
    shown = text(as_hana.get(reverse("portal-connection", args=[green_abbey.pk])))
    assert settings_of(green_abbey) in shown
    assert settings_of(green_abbey, "wonde") in shown


def test_a_school_with_an_api_has_those_of_its_own_system_only(as_hana: Client, green_abbey: Base) -> None:
    green_abbey.mis = "wonde"
    green_abbey.save()
    shown = text(as_hana.get(reverse("portal-connection", args=[green_abbey.pk])))
    assert settings_of(green_abbey, "wonde") in shown
    assert settings_of(green_abbey) not in shown
    assert as_hana.get(settings_of(green_abbey)).status_code == 404


def test_a_wonde_school_enters_its_own(as_hana: Client, green_abbey: Base) -> None:
    typed = {setting.name: "A1234567890" for setting in Wonde.settings}
    answer: Any = as_hana.post(settings_of(green_abbey, "wonde"), {**typed, "do": "save", "seen": ""}, follow=True)
    assert "Saved:" in text(answer)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (ConnectionState.NEW, "nobody has tested them yet"),
        (ConnectionState.WORKS, "The settings are there and work."),
        (ConnectionState.NEEDS_ATTENTION, "The key is wrong."),
    ],
)
def test_the_tile_says_how_they_stand(
    state: str, told: str, entered: Connection, as_hana: Client, green_abbey: Base
) -> None:
    Connection.objects.update(state=state, trouble=Trouble.KEY if state == ConnectionState.NEEDS_ATTENTION else "")
    assert told in text(as_hana.get(reverse("portal-tiles", args=[green_abbey.pk])))


def test_the_tile_of_a_collected_school_without_settings_needs_somebody(as_hana: Client, green_abbey: Base) -> None:
    green_abbey.mis = "sims-primary"
    green_abbey.save()
    shown = text(as_hana.get(reverse("portal-tiles", args=[green_abbey.pk])))
    assert "Nobody has entered the SIMS Primary settings." in shown
