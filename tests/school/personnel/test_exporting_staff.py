"""Personnel files go by the machinery of pupil files: found, checked, sent, and put away with their receipts."""

import json
from collections.abc import Callable
from pathlib import Path
from threading import current_thread
from typing import Any

import pytest
from django.db.backends.utils import CursorWrapper
from tests.school.conftest import Drop, Export
from tests.school.personnel.conftest import PLACE, STAFF_FILE, DropStaff, MakeRow
from tests.school.scripted_la import ScriptedLa

from schoolgate.commons.journal.models import JournalLine
from schoolgate.school.exchange.administration.schools import save_school
from schoolgate.school.exchange.asking import ask_for_what_is_due, exports_coming
from schoolgate.school.exchange.exporting import LaSummary
from schoolgate.school.exchange.folders import folders_of
from schoolgate.school.exchange.models import Destination, HeldBackFile, PersonnelSchool, School, State, Transfer
from schoolgate.school.exchange.scanning import scan

ExportStaff = Callable[..., LaSummary]


def held() -> HeldBackFile:
    return HeldBackFile.objects.get()


def test_a_file_arrives_and_is_put_away_with_its_receipt(
    row: PersonnelSchool, drop_staff: DropStaff, export_staff: ExportStaff, la: ScriptedLa
) -> None:
    plain = drop_staff().read_bytes()
    summary = export_staff()
    assert (summary.received, summary.all_well) == (1, True)
    assert la.files[STAFF_FILE, Transfer.objects.get().sha256] == plain
    exported = Path(row.exported)
    assert sorted(file.name for file in exported.iterdir()) == [STAFF_FILE, f"{STAFF_FILE}.receipt.json"]
    assert json.loads((exported / f"{STAFF_FILE}.receipt.json").read_text())["url"] == la.address
    assert not list(Path(row.not_exported).iterdir())


def test_it_goes_by_the_way_of_personnel_files(
    drop_staff: DropStaff, export_staff: ExportStaff, la: ScriptedLa
) -> None:
    drop_staff()
    export_staff()
    assert "/personnel/files/" in next(one.path for one in la.server.requests if one.method == "PUT")
    transfer = Transfer.objects.get()
    assert (transfer.kind, transfer.state, transfer.people) == ("personnel", State.DELIVERED, "3 members of staff")


