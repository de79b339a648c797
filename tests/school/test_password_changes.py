"""An account's own password changed from here, against a real authority: never locked out, never a lost password."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from django.db import connection
from django.utils import timezone
from tests.school.conftest import Drop, Export
from tests.school.dying import DieAt, Killed
from tests.school.scripted_la import ScriptedLa
from tests.wire.conftest import answer

from schoolgate.authority.bases.la import PASSWORD_DAYS
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.passwords import change_password as reset_password
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.journal.models import JournalLine
from schoolgate.school.exchange import password_changes
from schoolgate.school.exchange.administration.destinations import save_destination
from schoolgate.school.exchange.connecting import open_http
from schoolgate.school.exchange.connection_test import run_connection_test
from schoolgate.school.exchange.models import Destination, PasswordChange, PersonnelSchool, School, State, Transfer
from schoolgate.school.exchange.password_changes import change_password, finish_changes
from schoolgate.wire.exchange_errors import PasswordNotAllowed, Unreachable, WrongCredentials

pytestmark = pytest.mark.django_db(transaction=True)

NEW = "Quiet-Harbour-58"
POINTS = ["password.kept", "password.taken", "password.adopted"]


@pytest.fixture
def http(home: object) -> Iterator[httpx.Client]:
    with open_http() as client:
        yield client


@pytest.fixture
def login(authority: str) -> Destination:
    """The LA's entry, with the account that the authority gave."""
    found: Destination = Destination.objects.get()
    return found


def sends(drop: Drop, export: Export, serial: int) -> bool:
    drop(serial=serial, seed=serial)
    return export().all_well


def test_a_new_password_is_taken_and_used_from_then_on(
    login: Destination, http: httpx.Client, drop: Drop, export: Export
) -> None:
    change_password(login, NEW, http, by=None)
    assert Destination.objects.get().password == NEW
    assert not PasswordChange.objects.exists()
    assert sends(drop, export, 1)


def test_a_button_pressed_several_times_changes_it_each_time(
    login: Destination, http: httpx.Client, drop: Drop, export: Export
) -> None:
    passwords = [f"Quiet-{word}-58" for word in ("Harbour", "Meadow", "Orchard", "Lantern")]
    gate = threading.Barrier(len(passwords))

    def press(password: str) -> None:
        row = Destination.objects.get()
        gate.wait()
        try:
            change_password(row, password, http, by=None)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(passwords)) as threads:
        list(threads.map(press, passwords))
    assert Destination.objects.get().password in passwords
    assert AuditEntry.objects.filter(did="account's password changed").count() == len(passwords)
    assert sends(drop, export, 1)


@pytest.mark.parametrize("point", POINTS)
def test_whatever_dies_in_between_the_next_export_signs_in(
    login: Destination, http: httpx.Client, die_at: DieAt, drop: Drop, export: Export, point: str
) -> None:
    die_at(password_changes, point)
    with pytest.raises(Killed):
        change_password(login, NEW, http, by=None)
    assert sends(drop, export, 1)
    assert Destination.objects.get().password == NEW
    assert not PasswordChange.objects.exists()


@pytest.mark.parametrize("point", POINTS)
def test_who_asks_again_after_a_death_gets_the_later_password(
    login: Destination, http: httpx.Client, die_at: DieAt, point: str, drop: Drop, export: Export
) -> None:
    die_at(password_changes, point)
    with pytest.raises(Killed):
        change_password(login, NEW, http, by=None)
    change_password(Destination.objects.get(), "Second-Harbour-91", http, by=None)
    assert Destination.objects.get().password == "Second-Harbour-91"
    assert sends(drop, export, 1)


def test_a_death_after_the_new_one_was_used_loses_nothing(
    login: Destination, http: httpx.Client, die_at: DieAt, monkeypatch: pytest.MonkeyPatch, drop: Drop, export: Export
) -> None:
    die_at(password_changes, "password.taken")
    with pytest.raises(Killed):
        change_password(login, NEW, http, by=None)

    def die(*_: object) -> None:
        monkeypatch.undo()
        raise Killed

    # It signs in with the new one, which is the end of the old one, and dies before that is written down.
    monkeypatch.setattr(password_changes, "_adopt", die)
    with pytest.raises(Killed):
        finish_changes("820", http)
    assert sends(drop, export, 1)
    assert Destination.objects.get().password == NEW


def test_test_connection_finishes_a_change_too(login: Destination, http: httpx.Client, die_at: DieAt) -> None:
    die_at(password_changes, "password.taken")
    with pytest.raises(Killed):
        change_password(login, NEW, http, by=None)
    assert run_connection_test(Destination.objects.get()).failed is None
    assert Destination.objects.get().password == NEW


def test_the_same_account_entered_again_for_staff_files_changes_with_it(login: Destination, http: httpx.Client) -> None:
    facts = {"name": "Green Abbey", "la": "820", "number": "4321", "password": login.password}
    same = PersonnelSchool.objects.create(**facts, user=login.user)
    other = PersonnelSchool.objects.create(**{**facts, "number": "4322"}, user="other")
    change_password(login, NEW, http, by=None)
    for row, password in ((same, NEW), (other, facts["password"])):
        row.refresh_from_db()
        assert row.password == password


