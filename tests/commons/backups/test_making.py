"""What is in a backup, and what is not; what is written anew; which go."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from tests.commons.backups.conftest import LETTER, BackUp

from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.backups import making
from schoolgate.commons.backups.checking import check_backup
from schoolgate.commons.backups.letting_go import KEEP_DAYS
from schoolgate.commons.backups.making import BackupFailed, make_backup
from schoolgate.commons.backups.manifest import Damaged, read_manifest
from schoolgate.commons.backups.models import Backup
from schoolgate.commons.backups.place import Place
from schoolgate.commons.filelock import FileLock
from schoolgate.sites.home import Home


def paths_in(backup: Backup) -> set[str]:
    return {file.path for file in read_manifest(Path(backup.folder)).files}


def files_in(place: Path) -> list[Path]:
    return sorted(path for path in place.rglob("*") if path.is_file())


def objects_in(place: Path) -> list[Path]:
    return list(place.glob("content/??/*"))


def test_all_files_of_the_home_are_in_it_but_the_key_logs_locks_and_what_is_on_its_way(back_up: BackUp) -> None:
    assert paths_in(back_up()) == {LETTER, "schoolgate.toml"}


def test_no_byte_of_the_key_is_anywhere_in_it(home: Home, back_up: BackUp, place: Path) -> None:
    back_up()
    (key,) = home.keys()
    assert [path for path in place.rglob("*") if path.is_file() and key.encode() in path.read_bytes()] == []


def test_a_file_that_lies_there_by_an_earlier_backup_is_not_copied_again(
    back_up: BackUp, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = back_up()
    there = {path: path.stat().st_mtime_ns for path in objects_in(place)}
    monkeypatch.setattr(Place, "keep", lambda *_: pytest.fail("it was read again"))
    second = back_up()
    assert {path: path.stat().st_mtime_ns for path in objects_in(place)} == there
    assert paths_in(second) == paths_in(first)
    assert second.written == 100


def test_a_file_that_changed_is_in_each_backup_as_it_was(home: Home, back_up: BackUp) -> None:
    first = back_up()
    (home.folder / LETTER).write_bytes(b"another letter")
    second = back_up()
    for backup, told in ((first, b"a letter"), (second, b"another letter")):
        (file,) = (one for one in read_manifest(Path(backup.folder)).files if one.path == LETTER)
        assert Place.of(Path(backup.folder)).path(file.sha256).read_bytes() == told


def test_a_file_that_comes_while_the_database_is_copied_is_in_it_and_one_that_went_is_not(
    home: Home, back_up: BackUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy: Callable[[Path], Path] = vars(making)["copy_database"]

    def meanwhile(folder: Path) -> Path:
        (home.files / "new.xml.gz").write_bytes(b"new")
        (home.folder / LETTER).unlink()
        return copy(folder)

    monkeypatch.setattr(making, "copy_database", meanwhile)
    assert paths_in(back_up()) == {"files/new.xml.gz", "schoolgate.toml"}


def test_only_its_owner_may_read_it(back_up: BackUp, place: Path) -> None:
    back_up()
    assert {path.stat().st_mode & 0o077 for path in objects_in(place)} == {0}


def test_it_stands_in_the_audit(back_up: BackUp) -> None:
    backup = back_up()
    assert AuditEntry.objects.get(did="backup made").target == Path(backup.folder).name


def test_a_backup_that_fails_leaves_nothing_there(
    home: Home, back_up: BackUp, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up()
    before = files_in(place)
    (home.files / "new.xml.gz").write_bytes(b"new")

    def damaged(_: Path) -> Path:
        raise Damaged("The database is damaged: page 7.")

    monkeypatch.setattr(making, "copy_database", damaged)
    with pytest.raises(BackupFailed, match=r"page 7\. The backups made before are as they were"):
        back_up()
    assert files_in(place) == before
    assert Backup.objects.count() == 1


def test_a_folder_that_is_not_there_is_not_made(home: Home, tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="Connect the drive or share"):
        make_backup(tmp_path / "share")
    assert not (tmp_path / "share").exists()


def test_a_folder_in_the_home_is_refused(home: Home) -> None:
    with pytest.raises(BackupFailed, match="own home"):
        make_backup(home.files)


def test_a_folder_of_another_site_is_refused(back_up: BackUp, settings: Any) -> None:
    back_up()
    settings.SCHOOLGATE_KEYS = ["another"]
    with pytest.raises(BackupFailed, match="another site"):
        back_up()


def test_two_at_once_are_refused(home: Home, back_up: BackUp) -> None:
    with FileLock(home.folder / "backup.lock"), pytest.raises(BackupFailed, match="Another backup"):
        back_up()


def test_backups_go_after_their_time_with_what_no_other_has(home: Home, back_up: BackUp, place: Path) -> None:
    KEEP_DAYS.set(7, by=None)
    with time_machine.travel(timezone.now() - timedelta(days=8), tick=False):
        old = back_up()
    (home.folder / LETTER).write_bytes(b"another letter")
    assert len(objects_in(place)) == 2
    new = back_up()
    assert [path.name for path in Place(place).backups()] == [Path(new.folder).name]
    assert not Backup.objects.filter(pk=old.pk).exists()
    assert sorted(path.read_bytes() for path in objects_in(place)) == [b"another letter", b"port = 1\n"]


@pytest.mark.parametrize("harm", ["change", "remove", "database"])
def test_checking_finds_what_is_not_right_any_more(
    back_up: BackUp, place: Path, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schoolgate.commons.backups.checking.look_for_damage", lambda *_: None)
    backup = Path(back_up().folder)
    assert check_backup(backup) == 100 + len("a letter") + len("port = 1\n")
    if harm == "database":
        (backup / "db.sqlite3").write_bytes(os.urandom(100))
    else:
        (letter,) = (path for path in objects_in(place) if path.read_bytes() == b"a letter")
        letter.write_bytes(b"a wetter") if harm == "change" else letter.unlink()
    with pytest.raises(Damaged, match="db.sqlite3" if harm == "database" else "letter.xml.gz"):
        check_backup(backup)


@pytest.mark.parametrize("told", ["{", "[]", '{"format": 2}', '{"format": 1}'])
def test_a_manifest_that_cannot_be_read_makes_it_no_backup(back_up: BackUp, place: Path, told: str) -> None:
    backup = Path(back_up().folder)
    (backup / "manifest.json").write_text(told)
    with pytest.raises(Damaged):
        read_manifest(backup)
    assert list(Place(place).manifests()) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (f'"{LETTER}"', "5"),
        (f'"{LETTER}"', '""'),
        ('"sha256": "', '"sha256": "../'),
        ('"size": ', '"size": -'),
        ('"sqlite"', '"oracle"'),
        ("+00:00", ""),
    ],
)
def test_a_damaged_manifest_is_told_as_one(back_up: BackUp, right: str, wrong: str) -> None:
    backup = Path(back_up().folder)
    manifest = backup / "manifest.json"
    manifest.write_text(manifest.read_text().replace(right, wrong))
    with pytest.raises(Damaged, match="cannot be read"):
        read_manifest(backup)


def test_bytes_that_went_bad_in_an_earlier_backup_are_written_anew_once_they_are_read(
    home: Home, back_up: BackUp, place: Path
) -> None:
    back_up()
    (letter,) = (path for path in objects_in(place) if path.read_bytes() == b"a letter")
    letter.write_bytes(b"a wetter")
    os.utime(home.folder / LETTER, (1, 1))
    back_up()
    assert letter.read_bytes() == b"a letter"


@pytest.mark.parametrize("outside", ["../../letter", "/letter", "C:/letter"])
def test_a_manifest_that_leads_out_of_the_home_is_refused(back_up: BackUp, outside: str) -> None:
    backup = Path(back_up().folder)
    manifest = backup / "manifest.json"
    manifest.write_text(manifest.read_text().replace(LETTER, outside))
    with pytest.raises(Damaged, match="outside of the home"):
        read_manifest(backup)