def test_the_streams_open_no_database(
    drop_staff: DropStaff, export_staff: ExportStaff, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = set()
    execute = CursorWrapper.execute

    def note(self: CursorWrapper, *args: Any, **named: Any) -> Any:
        asking.add(current_thread().name)
        return execute(self, *args, **named)

    monkeypatch.setattr(CursorWrapper, "execute", note)
    drop_staff()
    assert export_staff().all_well
    assert asking == {current_thread().name}


def test_a_second_export_sends_nothing_twice(drop_staff: DropStaff, export_staff: ExportStaff, la: ScriptedLa) -> None:
    drop_staff()
    export_staff()
    export_staff()
    assert la.puts == [STAFF_FILE]


def test_pupils_and_staff_of_one_school_do_not_meet(
    drop_staff: DropStaff, drop: Drop, export_staff: ExportStaff, export: Export, la: ScriptedLa
) -> None:
    drop_staff()
    drop()
    assert export().checked == 1
    assert la.puts == ["8204321_CES_820LLLL_001.xml"]
    assert export_staff().checked == 1
    assert la.puts[1:] == [STAFF_FILE]


def test_the_account_of_pupil_files_serves_where_the_row_has_none(
    row: PersonnelSchool, drop_staff: DropStaff, export_staff: ExportStaff, la: ScriptedLa
) -> None:
    PersonnelSchool.objects.update(user="", password="")
    la.accounts["own"] = "Green-Abbey-2026!"
    save_school(
        School(
            name="Green Abbey", la="820", number="4321", destination_la="820", user="own", password=la.accounts["own"]
        ),
        by=None,
    )
    drop_staff()
    assert export_staff().all_well
    assert la.senders[STAFF_FILE] == "own"


def test_the_credentials_for_all_schools_do_not_serve(
    row: PersonnelSchool, drop_staff: DropStaff, export_staff: ExportStaff, la: ScriptedLa
) -> None:
    PersonnelSchool.objects.update(user="", password="")
    assert Destination.objects.get().has_credentials
    drop_staff()
    summary = export_staff()
    assert (summary.waiting, la.puts) == (1, [])
    row.refresh_from_db()
    assert row.trouble == "no-credentials"


def test_an_address_of_another_la_stops_it(
    drop_staff: DropStaff, export_staff: ExportStaff, la: ScriptedLa, row: PersonnelSchool
) -> None:
    la.la = "823"
    drop_staff()
    assert "LA 823, not of LA 820" in export_staff().trouble
    row.refresh_from_db()
    assert row.line_trouble


@pytest.mark.parametrize(
    ("details", "told"),
    [
        ({"school_name": "Red Abbey"}, "The School Name is “Green Abbey” here, but “Red Abbey” inside the file."),
        ({"la": "821"}, "The LA No. is 820 here, but 821 inside the file."),
        ({"school": "4322"}, "The School No. is 4321 here, but 4322 inside the file."),
        ({"destination_la": "823"}, "The LA No. that it goes to is 820 here, but 823 inside the file."),
    ],
)
def test_a_file_that_says_another_school_than_the_row_is_held_back_with_both_values(
    drop_staff: DropStaff, export_staff: ExportStaff, la: ScriptedLa, details: dict[str, str], told: str
) -> None:
    drop_staff(**details)
    export_staff()
    assert (held().reason, la.puts) == ("row-differs", [])
    assert told in held().sentence


def test_each_difference_is_told(drop_staff: DropStaff, export_staff: ExportStaff) -> None:
    drop_staff(school_name="Red Abbey", school="4322")
    export_staff()
    assert "Red Abbey" in held().sentence
    assert "4322" in held().sentence


def test_capitals_and_blanks_of_a_name_are_no_difference(drop_staff: DropStaff, export_staff: ExportStaff) -> None:
    drop_staff(school_name="GREEN  Abbey")
    assert export_staff().all_well


def test_a_wrong_name_gets_the_right_one_suggested(drop_staff: DropStaff, export_staff: ExportStaff) -> None:
    drop_staff(name="staff of today.xml")
    export_staff()
    assert (held().reason, held().suggested_name) == ("name-pattern", STAFF_FILE)


def test_a_name_of_another_school_than_the_header_is_told(drop_staff: DropStaff, export_staff: ExportStaff) -> None:
    drop_staff(name="8204322_PER_820LLLL_001.xml")
    export_staff()
    assert held().reason == "name-source-school"


def test_a_pupil_file_is_at_the_wrong_door(
    drop: Drop, waiting_staff: Path, settle_staff: Callable[[], None], export_staff: ExportStaff, la: ScriptedLa
) -> None:
    path = drop(settled=False)
    path.rename(waiting_staff / path.name)
    settle_staff()
    export_staff()
    assert (held().reason, held().place, la.puts) == ("wrong-door", PLACE, [])


def test_a_personnel_file_in_an_las_folder_is_at_the_wrong_door(
    drop_staff: DropStaff, settle: Callable[[], None], export: Export, la: ScriptedLa
) -> None:
    path = drop_staff(settled=False)
    path.rename(folders_of("820").not_exported / path.name)
    settle()
    export()
    assert (held().reason, held().place, la.puts) == ("wrong-door", "820", [])


def test_a_broken_file_is_held_back_with_what_is_wrong(drop_staff: DropStaff, export_staff: ExportStaff) -> None:
    path = drop_staff(settled=False)
    path.write_bytes(path.read_bytes()[:-40])
    scan(PLACE, wait=True)
    assert held().reason == "not-well-formed"


def test_a_folder_that_is_away_is_told_once_and_cured_by_its_return(row: PersonnelSchool, tmp_path: Path) -> None:
    Path(row.not_exported).rename(tmp_path / "elsewhere")
    for _ in range(3):
        assert scan(PLACE, wait=False).trouble
    row.refresh_from_db()
    assert row.folder_trouble
    assert JournalLine.objects.filter(kind="personnel").count() == 1
    (tmp_path / "elsewhere").rename(row.not_exported)
    scan(PLACE, wait=False)
    row.refresh_from_db()
    assert not row.folder_trouble


def test_a_folder_that_a_person_chose_is_never_made(row: PersonnelSchool, export_staff: ExportStaff) -> None:
    Path(row.not_exported).rmdir()
    export_staff()
    assert not Path(row.not_exported).exists()


def test_an_exported_folder_on_another_disk_is_no_matter(
    row: PersonnelSchool, drop_staff: DropStaff, export_staff: ExportStaff, monkeypatch: pytest.MonkeyPatch
) -> None:
    def on_another_disk(source: Path, target: Path) -> None:
        if not source.name.startswith(".schoolgate-"):
            raise OSError(18, "Invalid cross-device link")
        source.rename(target)

    monkeypatch.setattr("schoolgate.school.exchange.filing.move_without_replacing", on_another_disk)
    plain = drop_staff().read_bytes()
    export_staff()
    assert (Path(row.exported) / STAFF_FILE).read_bytes() == plain
    assert not list(Path(row.not_exported).iterdir())


def test_what_was_asked_for_and_stopped_goes_on_by_itself(
    row: PersonnelSchool, drop_staff: DropStaff, export_staff: ExportStaff, la: ScriptedLa
) -> None:
    la.wrong = [None]
    drop_staff()
    export_staff()
    transfer = Transfer.objects.get()
    assert transfer.state == State.RETRYING
    assert transfer.next_try_at is not None
    assert [job.key for job in ask_for_what_is_due(transfer.next_try_at)] == [f"export:{PLACE}"]
    assert exports_coming() == {PLACE}


def test_nothing_rests_that_travels_with_another_row(
    row: PersonnelSchool, make_row: MakeRow, drop_staff: DropStaff, export_staff: ExportStaff, la: ScriptedLa
) -> None:
    other = make_row(number="4322", name="Red Abbey", user="nobody", password="Wrong-Password-1!")
    other.note(trouble="wrong-credentials", trouble_sentence="No.")
    drop_staff()
    assert export_staff(by_person=False).all_well


def test_its_lines_in_the_journal_are_of_personnel_files(drop_staff: DropStaff, export_staff: ExportStaff) -> None:
    drop_staff()
    export_staff()
    assert set(JournalLine.objects.values_list("kind", "la", "school")) == {("personnel", "820", "4321")}
