"""The tab's settings: its address, schools with three folders each, and what may be one of them."""

from pathlib import Path
from typing import Any

import pytest
from tests.school.personnel.conftest import PLACE, DropStaff, MakeRow
from tests.school.scripted_la import ScriptedLa

from schoolgate.commons.audit.models import AuditEntry
from schoolgate.school.exchange.administration.destinations import remove_destination
from schoolgate.school.exchange.administration.personnel import (
    PersonnelRefused,
    remove_personnel_school,
    save_personnel_school,
    set_personnel_url,
    why_not_ready,
)
from schoolgate.school.exchange.administration.roots import set_root_folder
from schoolgate.school.exchange.administration.schools import remove_school, save_school
from schoolgate.school.exchange.asking import ask_for_file, staff_places
from schoolgate.school.exchange.exporting import export_to
from schoolgate.school.exchange.folders import FolderRefused
from schoolgate.school.exchange.models import (
    Destination,
    HeldBackFile,
    PersonnelSchool,
    School,
    Sighting,
    State,
    Transfer,
)
from schoolgate.school.exchange.scanning import scan
from schoolgate.sites.home import Home


def pupil_row(**values: Any) -> School:
    facts = {"name": "Green Abbey", "la": "820", "number": "4321", "destination_la": "820", "user": "own"}
    return save_school(School(**{**facts, "password": "Green-Abbey-2026!", **values}), by=None)


def test_the_address_must_be_one(root: Path) -> None:
    with pytest.raises(PersonnelRefused) as refused:
        set_personnel_url("bedford", by=None)
    assert refused.value.field == "address"


def test_nothing_is_exported_before_address_and_school_are_there(make_row: MakeRow, la: ScriptedLa) -> None:
    assert why_not_ready() == "Enter the B2B:Personnel URL first."
    set_personnel_url(la.address, by=None)
    assert why_not_ready() == "Add a school first."
    make_row()
    assert why_not_ready() == ""


def test_no_place_is_gone_through_without_the_address(make_row: MakeRow) -> None:
    make_row()
    assert staff_places() == []


def test_a_school_stands_there_once(make_row: MakeRow, tmp_path: Path) -> None:
    make_row()
    others = {name: str(tmp_path / name) for name in ("not_exported", "exported", "imported")}
    with pytest.raises(PersonnelRefused, match="There is a row for this school already"):
        make_row(**others)


def test_a_user_name_needs_a_password(make_row: MakeRow) -> None:
    with pytest.raises(PersonnelRefused, match="password"):
        make_row(user="8204321")


@pytest.mark.parametrize(
    ("folders", "field", "told"),
    [
        ({"exported": "staff/4321/Files Not Exported"}, "exported", "This is the folder Files Not Exported already."),
        ({"imported": "staff/4321/Files Exported/in"}, "imported", "This folder lies in Files Exported."),
        ({"imported": "staff/4321"}, "imported", "Files Not Exported lies in this folder."),
        ({"not_exported": "root"}, "not_exported", "The root folder for pupil files"),
        ({"not_exported": "."}, "not_exported", "This program keeps its own files in"),
        ({"exported": "root/820/Files Exported"}, "exported", "This folder is an LA’s, for pupil files."),
        ({"imported": "home/spool"}, "imported", "This program keeps its own files in"),
    ],
)
def test_folders_keep_apart(make_row: MakeRow, tmp_path: Path, folders: dict[str, str], field: str, told: str) -> None:
    with pytest.raises(PersonnelRefused, match=told) as refused:
        make_row(**{name: str(tmp_path / place) for name, place in folders.items()})
    assert refused.value.field == field


def test_a_folder_beside_those_of_the_las_is_right(make_row: MakeRow, root: Path) -> None:
    assert make_row(not_exported=str(root / "Staff" / "out")).pk


def test_a_link_to_another_of_the_three_is_that_folder(make_row: MakeRow, tmp_path: Path) -> None:
    (tmp_path / "staff" / "4321" / "Files Not Exported").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "staff" / "4321" / "Files Not Exported")
    with pytest.raises(PersonnelRefused, match="already"):
        make_row(imported=str(tmp_path / "link"))


def test_a_path_that_is_not_whole_is_refused(make_row: MakeRow) -> None:
    with pytest.raises(PersonnelRefused, match="Give the whole path"):
        make_row(exported="sent")


def test_a_missing_folder_is_made_only_when_told_to(make_row: MakeRow, tmp_path: Path) -> None:
    row = make_row()
    row.imported = str(tmp_path / "new")
    with pytest.raises(PersonnelRefused, match="There is no such folder") as refused:
        save_personnel_school(row, by=None)
    assert refused.value.field == "imported"
    assert not (tmp_path / "new").exists()
    save_personnel_school(row, make_folders=True, by=None)
    assert (tmp_path / "new").is_dir()


