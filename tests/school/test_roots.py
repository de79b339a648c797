"""The root folder: what may be one, a change of it, and what stayed in the former one."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.school.conftest import NAME, Drop, Export
from tests.school.scripted_la import ScriptedLa
from tests.wire.conftest import answer

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.journal.models import JournalLine
from schoolgate.school.exchange import scanning
from schoolgate.school.exchange.administration.folder_rules import is_synced
from schoolgate.school.exchange.administration.roots import (
    count_what_stayed,
    dismiss,
    is_another,
    set_root_folder,
)
from schoolgate.school.exchange.filing import put_away
from schoolgate.school.exchange.folders import FolderRefused, folders_of, root_folder
from schoolgate.school.exchange.models import FormerRoot, HeldBackFile, State, Transfer
from schoolgate.school.exchange.scanning import scan
from schoolgate.school.exchange.settling import Look, look_once
from schoolgate.school.exchange.taking import spool
from schoolgate.school.exchange.today import look_at_today
from schoolgate.sites.home import Home


def change_to(folder: Path) -> None:
    set_root_folder(folder, by=None)


def told() -> list[str]:
    return [line.text for line in look_at_today().to_do if line.code == "former root folder"]


def test_a_root_folder_needs_its_whole_path(db: None, home: Home) -> None:
    with pytest.raises(FolderRefused, match="whole path"):
        change_to(Path("files"))


def test_a_file_is_no_root_folder(db: None, home: Home, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(FolderRefused, match="a file of this name"):
        change_to(tmp_path / "file")
    assert root_folder() is None


def test_a_path_that_no_disk_can_hold_is_refused(db: None, home: Home, tmp_path: Path) -> None:
    for name, why in (("x" * 300, "cannot be used"), ("/".join(["deep"] * 200), "longer than 500")):
        with pytest.raises(FolderRefused, match=why):
            change_to(tmp_path / name)


def test_links_in_a_circle_are_refused(db: None, home: Home, tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to(tmp_path / "two")
    (tmp_path / "two").symlink_to(tmp_path / "one")
    with pytest.raises(FolderRefused, match="cannot be used"):
        change_to(tmp_path / "one")


def test_a_change_while_the_folder_is_looked_into_forgets_no_file(
    la: ScriptedLa, drop: Drop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop()
    scan("820", wait=False)

    def meanwhile(of_la: str) -> Look:
        change_to(tmp_path / "other")
        return look_once(of_la)

    monkeypatch.setattr(scanning, "look_once", meanwhile)
    scan("820", wait=False)
    assert Transfer.objects.get().former_root == str(tmp_path / "root")
    assert not JournalLine.objects.filter(message__contains="taken out of its folder").exists()


def test_a_missing_folder_is_made_only_when_asked_for(db: None, home: Home, tmp_path: Path) -> None:
    with pytest.raises(FolderRefused, match="Make this folder"):
        set_root_folder(tmp_path / "new", make=False, by=None)
    assert not (tmp_path / "new").exists()
    set_root_folder(tmp_path / "new", make=True, by=None)
    assert (tmp_path / "new").is_dir()


def test_a_folder_that_cannot_be_written_to_is_refused(
    db: None, home: Home, tmp_path: Path, read_only: Callable[[Path], Path]
) -> None:
    with pytest.raises(FolderRefused, match="Nothing can be written"):
        change_to(read_only(tmp_path / "locked"))


@pytest.mark.parametrize("inside", ["deep", "820", "820/Files Not Exported", "820/Files Exported/old"])
def test_a_folder_inside_the_present_root_is_refused(root: Path, inside: str) -> None:
    with pytest.raises(FolderRefused, match="lies in the present root folder"):
        change_to(root / inside)
    assert root_folder() == root


def test_a_folder_around_the_present_root_is_refused(home: Home, db: None, tmp_path: Path) -> None:
    change_to(tmp_path / "shares" / "root")
    with pytest.raises(FolderRefused, match="lies in this one"):
        change_to(tmp_path / "shares")


@pytest.mark.parametrize("place", ["home", "home/spool", "home/files/mine", "home/receipt-keys", "."])
def test_the_programs_own_folder_is_refused(db: None, home: Home, tmp_path: Path, place: str) -> None:
    with pytest.raises(FolderRefused, match="keeps its own files"):
        change_to(tmp_path / place)


def test_a_link_into_the_present_root_is_no_way_round(root: Path, tmp_path: Path) -> None:
    (root / "deep").mkdir()
    (tmp_path / "link").symlink_to(root / "deep", target_is_directory=True)
    with pytest.raises(FolderRefused, match="lies in the present root folder"):
        change_to(tmp_path / "link")


def test_a_neighbour_with_a_longer_name_is_no_nested_folder(root: Path) -> None:
    change_to(root.with_name("root-2"))
    assert root_folder() == root.with_name("root-2")


def test_another_spelling_of_the_present_root_is_no_change(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root, target_is_directory=True)
    assert not is_another(tmp_path / "link")
    change_to(tmp_path / "link")
    assert not FormerRoot.objects.exists()


@pytest.mark.parametrize("place", ["/home/ada/OneDrive - Green Abbey/files", "/home/ada/Dropbox", "/G/My Drive/x"])
def test_a_folder_that_a_synchronising_program_keeps_is_known(place: str) -> None:
    assert is_synced(Path(place))


def test_an_ordinary_folder_is_not_taken_for_a_synchronised_one() -> None:
    assert not is_synced(Path("/srv/exchange/drive"))


def test_a_change_makes_the_folders_of_every_la_and_copies_nothing(
    root: Path, la: ScriptedLa, tmp_path: Path, drop: Drop
) -> None:
    drop()
    change_to(tmp_path / "new")
    assert list(folders_of("820").not_exported.iterdir()) == []
    assert (root / "820" / "Files Not Exported" / NAME).exists()


def test_what_stayed_is_told_with_number_and_path_until_it_is_gone(root: Path, la: ScriptedLa, tmp_path: Path) -> None:
    left = root / "820" / "Files Not Exported" / "a.xml"
    left.write_text("x")
    change_to(tmp_path / "new")
    count_what_stayed()
    assert told() == [f"1 file still lies in the former root folder {root}. Nothing is sent from there."]
    left.unlink()
    count_what_stayed()
    assert told() == []


def test_what_is_saved_into_a_former_root_later_is_told_too(root: Path, la: ScriptedLa, tmp_path: Path) -> None:
    change_to(tmp_path / "new")
    count_what_stayed()
    assert told() == []
    (root / "820" / "Files Not Exported" / "a.xml").write_text("x")
    count_what_stayed()
    assert len(told()) == 1


def test_after_two_changes_both_former_roots_are_told(root: Path, la: ScriptedLa, tmp_path: Path) -> None:
    for place in ("second", "third"):
        (folders_of("820").not_exported / "a.xml").write_text("x")
        change_to(tmp_path / place)
    count_what_stayed()
    assert [str(root) in told()[0], str(tmp_path / "second") in told()[1]] == [True, True]


def test_a_former_root_that_becomes_the_root_again_is_former_no_more(
    root: Path, la: ScriptedLa, tmp_path: Path
) -> None:
    (folders_of("820").not_exported / "a.xml").write_text("x")
    change_to(tmp_path / "new")
    change_to(root)
    assert [former.path for former in FormerRoot.objects.all()] == [str(tmp_path / "new")]
    count_what_stayed()
    assert told() == []


def test_a_dismissed_former_root_is_never_told_again(
    root: Path, la: ScriptedLa, tmp_path: Path, administrator: User
) -> None:
    (folders_of("820").not_exported / "a.xml").write_text("x")
    change_to(tmp_path / "new")
    count_what_stayed()
    dismiss(FormerRoot.objects.get(), by=administrator)
    (root / "820" / "Files Not Exported" / "b.xml").write_text("x")
    count_what_stayed()
    assert told() == []
    assert AuditEntry.objects.filter(did="former root folder dismissed", target=str(root)).exists()


def test_a_former_root_that_is_away_is_not_taken_for_empty(root: Path, la: ScriptedLa, tmp_path: Path) -> None:
    (folders_of("820").not_exported / "a.xml").write_text("x")
    change_to(tmp_path / "new")
    count_what_stayed()
    root.rename(tmp_path / "elsewhere")
    count_what_stayed()
    assert "cannot be looked into" in told()[0]


def test_a_former_root_that_was_away_from_the_start_is_told_until_it_is_back(
    root: Path, la: ScriptedLa, tmp_path: Path
) -> None:
    (folders_of("820").not_exported / "a.xml").write_text("x")
    change_to(tmp_path / "new")
    root.rename(tmp_path / "elsewhere")
    for _ in range(2):
        count_what_stayed()
        assert "cannot be looked into" in told()[0]
    (tmp_path / "elsewhere").rename(root)
    count_what_stayed()
    assert "1 file still lies" in told()[0]


def test_a_former_root_that_was_emptied_and_deleted_is_forgotten(root: Path, la: ScriptedLa, tmp_path: Path) -> None:
    change_to(tmp_path / "new")
    count_what_stayed()
    shutil.rmtree(root)
    count_what_stayed()
    assert not FormerRoot.objects.exists()


@pytest.fixture
def moved(root: Path, la: ScriptedLa, drop: Drop, tmp_path: Path) -> Path:
    """The former root folder, in which a file lies that was checked and not sent before the change."""
    drop()
    scan("820", wait=False)
    change_to(tmp_path / "new")
    return root


def test_a_file_that_was_checked_before_the_change_is_sent_from_the_spool(moved: Path, la: ScriptedLa) -> None:
    scan("820", wait=False)
    assert Transfer.objects.get().state == State.READY


def test_its_receipt_goes_to_the_new_root_and_the_original_stays(moved: Path, la: ScriptedLa, export: Export) -> None:
    export()
    transfer = Transfer.objects.get()
    assert transfer.state == State.DELIVERED
    exported = folders_of("820").exported
    assert sorted(file.name for file in exported.iterdir()) == [NAME, f"{NAME}.receipt.json"]
    original = moved / "820" / "Files Not Exported" / NAME
    assert original.read_bytes() == (exported / NAME).read_bytes()
    assert str(moved) in transfer.filing_note
    assert JournalLine.objects.filter(message__contains="The original stayed in the former folder").exists()


def test_an_original_that_was_sent_is_told_as_sent(moved: Path, la: ScriptedLa, export: Export) -> None:
    export()
    count_what_stayed()
    assert told() == [f"1 file that was sent still lies in the former root folder {moved}. Nothing is sent from there."]


def test_the_same_file_moved_to_the_new_root_is_the_same_file(
    moved: Path, la: ScriptedLa, export: Export, settle: Callable[..., None]
) -> None:
    (moved / "820" / "Files Not Exported" / NAME).rename(folders_of("820").not_exported / NAME)
    settle()
    export()
    assert Transfer.objects.get().filing_note == ""
    assert la.puts == [NAME]
    assert list(folders_of("820").not_exported.iterdir()) == []
    assert not HeldBackFile.objects.exists()


def test_a_file_taken_out_of_the_new_root_again_is_not_sent(
    moved: Path, la: ScriptedLa, settle: Callable[..., None]
) -> None:
    place = folders_of("820").not_exported / NAME
    (moved / "820" / "Files Not Exported" / NAME).rename(place)
    settle()
    scan("820", wait=False)
    place.unlink()
    scan("820", wait=False)
    assert not Transfer.objects.exists()


def test_an_original_moved_over_after_it_was_sent_is_not_sent_twice(
    moved: Path, la: ScriptedLa, export: Export, settle: Callable[..., None]
) -> None:
    export()
    (moved / "820" / "Files Not Exported" / NAME).rename(folders_of("820").not_exported / NAME)
    settle()
    export()
    assert la.puts == [NAME]
    assert HeldBackFile.objects.get().reason == "already-delivered"


def test_a_change_back_takes_up_the_originals_again(moved: Path, la: ScriptedLa, export: Export) -> None:
    change_to(moved)
    export()
    assert Transfer.objects.get().filing_note == ""
    assert list(folders_of("820").not_exported.iterdir()) == []


def test_a_file_received_but_not_put_away_before_the_change_is_put_away_after_it(
    root: Path, la: ScriptedLa, drop: Drop, export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> None:
        raise PermissionError(13, "locked")

    drop()
    with monkeypatch.context() as patched:
        patched.setattr("schoolgate.school.exchange.filing.move_without_replacing", locked)
        export()
    change_to(tmp_path / "new")
    put_away(Transfer.objects.to_file())
    assert (folders_of("820").exported / NAME).exists()
    assert str(root) in Transfer.objects.get().filing_note


def test_a_lost_copy_is_taken_anew_from_the_former_root(moved: Path, la: ScriptedLa, export: Export) -> None:
    spool().path(Transfer.objects.get().sha256).unlink()
    export()
    assert Transfer.objects.get().state == State.DELIVERED


def test_a_file_on_its_way_when_the_root_is_changed_tells_where_its_original_stayed(
    root: Path, la: ScriptedLa, drop: Drop, export: Export, tmp_path: Path
) -> None:
    la.wrong = [answer(500, "")]
    drop()
    export()
    assert Transfer.objects.get().state == State.RETRYING
    change_to(tmp_path / "new")
    export()
    assert str(root) in Transfer.objects.get().filing_note


@pytest.fixture
def read_only() -> Callable[[Path], Path]:
    """Make a folder that nothing can be written to, also not by root."""

    def make(folder: Path) -> Path:
        # /proc takes no files whoever asks; other accounts are stopped by the folder's mode.
        if os.name == "posix" and os.geteuid() == 0:
            return Path("/proc/self")
        folder.mkdir(mode=0o500)
        return folder

    return make
