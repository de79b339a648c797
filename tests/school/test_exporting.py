"""An export: check 3 once, then each school's files in order, with the retries of DESIGN 8."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from tests.school.conftest import NAME, Drop, Export
from tests.school.scripted_la import RECEIVED, ScriptedLa
from tests.wire.conftest import answer

from schoolgate.commons.journal.models import JournalLine
from schoolgate.school.exchange.asking import ask_for_what_is_due
from schoolgate.school.exchange.models import Attempt, Destination, State, Transfer
from schoolgate.school.exchange.receipt_keys import kept_keys
from schoolgate.wire.http import TRIES

BUSY = answer(503, {"code": "busy"}, Retry_After="600")
REFUSED = answer(403, {"code": "not-your-base"})
HTML = answer(200, "<html>Sign in to the internet</html>", media="text/html")


def the_file() -> Transfer:
    return Transfer.objects.get()


def states() -> dict[str, str]:
    return {transfer.name: transfer.state for transfer in Transfer.objects.all()}


def test_a_file_travels_and_its_receipt_comes_back(drop: Drop, export: Export, la: ScriptedLa) -> None:
    drop()
    summary = export()
    transfer = the_file()
    assert la.puts == [NAME]
    assert (transfer.state, transfer.receipt_ref[:2], transfer.received_at) == (State.DELIVERED, "B-", RECEIVED)
    assert (summary.checked, summary.received, summary.all_well) == (1, 1, True)


def test_the_bytes_that_arrive_are_the_files_own(drop: Drop, export: Export, la: ScriptedLa) -> None:
    plain = drop().read_bytes()
    export()
    assert list(la.files.values()) == [plain]


def test_every_try_has_its_row(drop: Drop, export: Export, la: ScriptedLa) -> None:
    la.wrong = [BUSY]
    drop()
    export()
    export()
    assert [attempt.result for attempt in Attempt.objects.all()] == ["failed", "delivered"]
    assert Attempt.objects.first().code == "busy"  # type: ignore[union-attr]


def test_nothing_waits_and_nothing_is_told_when_the_folders_are_empty(export: Export, la: ScriptedLa) -> None:
    assert export().all_well
    assert not JournalLine.objects.exists()


def test_the_login_is_checked_once_per_run(drop: Drop, export: Export, la: ScriptedLa) -> None:
    for serial in range(1, 6):
        drop(serial=serial, seed=serial)
    export()
    assert [call for call in la.calls if call.startswith("POST")] == ["POST token"]


def test_the_las_keys_are_kept_for_checking_receipts_offline(drop: Drop, export: Export, la: ScriptedLa) -> None:
    drop()
    export()
    assert [key["kid"] for key in kept_keys("820")["keys"]] == [la.key["kid"]]
    assert all("d" not in key for key in kept_keys("820")["keys"])


def test_whom_to_ask_is_asked_of_the_la_when_nobody_typed_it(export: Export, destination: Destination) -> None:
    export()
    destination.refresh_from_db()
    assert destination.contact == "Data Team, 01234 000000"


# Check 3


@pytest.mark.parametrize(
    ("answered", "trouble", "by_itself"),
    [
        (answer(401, {"code": "wrong-credentials"}), "wrong-credentials", False),
        (answer(401, {"code": "password-expired"}), "password-expired", False),
        (answer(407, ""), "proxy-password", False),
        (answer(426, {"code": "client-too-old"}), "client-too-old", False),
        (answer(429, {"code": "locked"}, Retry_After="900"), "locked", True),
        (answer(503, {"code": "busy"}), "busy", True),
        (HTML, "not-schoolgate", True),
    ],
)
def test_an_la_that_takes_no_login_keeps_its_files_waiting(
    answered: bytes, trouble: str, by_itself: bool, drop: Drop, export: Export, la: ScriptedLa, destination: Destination
) -> None:
    la.sign_in = answered
    drop(serial=1)
    drop(serial=2, seed=2)
    summary = export()
    destination.refresh_from_db()
    assert la.puts == []
    assert set(states().values()) == {State.READY}
    assert (destination.trouble, summary.waiting) == (trouble, 2)
    assert (destination.try_again_at is not None) == by_itself
    assert JournalLine.objects.filter(level="WARN").count() == 1


def test_an_la_without_an_entry_keeps_its_files_waiting(drop: Drop, export: Export, destination: Destination) -> None:
    drop()
    destination.delete()
    assert "no entry" in export().trouble
    assert states() == {NAME: State.READY}
    assert JournalLine.objects.filter(message__contains="no entry for LA 820").count() == 1


def test_an_address_that_may_not_be_called_is_not_called(drop: Drop, export: Export, destination: Destination) -> None:
    Destination.objects.update(address="http://la.example")
    drop()
    assert "https" in export().trouble
    assert states() == {NAME: State.READY}


def test_an_address_of_another_la_gets_nothing(drop: Drop, export: Export, la: ScriptedLa) -> None:
    la.la = "823"
    drop()
    assert "LA 823" in export().trouble
    assert la.puts == []


def test_an_la_that_works_again_is_in_trouble_no_more(
    drop: Drop, export: Export, la: ScriptedLa, destination: Destination
) -> None:
    drop()
    la.sign_in = BUSY
    export()
    la.sign_in = None
    export()
    destination.refresh_from_db()
    assert (destination.trouble, destination.failures) == ("", 0)
    assert destination.connected_at
    assert the_file().state == State.DELIVERED


def test_trouble_that_stays_the_same_is_not_told_at_every_try_by_itself(
    drop: Drop, export: Export, la: ScriptedLa
) -> None:
    la.sign_in = BUSY
    drop()
    export()
    for _ in range(3):
        export(look=False, by_person=False)
    assert JournalLine.objects.filter(level="WARN").count() == 1


# Retries


@pytest.mark.parametrize("wrong", [BUSY, HTML, None, answer(500, ""), answer(400, {"code": "cut-short"})])
def test_what_a_repetition_may_cure_is_tried_again(wrong: Any, drop: Drop, export: Export, la: ScriptedLa) -> None:
    la.wrong = [wrong]
    drop()
    export()
    transfer = the_file()
    assert (transfer.state, transfer.tries) == (State.RETRYING, 1)
    assert transfer.next_try_at
    assert transfer.next_try_at > timezone.now()


def test_retry_after_is_obeyed(drop: Drop, export: Export, la: ScriptedLa) -> None:
    la.wrong = [BUSY]
    drop()
    export()
    wait = the_file().next_try_at - timezone.now()  # type: ignore[operator]
    assert wait > timedelta(minutes=9)


def test_a_lost_answer_is_harmless(drop: Drop, export: Export, la: ScriptedLa) -> None:
    la.wrong, la.keep_first = [None], True
    drop()
    export()
    assert the_file().state == State.RETRYING
    summary = export()
    assert (the_file().state, summary.known) == (State.DELIVERED, 1)
    assert len(la.files) == 1


def test_what_no_repetition_cures_needs_attention_at_once(drop: Drop, export: Export, la: ScriptedLa) -> None:
    la.wrong = [REFUSED]
    drop()
    export()
    transfer = the_file()
    assert (transfer.state, transfer.reason) == (State.NEEDS_ATTENTION, "not-your-base")
    assert JournalLine.objects.filter(level="ERROR").count() == 1


def test_after_eight_tries_a_file_needs_attention(drop: Drop, export: Export, la: ScriptedLa) -> None:
    la.wrong = [BUSY] * TRIES
    drop()
    for _ in range(TRIES):
        export()
    assert (the_file().state, the_file().tries) == (State.NEEDS_ATTENTION, TRIES)
    export()
    assert len(la.puts) == TRIES


def test_a_retry_that_is_not_due_waits_when_nobody_asks(drop: Drop, export: Export, la: ScriptedLa) -> None:
    la.wrong = [BUSY]
    drop()
    export()
    export(look=False, by_person=False)
    assert len(la.puts) == 1


def test_a_due_retry_goes_by_itself(drop: Drop, export: Export, la: ScriptedLa) -> None:
    la.wrong = [BUSY]
    drop()
    export()
    with time_machine.travel(timezone.now() + timedelta(minutes=15)):
        export(look=False, by_person=False)
    assert the_file().state == State.DELIVERED


def test_a_401_in_mid_run_gets_one_new_token(drop: Drop, export: Export, la: ScriptedLa) -> None:
    la.wrong = [answer(401, {"code": "token-expired"})]
    drop()
    export()
    assert the_file().state == State.DELIVERED
    assert la.calls.count("POST token") == 2


def test_a_407_in_mid_run_stops_the_run_and_blames_no_file(
    drop: Drop, export: Export, la: ScriptedLa, destination: Destination
) -> None:
    la.wrong = [answer(407, "")] * 3
    for serial in range(1, 4):
        drop(serial=serial, seed=serial)
    export()
    destination.refresh_from_db()
    assert set(states().values()) == {State.READY}
    assert len(la.puts) == 1
    assert destination.trouble == "proxy-password"
    assert {transfer.tries for transfer in Transfer.objects.all()} == {0}


def test_a_login_that_is_lost_in_mid_run_stops_the_run(drop: Drop, export: Export, la: ScriptedLa) -> None:
    def lock_out() -> bytes:
        la.sign_in = answer(401, {"code": "wrong-credentials"})
        return answer(401, {"code": "token-expired"})

    la.wrong = [lock_out]
    drop(serial=1)
    drop(serial=2, seed=2)
    export()
    assert set(states().values()) == {State.READY}


def test_three_failures_of_the_la_in_a_row_let_the_rest_wait(
    drop: Drop, export: Export, la: ScriptedLa, destination: Destination
) -> None:
    for number in range(8):
        drop(school=f"{4300 + number}", seed=number)
    la.wrong = [answer(500, "")] * 8
    export()
    destination.refresh_from_db()
    assert len(la.puts) < 8
    assert State.READY in states().values()
    assert destination.try_again_at


def test_failures_of_files_do_not_trip_the_breaker(drop: Drop, export: Export, la: ScriptedLa) -> None:
    for number in range(6):
        drop(school=f"{4300 + number}", seed=number)
    la.wrong = [REFUSED] * 5
    export()
    assert sorted(states().values()) == [State.DELIVERED] + [State.NEEDS_ATTENTION] * 5


# Receipts


def test_an_outcome_that_comes_with_the_answer_is_taken(drop: Drop, export: Export, la: ScriptedLa) -> None:
    la.outcome = {"state": "completed", "counts": {"pupils": 2}, "problems": []}
    drop()
    export()
    assert (the_file().state, the_file().outcome["counts"]) == (State.IMPORTED, {"pupils": 2})


def test_an_outcome_that_comes_later_is_fetched(drop: Drop, export: Export, la: ScriptedLa) -> None:
    drop()
    export()
    la.outcome = {"state": "failed", "counts": {}, "problems": []}
    export()
    assert the_file().state == State.REJECTED
    assert JournalLine.objects.filter(level="ERROR", message__contains="did not accept").count() == 1


# What a dead run left


def test_a_file_that_a_dead_run_left_on_its_way_is_sent_and_no_try_is_lost(
    drop: Drop, export: Export, la: ScriptedLa
) -> None:
    drop()
    export_only_the_look(export, la)
    transfer = the_file()
    assert transfer.take("send", attempts=1)
    export(look=False, by_person=False)
    assert (the_file().state, the_file().tries) == (State.DELIVERED, 0)
    assert [attempt.result for attempt in Attempt.objects.all()] == ["interrupted", "delivered"]


def test_a_file_that_neither_spool_nor_folder_holds_needs_attention(
    drop: Drop, export: Export, la: ScriptedLa, settings: Any
) -> None:
    path = drop()
    export_only_the_look(export, la)
    path.unlink()
    for spooled in Path(settings.SCHOOLGATE_HOME.spool).glob("??/*"):
        spooled.unlink()
    export(look=False)
    assert (the_file().state, the_file().reason) == (State.NEEDS_ATTENTION, "spool-lost")


def test_a_file_that_only_the_folder_holds_is_copied_again(
    drop: Drop, export: Export, la: ScriptedLa, settings: Any
) -> None:
    drop()
    export_only_the_look(export, la)
    for spooled in Path(settings.SCHOOLGATE_HOME.spool).glob("??/*"):
        spooled.unlink()
    export(look=False)
    assert the_file().state == State.DELIVERED


def export_only_the_look(export: Export, la: ScriptedLa) -> None:
    """An export that finds the LA closed: the file is taken and asked for, and waits until the LA may be tried."""
    la.sign_in = BUSY
    export()
    la.sign_in = None
    Destination.objects.update(try_again_at=timezone.now())


def test_a_cancelled_file_is_not_sent(drop: Drop, export: Export, la: ScriptedLa) -> None:
    drop()
    export_only_the_look(export, la)
    assert the_file().take("cancel")
    export()
    assert la.puts == []


def test_a_due_retry_is_found_and_asked_for_once(drop: Drop, export: Export, la: ScriptedLa) -> None:
    la.wrong = [BUSY]
    drop()
    export()
    assert ask_for_what_is_due(timezone.now()) == []
    later = timezone.now() + timedelta(minutes=15)
    assert [job.args["la"] for job in ask_for_what_is_due(later)] == ["820"]
    assert ask_for_what_is_due(later) == []


def test_an_la_that_needs_a_person_is_not_tried_by_itself(drop: Drop, export: Export, la: ScriptedLa) -> None:
    la.sign_in = answer(401, {"code": "wrong-credentials"})
    drop()
    export()
    assert ask_for_what_is_due(timezone.now() + timedelta(days=1)) == []


def test_an_la_that_may_be_tried_again_is_asked_for_when_it_is_time(drop: Drop, export: Export, la: ScriptedLa) -> None:
    la.sign_in = BUSY
    drop()
    export()
    assert ask_for_what_is_due(timezone.now()) == []
    assert len(ask_for_what_is_due(timezone.now() + timedelta(minutes=15))) == 1