def test_a_schools_own_account_changes_alone(
    login: Destination, http: httpx.Client, drop: Drop, export: Export
) -> None:
    school = School.objects.create(
        name="Green Abbey", la="820", number="4321", destination_la="820", user=login.user, password=login.password
    )
    change_password(school, NEW, http, by=None)
    assert School.objects.get().password == NEW
    assert Destination.objects.get().password != NEW
    assert sends(drop, export, 1)


def test_a_rule_that_it_breaks_is_told_in_the_las_words_and_the_old_one_stays(
    login: Destination, http: httpx.Client, drop: Drop, export: Export
) -> None:
    with pytest.raises(PasswordNotAllowed) as refused:
        change_password(login, "short", http, by=None)
    assert "The password needs at least 10 characters." in refused.value.rules
    assert not PasswordChange.objects.exists()
    assert sends(drop, export, 1)


def test_a_wrong_password_changes_nothing(login: Destination, http: httpx.Client) -> None:
    login.note(password="Not-The-Right-1")
    with pytest.raises(WrongCredentials):
        change_password(login, NEW, http, by=None)
    assert Destination.objects.get().password == "Not-The-Right-1"
    assert not PasswordChange.objects.exists()


def test_an_expired_password_can_still_be_changed_and_cures_the_trouble(
    login: Destination, http: httpx.Client, drop: Drop, export: Export
) -> None:
    PASSWORD_DAYS.set(30, by=None)
    User.objects.filter(username=login.user).update(password_set_at=timezone.now() - timedelta(days=31))
    assert not sends(drop, export, 1)
    assert Destination.objects.get().trouble == "password-expired"
    change_password(Destination.objects.get(), NEW, http, by=None)
    assert Destination.objects.get().trouble == ""
    assert export().all_well


def test_a_line_that_breaks_keeps_both_and_the_next_sign_in_finds_out(
    la: ScriptedLa, http: httpx.Client, destination: Destination
) -> None:
    la.server.handler = lambda *_: None
    with pytest.raises(Unreachable):
        change_password(destination, NEW, http, by=None)
    assert PasswordChange.objects.get().password == NEW
    assert Destination.objects.get().password == la.password
    la.password = NEW
    la.server.handler = la.handle
    assert finish_changes("820", http)
    assert Destination.objects.get().password == NEW


def test_what_an_officer_gave_meanwhile_is_the_last_word(
    login: Destination, http: httpx.Client, die_at: DieAt, drop: Drop, export: Export
) -> None:
    die_at(password_changes, "password.kept")
    with pytest.raises(Killed):
        change_password(login, NEW, http, by=None)
    reset_password(User.objects.get(username=login.user), "Officer-Gave-77!", by=None)
    login = Destination.objects.get()
    login.password = "Officer-Gave-77!"
    save_destination(login, by=None)
    assert not PasswordChange.objects.exists()
    assert sends(drop, export, 1)
    assert Destination.objects.get().password == "Officer-Gave-77!"


def test_entering_the_old_password_again_forgets_no_unfinished_change(
    login: Destination, http: httpx.Client, die_at: DieAt, drop: Drop, export: Export
) -> None:
    die_at(password_changes, "password.taken")
    with pytest.raises(Killed):
        change_password(login, NEW, http, by=None)
    save_destination(Destination.objects.get(), by=None)
    assert PasswordChange.objects.exists()
    assert sends(drop, export, 1)


def test_a_form_that_was_opened_before_the_change_does_not_bring_the_old_one_back(
    login: Destination, http: httpx.Client
) -> None:
    opened = Destination.objects.get()
    change_password(login, NEW, http, by=None)
    opened.name = "Bedford"
    save_destination(opened, by=None)
    kept = Destination.objects.get()
    assert (kept.name, kept.password) == ("Bedford", NEW)


def test_a_change_while_an_export_runs_is_no_trouble(
    la: ScriptedLa, destination: Destination, drop: Drop, export: Export
) -> None:
    """The run signed in with what it read at its beginning; the LA has forgotten that meanwhile."""
    drop()

    def meanwhile() -> bytes:
        Destination.objects.update(password=NEW)
        # The thread of the LA's server has a connection of its own.
        connection.close()
        la.password = NEW
        return answer(401, {"code": "token-expired"})

    la.wrong = [meanwhile]
    export()
    assert Destination.objects.get().trouble == ""
    assert Transfer.objects.get().state == State.READY
    assert export(look=False, by_person=False).received == 1


def test_no_password_stands_in_journal_or_audit(login: Destination, http: httpx.Client) -> None:
    old = login.password
    with pytest.raises(PasswordNotAllowed):
        change_password(login, "short-Secret", http, by=None)
    change_password(login, NEW, http, by=None)
    told = " ".join(
        [f"{line.message} {line.details}" for line in JournalLine.objects.all()]
        + [f"{entry.did} {entry.target} {entry.details}" for entry in AuditEntry.objects.all()]
    )
    assert "The password of account 8204321 was changed" in told
    assert not [secret for secret in (old, NEW, "short-Secret") if secret in told]


def test_a_password_under_way_is_kept_sealed(login: Destination) -> None:
    PasswordChange.objects.create(destination=login, password=NEW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT password FROM school_exchange_passwordchange")
        assert NEW not in cursor.fetchone()[0]
