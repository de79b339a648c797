"""How bases are asked: the settings of their systems, the test of these, and which system a base has."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from schoolgate.authority.bases.models import SIMS_7, Base
from schoolgate.authority.collection.connections import (
    ChangedMeanwhile,
    ConnectionRefused,
    choose_system,
    connection_for,
    enter,
    forget,
)
from schoolgate.authority.collection.models import CollectionRun, Connection, Data, RunState
from schoolgate.authority.collection.options import options_of
from schoolgate.authority.collection.views.settings import WRONG
from schoolgate.authority.exchange import outbox
from schoolgate.authority.exchange.models import OutboxEntry
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.wire.mis.connector import Check, Trouble
from schoolgate.wire.mis.connectors.sims_primary import SimsPrimary
from schoolgate.wire.mis.connectors.wonde import Wonde

SECRET, KEY = "Zyxley-secret-2026", "0123456789abcdef0123456789abcdef"
TYPED = {
    "client_id": "sas-simsprimary-820",
    "secret": SECRET,
    "subscription_key": KEY,
    "organisation_id": "1a2b3c4d-1234-4abc-9def-0123456789ab",
}
WONDE = {"token": "t", "school_id": "A1"}


@pytest.fixture
def connection(green_abbey: Base) -> Connection:
    """Green Abbey's SIMS Primary settings, entered."""
    return enter(green_abbey, SimsPrimary, TYPED, seen=None, by=None)[0]


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[dict[str, str]]]:
    """Let SIMS Primary answer this to the one call of a test; the values that it was asked with."""
    asked: list[dict[str, str]] = []

    def answer(sentence: str = "", trouble: Trouble | None = None) -> list[dict[str, str]]:
        def check(self: SimsPrimary) -> Check:
            asked.append(dict(self.values))
            return Check(sentence, trouble)

        monkeypatch.setattr(SimsPrimary, "check", check)
        return asked

    return answer


def address(base: Base, what: str = "base-connection") -> str:
    return reverse(what, args=[base.pk, "sims-primary"])


def page(browser: Client, where: str, **typed: str) -> str:
    answer: Any = browser.post(where, typed, follow=True) if typed else browser.get(where)
    return str(answer.content, "utf-8")


def test_all_four_are_needed(as_officer: Client, green_abbey: Base) -> None:
    shown = page(as_officer, address(green_abbey), **{**TYPED, "secret": "", "do": "save"})
    assert "Enter the Secret: all are needed." in shown
    assert not Connection.objects.exists()


def test_a_key_that_is_none_is_told_at_its_field(as_officer: Client, green_abbey: Base) -> None:
    shown = page(as_officer, address(green_abbey), **{**TYPED, "subscription_key": "abc", "do": "save"})
    assert "This cannot be the Subscription Key. 32 digits" in shown
    assert not Connection.objects.exists()


def test_an_odd_value_is_taken_and_told(as_officer: Client, green_abbey: Base) -> None:
    typed = {**TYPED, "client_id": "sas-oneroster-820", "do": "save"}
    assert "another SIMS service" in page(as_officer, address(green_abbey), **typed)
    assert connection_for(green_abbey, SimsPrimary) is not None


def test_secrets_show_themselves_nowhere(as_officer: Client, green_abbey: Base, connection: Connection) -> None:
    shown = page(as_officer, address(green_abbey)) + page(as_officer, reverse("base", args=[green_abbey.pk]))
    assert "It is entered. Leave it empty to keep it." in shown
    assert TYPED["client_id"] in shown
    audited = " ".join(f"{entry.target} {entry.details}" for entry in AuditEntry.objects.all())
    for secret in (SECRET, KEY):
        assert secret not in shown + audited
    assert "Secret" in audited


def test_a_secret_left_empty_stays(as_officer: Client, green_abbey: Base, connection: Connection) -> None:
    seen = connection.entered_at.isoformat()
    page(as_officer, address(green_abbey), **{**TYPED, "client_id": "sas-2", "secret": "", "do": "save", "seen": seen})
    connection.refresh_from_db()
    assert (connection.values["client_id"], connection.values["secret"]) == ("sas-2", SECRET)


def test_of_two_who_change_at_once_the_second_is_told(
    as_officer: Client, green_abbey: Base, connection: Connection
) -> None:
    shown = page(as_officer, address(green_abbey), **{**TYPED, "client_id": "sas-2", "do": "save", "seen": ""})
    assert "Somebody else has changed these settings meanwhile" in shown
    assert connection_for(green_abbey, SimsPrimary) == connection
    with pytest.raises(ChangedMeanwhile):
        enter(green_abbey, SimsPrimary, TYPED, seen=None, by=None)


@pytest.mark.parametrize("trouble", [None, *Trouble])
def test_each_trouble_of_a_test_has_its_own_text(
    as_officer: Client, green_abbey: Base, says: Any, trouble: Trouble | None
) -> None:
    asked = says("So said the service.", trouble)
    shown = page(as_officer, address(green_abbey), **{**TYPED, "do": "test"})
    assert "So said the service." in shown
    assert ("banner-success" in shown) is (trouble is None)
    assert trouble is None or WRONG[trouble] in shown.replace("&#x27;", "'")
    assert asked == [TYPED]
    assert SECRET not in shown
    assert not Connection.objects.exists()


