"""An LA that was restored from a backup is given again what it has forgotten."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone
from tests.school.conftest import NAME, Drop, Export
from tests.school.scripted_la import RECEIVED, ScriptedLa
from tests.wire.conftest import answer

from schoolgate.commons.journal.models import JournalLine
from schoolgate.school.exchange.export_job import sweep_spool
from schoolgate.school.exchange.models import Attempt, Destination, State, Transfer
from schoolgate.school.exchange.outcomes import ask_for_outcomes
from schoolgate.school.exchange.receipt_keys import kept_keys
from schoolgate.school.exchange.taking import spool
from schoolgate.wire.receipts import verify_receipt_file

Deliver = Callable[..., Transfer]


@pytest.fixture
def deliver(drop: Drop, export: Export, la: ScriptedLa) -> Deliver:
    """Send one file, which the LA receives so many minutes after the first."""

    def send(serial: int = 1, *, minutes: int = 0) -> Transfer:
        la.receipt_changes = {"received": RECEIVED + timedelta(minutes=minutes), "ref": f"B-{serial}-{minutes}"}
        path = drop(serial=serial, seed=serial)
        export()
        la.puts.clear()
        la.server.requests.clear()
        return Transfer.objects.get(name=path.name)

    return send


def forget(la: ScriptedLa, *transfers: Transfer) -> None:
    for transfer in transfers:
        del la.files[transfer.name, transfer.sha256]


def test_a_file_that_the_la_forgot_is_sent_again_and_told(deliver: Deliver, export: Export, la: ScriptedLa) -> None:
    transfer = deliver()
    forget(la, transfer)

    assert export().received == 1

    transfer.refresh_from_db()
    assert transfer.state == State.DELIVERED
    assert la.puts == [NAME]
    line = JournalLine.objects.get(message__contains="no longer holds")
    assert line.message == (
        f"The LA no longer holds {NAME}, for which it gave receipt {transfer.receipt_ref}. It is sent again."
    )
    assert Attempt.objects.filter(transfer=transfer, result="delivered").count() == 2


def test_only_what_the_backup_lacked_is_asked_for_and_sent(deliver: Deliver, export: Export, la: ScriptedLa) -> None:
    sent = [deliver(number, minutes=10 * number) for number in (1, 2, 3, 4)]
    forget(la, *sent[2:])

    export()

    assert sorted(la.puts) == [transfer.name for transfer in sent[2:]]
    assert [call for call in la.calls if call.startswith("GET 82")] == [
        f"GET {transfer.name}" for transfer in reversed(sent[1:])
    ]


def test_a_file_known_in_the_same_minute_does_not_hide_a_forgotten_one(
    deliver: Deliver, export: Export, la: ScriptedLa
) -> None:
    first, second, third = (deliver(number) for number in (1, 2, 3))
    forget(la, first, third)
    export()
    assert sorted(la.puts) == [first.name, third.name]
    assert second.name not in la.puts


def test_an_la_that_forgot_nothing_is_asked_one_question(deliver: Deliver, export: Export, la: ScriptedLa) -> None:
    deliver(1)
    newest = deliver(2, minutes=10)
    export()
    assert [call for call in la.calls if call.startswith("GET 82")] == [f"GET {newest.name}"]


def test_it_is_sent_from_the_exported_folder_when_the_spool_was_swept(
    deliver: Deliver, export: Export, la: ScriptedLa, exported_folder: Path
) -> None:
    transfer = deliver()
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        sweep_spool()
    assert not spool().has(transfer.sha256)
    forget(la, transfer)
    export()
    assert la.puts == [NAME]
    assert (exported_folder / NAME).exists()


def test_one_whose_bytes_nobody_holds_any_more_needs_attention(
    deliver: Deliver, export: Export, la: ScriptedLa, exported_folder: Path
) -> None:
    transfer = deliver()
    (exported_folder / NAME).unlink()
    spool().remove(transfer.sha256)
    forget(la, transfer)
    export()
    transfer.refresh_from_db()
    assert (transfer.state, transfer.reason) == (State.NEEDS_ATTENTION, "spool-lost")


def test_the_new_receipt_lies_beside_the_file_and_the_first_is_kept(
    deliver: Deliver, export: Export, la: ScriptedLa, exported_folder: Path
) -> None:
    transfer = deliver()
    forget(la, transfer)
    la.receipt_changes = {"received": RECEIVED + timedelta(days=1), "ref": "B-new"}

    export()

    beside, former = (exported_folder / f"{NAME}{end}" for end in (".receipt.json", ".former-receipt.json"))
    assert sorted(exported_folder.iterdir()) == sorted([exported_folder / NAME, beside, former])
    refs = [verify_receipt_file(path.read_text(), kept_keys("820"), None).ref for path in (beside, former)]
    assert refs == ["B-new", transfer.receipt_ref]


def test_a_school_taken_from_the_account_has_forgotten_no_file(
    deliver: Deliver, export: Export, la: ScriptedLa
) -> None:
    forget(la, deliver())
    la.bases = [{"la": "820", "school": "2107", "licence": "standard"}]
    export()
    assert la.puts == []


def test_a_receipt_of_another_address_is_another_sites(deliver: Deliver, export: Export, la: ScriptedLa) -> None:
    forget(la, deliver())
    Destination.objects.update(address=la.address.replace("127.0.0.1", "localhost"))
    export()
    assert la.puts == []


def test_the_round_that_asks_for_outcomes_makes_it_due_at_once(deliver: Deliver, la: ScriptedLa) -> None:
    transfer = deliver()
    forget(la, transfer)
    ask_for_outcomes()
    transfer.refresh_from_db()
    assert transfer.state == State.RETRYING
    assert transfer in Transfer.objects.retry_due(timezone.now())


def test_nothing_is_written_when_the_la_falls_silent_between_the_questions(
    deliver: Deliver, export: Export, la: ScriptedLa
) -> None:
    transfer = deliver()
    forget(la, transfer)
    handle = la.handle
    la.server.handler = lambda request, line: (
        answer(503, {"code": "busy"}) if request.path.endswith("/whoami") else handle(request, line)
    )
    assert export().trouble
    transfer.refresh_from_db()
    assert transfer.state == State.DELIVERED


def test_a_wrong_password_is_tried_once_a_run(deliver: Deliver, export: Export, la: ScriptedLa) -> None:
    deliver()
    la.password = "Another-Password-1"
    la.sign_ins.clear()
    assert export().trouble
    assert la.sign_ins == [la.user]
