"""Whose user name and password a file travels with, and that one school's failed login stops only itself."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from tests.school.conftest import NAME, Drop, Export, MakeLa, counting
from tests.school.first_page.rows import transfer
from tests.school.scripted_la import ScriptedLa
from tests.wire.conftest import answer

from schoolgate.commons.journal.models import JournalLine
from schoolgate.school.exchange.administration.schools import save_school
from schoolgate.school.exchange.asking import ask_for_what_is_due, send_again
from schoolgate.school.exchange.models import Attempt, Destination, School, State, Transfer
from schoolgate.school.exchange.outcomes import ask_for_outcomes, is_time_to_ask

OTHER = "8202107_CES_820LLLL_001.xml"
DAY = timedelta(days=1)
BUSY = answer(503, {"code": "busy"}, Retry_After="600")
PROXY = answer(407, "", Proxy_Authenticate="Basic")


def add_school(number: str = "4321", **details: str) -> School:
    values = {"name": "Green Abbey", "la": "820", "destination_la": "820", "user": "own", "password": "own-password"}
    return save_school(School(number=number, **{**values, **details}), by=None)


def only_own_accounts() -> None:
    Destination.objects.update(user="", password="")


def state_of(name: str) -> str:
    return Transfer.objects.get(name=name).state


@pytest.fixture
def two_schools(la: ScriptedLa, drop: Drop) -> None:
    """A file each of two schools, of which the first has a row with an account of its own."""
    la.accounts["own"] = "own-password"
    add_school()
    drop()
    drop(school="2107", seed=2)


def test_a_schools_own_account_comes_before_the_las(two_schools: None, la: ScriptedLa, export: Export) -> None:
    export()
    assert la.senders == {NAME: "own", OTHER: la.user}


def test_a_row_without_an_account_uses_the_las(la: ScriptedLa, drop: Drop, export: Export) -> None:
    add_school(user="", password="")
    drop()
    export()
    assert la.senders == {NAME: la.user}


def test_a_row_for_another_destination_is_not_used(la: ScriptedLa, make_la: MakeLa, drop: Drop, export: Export) -> None:
    make_la("823")
    add_school(destination_la="823")
    drop()
    export()
    assert la.senders == {NAME: la.user}


def test_files_of_any_number_of_schools_go_without_any_row(la: ScriptedLa, drop: Drop, export: Export) -> None:
    for seed, school in enumerate(("4321", "2107", "7004"), 1):
        drop(school=school, seed=seed)
    assert export().received == 3
    assert la.sign_ins == [la.user]


def test_a_wrong_password_of_one_school_stops_only_that_school(
    two_schools: None, la: ScriptedLa, export: Export
) -> None:
    la.accounts["own"] = "another"
    summary = export()
    assert (state_of(NAME), state_of(OTHER)) == (State.READY, State.DELIVERED)
    assert summary.trouble == "Green Abbey (820 4321): User Name or Password is invalid."
    assert School.objects.get().trouble == "wrong-credentials"
    assert Destination.objects.get().trouble == ""


def test_a_wrong_password_for_all_schools_stops_no_school_with_its_own(
    two_schools: None, la: ScriptedLa, export: Export
) -> None:
    la.password = "another"
    export()
    assert (state_of(NAME), state_of(OTHER)) == (State.DELIVERED, State.READY)
    assert Destination.objects.get().trouble == "wrong-credentials"


def test_a_file_whose_login_fails_was_not_tried(two_schools: None, la: ScriptedLa, export: Export) -> None:
    la.accounts["own"] = "another"
    export()
    assert not Attempt.objects.filter(transfer__name=NAME).exists()


def test_a_failed_login_is_told_with_the_schools_number_and_what_waits(
    two_schools: None, la: ScriptedLa, export: Export
) -> None:
    la.accounts["own"] = "another"
    export()
    line = JournalLine.objects.get(level="WARN")
    assert (line.la, line.school, line.destination_la) == ("820", "4321", "820")
    assert line.message.startswith("Green Abbey (820 4321) cannot sign in now. One file waits.")


def test_without_any_account_the_file_waits_and_says_why(la: ScriptedLa, drop: Drop, export: Export) -> None:
    only_own_accounts()
    drop()
    summary = export()
    assert "no user name and password" in summary.trouble
    assert (state_of(NAME), la.sign_ins) == (State.READY, [])


def test_an_account_entered_at_last_takes_the_waiting_file_along(la: ScriptedLa, drop: Drop, export: Export) -> None:
    only_own_accounts()
    drop()
    export()
    la.accounts["own"] = "own-password"
    add_school()
    assert Destination.objects.get().trouble == ""
    export()
    assert state_of(NAME) == State.DELIVERED


def test_only_the_accounts_that_are_needed_sign_in(la: ScriptedLa, drop: Drop, export: Export) -> None:
    la.accounts["own"] = "own-password"
    add_school()
    drop(school="2107")
    export()
    assert la.sign_ins == [la.user]


def test_an_account_that_fails_is_not_tried_by_itself_again(two_schools: None, la: ScriptedLa, export: Export) -> None:
    la.accounts["own"] = "another"
    la.wrong_of[OTHER] = [answer(500, "")]
    export()
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        assert len(ask_for_what_is_due(timezone.now())) == 1
        export(look=False, by_person=False)
    assert la.sign_ins.count("own") == 1
    assert state_of(OTHER) == State.DELIVERED


def test_nothing_is_asked_for_while_all_that_waits_rests(two_schools: None, la: ScriptedLa, export: Export) -> None:
    la.accounts["own"] = "another"
    export()
    with time_machine.travel(timezone.now() + timedelta(hours=5)):
        assert ask_for_what_is_due(timezone.now()) == []


def test_a_locked_account_is_tried_when_the_lock_ends(two_schools: None, la: ScriptedLa, export: Export) -> None:
    la.sign_in = answer(429, {"code": "locked"}, Retry_After="900")
    export()
    la.sign_in = None
    now = timezone.now()
    assert ask_for_what_is_due(now) == []
    with time_machine.travel(now + timedelta(minutes=16)):
        assert len(ask_for_what_is_due(timezone.now())) == 1
        export(look=False, by_person=False)
    assert {state_of(NAME), state_of(OTHER)} == {State.DELIVERED}


def test_a_person_who_sends_a_file_again_has_its_account_tried(
    two_schools: None, la: ScriptedLa, export: Export
) -> None:
    la.accounts["own"] = "another"
    export()
    la.accounts["own"] = "own-password"
    transfer = Transfer.objects.get(name=NAME)
    assert transfer.take("cancel")
    assert send_again(transfer, by=None)
    export(look=False, by_person=False)
    assert state_of(NAME) == State.DELIVERED


def test_a_changed_row_is_in_trouble_no_more(two_schools: None, la: ScriptedLa, export: Export) -> None:
    la.accounts["own"] = "another"
    export()
    save_school(School.objects.get(), by=None)
    assert School.objects.get().trouble == ""


def test_a_proxy_that_asks_for_a_password_stops_all_schools_and_blames_no_file(
    two_schools: None, la: ScriptedLa, export: Export
) -> None:
    la.wrong = [PROXY, PROXY]
    summary = export()
    assert {state_of(NAME), state_of(OTHER)} == {State.READY}
    assert Destination.objects.get().trouble == "proxy-password"
    assert "proxy" in summary.trouble


def test_when_a_password_runs_out_is_kept_of_each_login(two_schools: None, la: ScriptedLa, export: Export) -> None:
    la.token_says = {"password_expires": "2026-12-24T09:00:00Z"}
    export()
    ends = datetime(2026, 12, 24, 9, tzinfo=UTC)
    assert School.objects.get().password_expires_at == ends
    assert Destination.objects.get().password_expires_at == ends


def test_outcomes_are_asked_of_each_account_for_itself(two_schools: None, la: ScriptedLa, export: Export) -> None:
    export()
    la.outcome = {"state": "completed", "counts": {}, "problems": []}
    ask_for_outcomes()
    assert {state_of(NAME), state_of(OTHER)} == {State.IMPORTED}
    assert School.objects.get().outcomes_cursor == Destination.objects.get().outcomes_cursor == "1-1"


def test_logins_that_fail_together_do_not_each_go_through_all_files(la: ScriptedLa, export: Export) -> None:
    schools = [f"{number:04}" for number in range(2000, 2020)]
    for school in schools:
        add_school(number=school, user=f"820{school}")
    Transfer.objects.bulk_create(transfer(school=school, asked_at=timezone.now()) for school in schools)
    with counting(Transfer) as loaded:
        export(look=False)
    assert School.objects.filter(trouble="wrong-credentials").count() == len(schools)
    assert len(loaded) <= 2 * len(schools)


def test_an_account_that_fails_keeps_no_other_from_hearing_of_its_outcomes(
    two_schools: None, la: ScriptedLa, export: Export
) -> None:
    export()
    la.outcome = {"state": "completed", "counts": {}, "problems": []}
    la.password = "another"
    ask_for_outcomes()
    assert la.sign_ins[-2:] == [la.user, "own"]
    assert state_of(NAME) == State.IMPORTED


NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "wait"),
    [(timedelta(minutes=1), timedelta(seconds=5)), (timedelta(days=1), timedelta(hours=2)), (timedelta(days=90), DAY)],
)
def test_outcomes_are_asked_for_more_seldom_as_files_age(age: timedelta, wait: timedelta) -> None:
    newest = NOW - age
    assert is_time_to_ask(NOW, newest, NOW - wait)
    assert not is_time_to_ask(NOW, newest, NOW - wait + timedelta(seconds=1))


@pytest.mark.parametrize("asked", [None, NOW + timedelta(hours=5)])
def test_outcomes_never_asked_for_or_asked_for_by_a_wrong_clock_are_asked_for(asked: datetime | None) -> None:
    assert is_time_to_ask(NOW, NOW - timedelta(days=90), asked)


def test_a_password_that_is_changed_in_mid_run_stops_only_its_school_and_is_told_once(
    two_schools: None, la: ScriptedLa, drop: Drop, export: Export
) -> None:
    export()

    def end_session(name: str) -> None:
        if la.senders.get(name, "own") == "own" and name.startswith("8204321"):
            la.accounts["own"] = "another"
            la.wrong_of.setdefault(name, []).append(answer(401, {"code": "token-expired"}))

    la.before_put = end_session
    drop(serial=2, seed=3)
    drop(school="2107", serial=2, seed=4)
    export()
    assert state_of("8204321_CES_820LLLL_002.xml") == State.READY
    assert School.objects.get().trouble == "wrong-credentials"
    assert Destination.objects.get().trouble == ""


def test_an_account_for_all_schools_that_fails_under_several_files_is_told_once(
    la: ScriptedLa, drop: Drop, export: Export
) -> None:
    def end_session(name: str) -> None:
        la.password = "another"
        la.wrong_of.setdefault(name, []).append(answer(401, {"code": "token-expired"}))

    la.before_put = end_session
    for seed, school in enumerate(("4321", "2107", "7004", "3310"), 1):
        drop(school=school, seed=seed)
    summary = export()
    assert summary.trouble == "User Name or Password is invalid."
    assert JournalLine.objects.filter(level="WARN").count() == 1