def test_a_test_of_saved_settings_stands_on_the_bases_page(
    as_officer: Client, green_abbey: Base, connection: Connection, says: Any
) -> None:
    says("The key is not known.", Trouble.KEY)
    page(as_officer, address(green_abbey, "test-connection"), any="")
    shown = page(as_officer, reverse("base", args=[green_abbey.pk]))
    assert "The key is wrong" in shown
    assert "Last heard" in shown


def test_save_and_test_does_both(as_officer: Client, green_abbey: Base, says: Any) -> None:
    says()
    assert "These settings work" in page(as_officer, address(green_abbey), **{**TYPED, "do": "save-and-test"})
    assert Connection.objects.get().state == "works"


def test_a_base_is_collected_only_once_its_settings_are_there(green_abbey: Base) -> None:
    with pytest.raises(ConnectionRefused, match="Enter the settings for Wonde first"):
        choose_system(green_abbey, "wonde", seen=SIMS_7, by=None)
    enter(green_abbey, Wonde, WONDE, seen=None, by=None)
    assert choose_system(green_abbey, "wonde", seen=SIMS_7, by=None).mis == "wonde"


def test_sims_primary_is_not_chosen_a_base_is_migrated_to_it(
    as_officer: Client, green_abbey: Base, connection: Connection
) -> None:
    with pytest.raises(ConnectionRefused, match="must be migrated to SIMS Primary"):
        choose_system(green_abbey, "sims-primary", seen=SIMS_7, by=None)
    where = reverse("base-system", args=[green_abbey.pk])
    shown = page(as_officer, where, system="sims-primary", seen=SIMS_7, sure="on")
    assert "sims-primary is not one of the available choices" in shown
    assert reverse("base-migration", args=[green_abbey.pk]) in shown
    green_abbey.refresh_from_db()
    assert green_abbey.mis == SIMS_7


def test_nobody_goes_back_from_sims_primary(as_officer: Client, green_abbey: Base, connection: Connection) -> None:
    green_abbey.mis = "sims-primary"
    green_abbey.save()
    with pytest.raises(ConnectionRefused, match="nobody goes back"):
        choose_system(green_abbey, SIMS_7, seen="sims-primary", by=None)
    with pytest.raises(ConnectionRefused, match="Its settings are needed"):
        forget(green_abbey, SimsPrimary, by=None)
    assert "Nobody goes back" in page(as_officer, reverse("base-system", args=[green_abbey.pk]))


def test_from_other_systems_a_base_may_go_back(green_abbey: Base) -> None:
    enter(green_abbey, Wonde, WONDE, seen=None, by=None)
    base = choose_system(green_abbey, "wonde", seen=SIMS_7, by=None)
    assert choose_system(base, SIMS_7, seen="wonde", by=None).mis == SIMS_7


def test_a_change_of_system_is_asked_about_first(as_officer: Client, green_abbey: Base) -> None:
    enter(green_abbey, Wonde, WONDE, seen=None, by=None)
    where = reverse("base-system", args=[green_abbey.pk])
    assert "Tick this if you are sure." in page(as_officer, where, system="wonde", seen=SIMS_7)
    green_abbey.refresh_from_db()
    assert green_abbey.mis == SIMS_7
    page(as_officer, where, system="wonde", seen=SIMS_7, sure="on")
    green_abbey.refresh_from_db()
    assert green_abbey.mis == "wonde"
    assert "☁ Wonde" in page(as_officer, reverse("bases"))


def test_what_a_base_was_asked_for_is_called_off_by_its_change(green_abbey: Base) -> None:
    enter(green_abbey, Wonde, WONDE, seen=None, by=None)
    run = CollectionRun.objects.create(base=green_abbey, task_name="Autumn", data=Data.SNAPSHOT, state=RunState.ASKED)
    outbox.ask(green_abbey, run=run.pk, data="snapshot", task_name="Autumn")
    choose_system(green_abbey, "wonde", seen=SIMS_7, by=None)
    run.refresh_from_db()
    assert (run.state, OutboxEntry.objects.get().state) == ("cancelled", "cancelled")


def test_settings_that_are_not_in_use_can_be_removed(
    as_officer: Client, green_abbey: Base, connection: Connection
) -> None:
    page(as_officer, address(green_abbey, "forget-connection"), any="")
    assert not Connection.objects.exists()
    assert AuditEntry.objects.filter(did="connection settings removed").exists()


def test_options_of_a_system_are_an_administrators(as_administrator: Client, as_officer: Client, la: str) -> None:
    where = reverse("system-options", args=["sims-primary"])
    typed = {"scope": "another-scope", "data_url": "http://127.0.0.1:1/data/"}
    assert "Saved." in page(as_administrator, where, **typed)
    assert options_of("sims-primary")["scope"] == "another-scope"
    assert options_of("sims-primary")["path"] == "{service}/V3/{set}"
    assert "This cannot be the Address of the data. As https://" in page(as_administrator, where, data_url="nowhere")
    assert "This cannot be the Calls a second. More than 0." in page(as_administrator, where, calls_per_second="0.0")
    assert as_officer.get(where).status_code == 403
    listed = page(as_officer, reverse("school-systems"))
    assert "SIMS Primary" in listed
    assert where not in listed
    assert where in page(as_administrator, reverse("school-systems"))


def test_what_a_school_is_asked_for_stands_on_its_page(as_officer: Client, green_abbey: Base) -> None:
    outbox.ask(green_abbey, run=1, data="snapshot", task_name="Autumn snapshot")
    assert "waits for the school’s program, never seen" in page(as_officer, reverse("base", args=[green_abbey.pk]))
