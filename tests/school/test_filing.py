"""After the receipt: it is kept beside the file in *Files Exported*, and nothing else is moved or written over."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.school.conftest import NAME, Drop, Export
from tests.school.scripted_la import ScriptedLa

from schoolgate.commons.journal.models import JournalLine
from schoolgate.school.exchange import filing
from schoolgate.school.exchange.models import HeldBackFile, Transfer
from schoolgate.school.exchange.receipt_keys import kept_keys
from schoolgate.school.exchange.scanning import scan
from schoolgate.wire.receipts import verify_receipt_file

RECEIPT = f"{NAME}.receipt.json"


@pytest.fixture(autouse=True)
def _an_la(la: ScriptedLa) -> None:
    """Files here go to LA 820."""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_file_is_moved_and_its_receipt_lies_beside_it(
    drop: Drop, export: Export, waiting_folder: Path, exported_folder: Path
) -> None:
    plain = drop().read_bytes()
    export()
    assert names(waiting_folder) == []
    assert names(exported_folder) == [NAME, RECEIPT]
    assert (exported_folder / NAME).read_bytes() == plain


def test_the_receipt_proves_the_file_beside_it_with_the_kept_keys(
    drop: Drop, export: Export, exported_folder: Path, la: ScriptedLa
) -> None:
    drop()
    export()
    text = (exported_folder / RECEIPT).read_text()
    with (exported_folder / NAME).open("rb") as plain:
        assert verify_receipt_file(text, kept_keys("820"), plain).name == NAME
    assert json.loads(text)["url"] == la.address


def test_the_moment_of_the_move_stands_beside_the_state(drop: Drop, export: Export) -> None:
    drop()
    export()
    transfer = Transfer.objects.get()
    assert transfer.filed_at
    assert transfer.filed_as == NAME


def test_a_file_of_the_same_name_in_files_exported_is_kept_too(
    drop: Drop, export: Export, exported_folder: Path
) -> None:
    drop(seed=1)
    export()
    drop(seed=2)
    export()
    second = "8204321_CES_820LLLL_001-2.xml"
    assert names(exported_folder) == sorted([NAME, RECEIPT, second, f"{second}.receipt.json"])


def test_an_original_that_changed_meanwhile_stays_and_what_was_sent_is_kept(
    drop: Drop, export: Export, la: ScriptedLa, waiting_folder: Path, exported_folder: Path
) -> None:
    path = drop()
    sent = path.read_bytes()

    def replace(_: str) -> None:
        path.write_text("another file by now")

    la.before_put = replace
    export()
    assert path.read_text() == "another file by now"
    assert (exported_folder / NAME).read_bytes() == sent
    assert JournalLine.objects.filter(message__contains="was changed after it was taken").count() == 1
    assert "changed" in Transfer.objects.get().filing_note


def test_the_changed_original_is_looked_at_anew(
    drop: Drop, export: Export, la: ScriptedLa, settle: Callable[..., None]
) -> None:
    path = drop()

    def replace(_: str) -> None:
        path.write_text("another file by now")

    la.before_put = replace
    export()
    settle()
    scan("820", wait=False)
    assert HeldBackFile.objects.get().name == NAME


def test_an_original_that_is_gone_is_kept_from_our_own_copy(
    drop: Drop, export: Export, la: ScriptedLa, exported_folder: Path
) -> None:
    path = drop()
    sent = path.read_bytes()
    la.before_put = lambda _: path.unlink(missing_ok=True)
    export()
    assert (exported_folder / NAME).read_bytes() == sent


def test_a_file_that_cannot_be_moved_yet_is_received_all_the_same_and_moved_later(
    drop: Drop, export: Export, monkeypatch: pytest.MonkeyPatch, waiting_folder: Path, exported_folder: Path
) -> None:
    def locked(*_: Any) -> None:
        raise PermissionError(13, "The process cannot access the file")

    drop()
    with monkeypatch.context() as patched:
        patched.setattr(filing, "move_without_replacing", locked)
        export()
    transfer = Transfer.objects.get()
    assert (transfer.state, transfer.filed_at) == ("delivered", None)
    assert transfer.filing_note
    assert JournalLine.objects.filter(message__contains="could not be put").count() == 1
    export()
    assert names(waiting_folder) == []
    assert names(exported_folder) == [NAME, RECEIPT]


def test_a_file_that_was_received_but_not_moved_is_not_sent_again(
    drop: Drop, export: Export, la: ScriptedLa, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop()
    monkeypatch.setattr(filing, "put_away", lambda _: False)
    monkeypatch.setattr("schoolgate.school.exchange.sending.move_with_receipts", lambda _: [])
    monkeypatch.setattr("schoolgate.school.exchange.exporting.put_away", lambda _: False)
    export()
    export()
    assert la.puts == [NAME]
    assert not HeldBackFile.objects.exists()


def test_moves_are_noted_in_one_order_so_that_two_processes_never_wait_for_each_other(
    drop: Drop, export: Export
) -> None:
    for serial in (1, 2, 3):
        drop(serial=serial, seed=serial)
    export()
    transfers = list(Transfer.objects.order_by("pk"))
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        filing.note_moved([transfers[1], transfers[2], transfers[0]])
    updates = [query["sql"] for query in captured if query["sql"].startswith("UPDATE")]
    assert [int(sql.rpartition("= ")[2]) for sql in updates] == [transfer.pk for transfer in transfers]


def test_a_file_that_another_look_puts_away_at_the_same_moment_is_no_trouble(
    drop: Drop, export: Export, exported_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = filing.write_durably

    def be_second(place: Path, parts: Any) -> None:
        parts = list(parts)
        write(place, parts)
        write(place, parts)

    monkeypatch.setattr(filing, "write_durably", be_second)
    drop()
    export()
    assert not JournalLine.objects.exclude(level="INFO").exists()
    filing.put_away(Transfer.objects.to_file())
    assert names(exported_folder) == [NAME, RECEIPT]
    assert Transfer.objects.get().filed_at