def test_a_file_is_no_folder(make_row: MakeRow, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(PersonnelRefused, match="There is a file of this name"):
        make_row(exported=str(tmp_path / "file"))


def test_a_folder_that_cannot_be_written_to_is_refused(
    make_row: MakeRow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, _: bytes) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(PersonnelRefused, match="Nothing can be written to this folder"):
        make_row()


def test_schools_share_no_folder_that_files_wait_in(make_row: MakeRow) -> None:
    first = make_row()
    with pytest.raises(PersonnelRefused, match="This is, or holds, Files Not Exported of Green Abbey"):
        make_row(number="4322", name="Red Abbey", not_exported=first.not_exported)


def test_schools_may_share_where_files_are_kept(make_row: MakeRow) -> None:
    first = make_row()
    assert make_row(number="4322", name="Red Abbey", exported=first.exported, imported=first.imported).pk


def test_the_root_folder_may_not_become_one_of_them(make_row: MakeRow) -> None:
    row = make_row()
    with pytest.raises(FolderRefused, match="personnel files of Green Abbey"):
        set_root_folder(Path(row.imported), by=None)


def test_a_changed_name_has_held_back_files_looked_at_anew(row: PersonnelSchool, drop_staff: DropStaff) -> None:
    drop_staff(school_name="Red Abbey")
    scan(PLACE, wait=False)
    assert HeldBackFile.objects.get().reason == "row-differs"
    row.name = "Red Abbey"
    save_personnel_school(row, by=None)
    assert scan(PLACE, wait=True).checked == 1
    assert not HeldBackFile.objects.exists()


def test_a_changed_name_has_files_that_passed_before_looked_at_anew(
    row: PersonnelSchool, drop_staff: DropStaff
) -> None:
    drop_staff()
    scan(PLACE, wait=False)
    row.name = "Red Abbey"
    save_personnel_school(row, by=None)
    scan(PLACE, wait=True)
    assert HeldBackFile.objects.get().reason == "row-differs"
    assert not Transfer.objects.exists()


def test_folders_stay_while_files_are_on_their_way(row: PersonnelSchool, drop_staff: DropStaff, tmp_path: Path) -> None:
    drop_staff()
    scan(PLACE, wait=False)
    ask_for_file(Transfer.objects.get())
    row.not_exported = str(tmp_path / "other")
    with pytest.raises(PersonnelRefused, match="on their way"):
        save_personnel_school(row, make_folders=True, by=None)


def test_a_deleted_school_keeps_its_files_and_its_row_for_pupil_files(
    row: PersonnelSchool, drop_staff: DropStaff
) -> None:
    pupil_row()
    path = drop_staff()
    scan(PLACE, wait=False)
    ask_for_file(Transfer.objects.get())
    remove_personnel_school(row, by=None)
    assert path.exists()
    assert School.objects.count() == 1
    assert Transfer.objects.get().state == State.CANCELLED
    assert not Sighting.objects.exists()
    assert AuditEntry.objects.filter(did="personnel school removed", target=PLACE).exists()


def test_a_school_is_not_deleted_while_its_file_is_sent(row: PersonnelSchool, drop_staff: DropStaff) -> None:
    drop_staff()
    scan(PLACE, wait=False)
    Transfer.objects.update(state=State.SENDING)
    with pytest.raises(PersonnelRefused, match="being sent just now"):
        remove_personnel_school(row, by=None)


def test_a_school_deleted_for_pupil_files_keeps_the_account_for_its_staff(
    make_row: MakeRow, la: ScriptedLa, drop_staff: DropStaff, row: PersonnelSchool
) -> None:
    la.accounts["own"] = "Green-Abbey-2026!"
    PersonnelSchool.objects.update(user="", password="")
    remove_school(pupil_row(), by=None)
    drop_staff()
    assert export_to(PLACE, look=True, by_person=True).all_well
    assert set(la.senders.values()) == {"own"}


def test_an_las_entry_that_is_removed_leaves_the_schools_for_staff(row: PersonnelSchool) -> None:
    remove_destination(Destination.objects.get(), by=None)
    assert PersonnelSchool.objects.count() == 1


def test_an_account_entered_anew_for_pupil_files_frees_the_staffs(make_row: MakeRow, la: ScriptedLa) -> None:
    row, pupils = make_row(), pupil_row()
    row.note(trouble="wrong-credentials", trouble_sentence="No.")
    save_school(pupils, by=None)
    row.refresh_from_db()
    assert row.trouble == ""


def test_another_address_frees_what_the_line_stopped(row: PersonnelSchool, home: Home) -> None:
    row.note(trouble="other-la", trouble_sentence="No.")
    set_personnel_url("https://exchange.bedford.example", by=None)
    row.refresh_from_db()
    assert row.trouble == ""
