"""A settled file becomes a transfer, or a held-back file with its reason; one bad file never stops the others."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from tests.school.conftest import NAME, Drop, MakeLa
from tests.school.scripted_la import ScriptedLa

from schoolgate.commons.filestore import FileStore, NoSpace
from schoolgate.commons.journal.models import JournalLine
from schoolgate.school.exchange import taking
from schoolgate.school.exchange.folders import folders_of
from schoolgate.school.exchange.models import HeldBackFile, State, Transfer
from schoolgate.school.exchange.scanning import Scan, scan
from schoolgate.school.exchange.settling import forget


def look() -> Scan:
    return scan("820", wait=False)


def held() -> HeldBackFile:
    return HeldBackFile.objects.get()


@pytest.fixture(autouse=True)
def _an_la(la: ScriptedLa) -> None:
    """Every file here lies in the folder of LA 820."""


def test_a_good_file_becomes_a_transfer_that_waits(drop: Drop) -> None:
    drop(pupils=3)
    look()
    transfer = Transfer.objects.get()
    assert (transfer.name, transfer.state, transfer.pupils, transfer.la) == (NAME, State.READY, 3, "820")
    assert (transfer.base, transfer.version) == ("8204321", "3.73")


def test_the_file_stays_in_its_folder_until_it_arrived(drop: Drop) -> None:
    path = drop()
    look()
    assert path.exists()


def test_a_look_sends_nothing(drop: Drop, la: ScriptedLa) -> None:
    drop()
    look()
    assert la.calls == []


def test_a_second_look_takes_nothing_twice(drop: Drop) -> None:
    drop()
    look()
    assert look() == Scan()
    assert Transfer.objects.count() == 1


def test_a_file_that_was_taken_already_is_no_second_transfer_when_looked_at_anew(drop: Drop) -> None:
    path = drop()
    look()
    forget("820", path.name)
    assert scan("820", wait=True).checked == 0
    assert Transfer.objects.count() == 1


def test_other_bytes_under_a_used_name_are_another_file(drop: Drop) -> None:
    drop(seed=1)
    look()
    Transfer.objects.update(asked_at=timezone.now())
    drop(seed=2)
    look()
    assert Transfer.objects.filter(name=NAME).count() == 2


def test_a_file_with_problems_is_held_back_with_all_of_them(drop: Drop) -> None:
    drop(pupils=5, faults=("missing-dob", "bad-date"))
    assert look() == Scan(held_back=1)
    file = held()
    assert (file.reason, file.refusals, len(file.problems)) == ("content", 2, 2)
    assert file.sentence == "There are 2 things to put right in it."
    assert not Transfer.objects.exists()


def test_a_problem_is_told_by_child_and_item(drop: Drop) -> None:
    drop(pupils=5, faults=("missing-dob",))
    look()
    problem = held().problems[0]
    assert "Year" in problem["pupil"]
    assert problem["item"] == "Date of birth"


def test_warnings_alone_hold_nothing_back(drop: Drop) -> None:
    drop(pupils=5, faults=("wrong-upn-letter",))
    look()
    assert Transfer.objects.get().warnings == 1


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("name-of-another-school", "name-source-school"),
        ("name-of-another-la", "name-source-la"),
    ],
)
def test_a_name_that_differs_from_its_content_is_held_back(drop: Drop, fault: str, reason: str) -> None:
    drop(faults=(fault,))
    look()
    assert held().reason == reason


def test_a_file_for_another_la_is_never_sent_from_this_folder(drop: Drop) -> None:
    drop(destination_la="823", folder_la="820")
    look()
    file = held()
    assert (file.reason, file.right_la) == ("wrong-folder", "823")
    assert "823" in file.sentence


def test_what_a_browser_added_to_a_name_is_seen_and_the_right_name_offered(drop: Drop) -> None:
    drop(faults=("browser-copy",))
    look()
    assert held().suggested_name == NAME


def test_a_name_of_somebodys_own_gets_one_from_the_header_with_the_next_serial(drop: Drop) -> None:
    drop(serial=7)
    look()
    drop(seed=2, name="pupils this week.xml")
    look()
    assert held().suggested_name == "8204321_CES_820LLLL_008.xml"


def test_an_odd_file_gets_a_row_and_a_reason(waiting_folder: Path, settle: Any) -> None:
    (waiting_folder / "letter to parents.txt").write_text("Dear all")
    settle()
    look()
    assert held().name == "letter to parents.txt"
    assert held().reason


def test_an_empty_file_is_told_as_empty(waiting_folder: Path, settle: Any) -> None:
    (waiting_folder / NAME).write_bytes(b"")
    settle()
    look()
    assert held().reason == "empty"


def test_a_census_file_is_told_where_it_belongs(waiting_folder: Path, settle: Any) -> None:
    header = "<CollectionDetails><Collection>School Census</Collection></CollectionDetails>"
    census = waiting_folder / "8204321_SC1_820LL26_001.xml"
    census.write_text(f"<Message><Header>{header}</Header></Message>")
    settle()
    look()
    assert held().reason == "wrong-door"
    assert "COLLECT" in held().remedy


def test_a_folder_in_the_folder_is_told(waiting_folder: Path, settle: Any) -> None:
    (waiting_folder / "old files").mkdir()
    settle()
    look()
    assert held().reason == "not-a-file"


@pytest.mark.skipif(os.name == "nt", reason="making a link needs a right that an office PC's user lacks")
def test_a_link_is_not_followed(waiting_folder: Path, tmp_path: Path, settle: Any) -> None:
    (tmp_path / "secret.xml").write_text("x")
    (waiting_folder / NAME).symlink_to(tmp_path / "secret.xml")
    settle()
    look()
    assert held().reason == "not-a-file"


def test_a_file_larger_than_the_site_takes_is_not_read(drop: Drop, settings: Any) -> None:
    settings.SCHOOLGATE_MAX_FILE_BYTES = 1000
    drop()
    look()
    assert held().reason == "too-large"
    assert list(settings.SCHOOLGATE_HOME.spool.glob("??/*")) == []


def test_a_file_that_cannot_be_opened_is_told_and_looked_at_again_by_itself(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop()
    opened = Path.open

    def refuse(self: Path, *args: Any, **options: Any) -> Any:
        if self.name == NAME:
            raise PermissionError(13, "Permission denied")
        return opened(self, *args, **options)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", refuse)
        look()
        assert held().reason == "cannot-be-read"
    look()
    assert Transfer.objects.count() == 1
    assert not HeldBackFile.objects.exists()


def test_a_file_that_moves_on_while_it_is_read_is_left_for_the_next_look(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop()
    copy = taking.copy_to_spool

    def copy_and_change(stream: Any) -> Any:
        stored = copy(stream)
        path.write_text("half of another fi")
        return stored

    monkeypatch.setattr(taking, "copy_to_spool", copy_and_change)
    assert look() == Scan()
    assert not Transfer.objects.exists()
    assert not HeldBackFile.objects.exists()


def test_one_bad_file_never_stops_the_others(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(serial=1)
    drop(serial=2, seed=2)
    check = taking.check_spooled

    def break_on_the_first(sha256: str, name: str, *rest: Any, **named: Any) -> Any:
        if name == NAME:
            raise RuntimeError("a fault of our own")
        return check(sha256, name, *rest, **named)

    monkeypatch.setattr(taking, "check_spooled", break_on_the_first)
    assert look() == Scan(checked=1, held_back=1)
    assert held().reason == "went-wrong"


def test_a_full_disk_ends_the_look_and_is_told(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    drop()

    def full(self: FileStore) -> Any:
        raise NoSpace

    with monkeypatch.context() as patched:
        patched.setattr(FileStore, "incoming", full)
        assert "full" in look().trouble
    assert JournalLine.objects.filter(level="ERROR").count() == 1
    assert look().checked == 1


def test_a_corrected_file_of_the_same_name_clears_what_was_held_back(drop: Drop) -> None:
    drop(faults=("missing-dob",))
    look()
    drop()
    look()
    assert not HeldBackFile.objects.exists()
    assert Transfer.objects.count() == 1


def test_a_file_that_was_taken_out_of_the_folder_is_held_back_no_more(drop: Drop) -> None:
    path = drop(faults=("missing-dob",))
    look()
    path.unlink()
    look()
    assert not HeldBackFile.objects.exists()


def test_a_file_that_is_still_wrong_is_told_once(drop: Drop) -> None:
    path = drop(faults=("missing-dob",))
    look()
    forget("820", path.name)
    scan("820", wait=True)
    assert JournalLine.objects.filter(level="WARN").count() == 1


def test_the_journal_names_neither_child_nor_stray_file(waiting_folder: Path, drop: Drop, settle: Any) -> None:
    drop(pupils=5, faults=("missing-surname",))
    (waiting_folder / "Aisha Khan exclusion.docx").write_bytes(b"PK\x03\x04")
    settle()
    look()
    told = " ".join(f"{line.message} {line.details}" for line in JournalLine.objects.all())
    assert "Aisha" not in told
    children = {problem["pupil"] for file in HeldBackFile.objects.all() for problem in file.problems} - {""}
    assert children
    assert not any(child in told for child in children)


def test_a_folder_that_cannot_be_read_is_told(waiting_folder: Path) -> None:
    shutil.rmtree(waiting_folder)
    waiting_folder.write_text("a file where the folder was")
    assert scan("820", wait=False).trouble
    assert JournalLine.objects.filter(level="ERROR").count() == 1


def test_a_file_that_arrived_and_lies_there_again_is_told_and_not_sent(drop: Drop, export: Any, la: ScriptedLa) -> None:
    drop()
    export()
    drop()
    look()
    assert held().reason == "already-delivered"
    assert "Thu 19 Nov 2026 18:30" in held().sentence
    assert la.puts == [NAME]


def test_a_cancelled_file_is_not_taken_again_until_its_bytes_change(drop: Drop) -> None:
    drop(seed=1)
    look()
    assert Transfer.objects.get().take("cancel")
    forget("820", NAME)
    scan("820", wait=True)
    assert [transfer.state for transfer in Transfer.objects.all()] == [State.CANCELLED]
    drop(seed=2)
    look()
    assert Transfer.objects.filter(state=State.READY).count() == 1


def test_a_ctf_for_an_la_is_not_a_pupil_file(waiting_folder: Path, settle: Any) -> None:
    folders_of("820").make()
    ctf = (
        "<CTfile><Header><DocumentName>Common Transfer File</DocumentName><CTFversion>25.0</CTFversion>"
        "<DateTime>2026-11-19T18:20:00</DateTime><DocumentQualifier>partial</DocumentQualifier>"
        "<SupplierID>MIS</SupplierID><SourceSchool><LEA>820</LEA><Estab>4321</Estab>"
        "<SchoolName>Green Abbey</SchoolName></SourceSchool>"
        "<DestSchool><LEA>820</LEA><Estab>LLLL</Estab></DestSchool></Header><CTFpupilData/></CTfile>"
    )
    (folders_of("820").not_exported / NAME).write_text(ctf)
    settle()
    look()
    assert not Transfer.objects.exists()
    assert held().reason


def test_a_copy_in_another_las_folder_is_told_though_the_file_is_on_its_way(drop: Drop, make_la: MakeLa) -> None:
    make_la("823")
    drop(destination_la="823", folder_la="823")
    scan("823", wait=False)
    drop(destination_la="823", folder_la="820")
    look()
    assert held().reason == "wrong-folder"


def test_a_new_file_clears_what_was_told_of_a_copy_under_its_name(drop: Drop, export: Any) -> None:
    drop(seed=1)
    export()
    drop(seed=1)
    look()
    assert held().reason == "already-delivered"
    drop(seed=2)
    look()
    assert not HeldBackFile.objects.exists()
