"""Putting a site back: what is refused leaves everything as it was, whatever it is refused for.

What becomes of one that is not refused is tested with whole sites, in tests/faults.
"""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from schoolgate import __version__
from schoolgate.commons.backups.manifest import Damaged, KeptFile, Manifest, fingerprints
from schoolgate.commons.backups.place import Place, digest
from schoolgate.commons.jobs.identity import take_identity
from schoolgate.sites.home import Home
from schoolgate.sites.upkeep import putting_in_place
from schoolgate.sites.upkeep.putting_in_place import READY, is_being_restored, lock_of, put_in_place
from schoolgate.sites.upkeep.restoring import RestoreRefused, restore

KEY = Fernet.generate_key().decode()
LETTER = "files/letter.xml.gz"


class NoProgram:
    """None is come to where a restore is refused before."""

    def open(self, home: Path) -> None:
        raise RestoreRefused("It came to its end.")

    def bring_up_to_date(self) -> None: ...


@pytest.fixture
def key(tmp_path: Path) -> Path:
    key = tmp_path / "key-kept-apart"
    key.write_text(f"{KEY}\n")
    return key


MakeBackup = Callable[..., Path]


@pytest.fixture
def make_backup(tmp_path: Path) -> MakeBackup:
    def make(site: str = "school", program: str = __version__) -> Path:
        (tmp_path / "backups").mkdir()
        place = Place(tmp_path / "backups")
        making = place.begin()
        (making / "db.sqlite3").write_bytes(b"rows")
        (tmp_path / "letter").write_bytes(b"yesterday")
        letter, _ = place.keep(tmp_path / "letter", LETTER)
        manifest = Manifest(
            site=site,
            program=program,
            made_at=datetime(2026, 11, 26, 2, 30, tzinfo=UTC),
            database_kind="sqlite",
            database=KeptFile("db.sqlite3", *digest(making / "db.sqlite3")),
            keys=fingerprints([KEY]),
            files=[letter],
        )
        return place.end(making, manifest)

    return make


@pytest.fixture
def backup(make_backup: MakeBackup) -> Path:
    return make_backup()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """The home of a site that has gone on since."""
    home = Home(tmp_path / "home")
    home.prepare()
    (home.folder / LETTER).write_bytes(b"today")
    return home


def bytes_in(home: Home) -> dict[Path, bytes]:
    files = (path for path in home.folder.rglob("*") if path.is_file() and path.name != "restore.lock")
    return {path: path.read_bytes() for path in files}


def refused(backup: Path, home: Home, key: Path | None, *, site: str = "school", replace: bool = True) -> str:
    """Why it is; whatever that is, the home is as it was."""
    before = bytes_in(home)
    with pytest.raises((RestoreRefused, Damaged)) as told:
        restore(backup, home, site=site, key=key, replace=replace, program=NoProgram())
    assert bytes_in(home) == before
    assert not is_being_restored(home.folder)
    return str(told.value)


def test_a_whole_one_comes_to_its_end(backup: Path, home: Home, key: Path) -> None:
    assert refused(backup, home, key) == "It came to its end."


def test_a_home_that_is_not_empty_is_refused_unless_it_may_be_replaced(backup: Path, home: Home, key: Path) -> None:
    assert "is not empty" in refused(backup, home, key, replace=False)


def test_an_empty_home_that_was_made_for_it_is_there_no_more(backup: Path, tmp_path: Path, key: Path) -> None:
    new = Home(tmp_path / "new")
    assert refused(backup, new, key, replace=False) == "It came to its end."
    assert not new.folder.exists()


@pytest.mark.parametrize("folder", ["serving", "workers"])
def test_the_home_of_a_running_site_is_refused(backup: Path, home: Home, key: Path, folder: str) -> None:
    living = take_identity(home.folder / folder)
    assert "is running" in refused(backup, home, key)
    living.give_up()
    assert refused(backup, home, key) == "It came to its end."


def test_a_home_whose_database_somebody_has_open_is_refused(backup: Path, home: Home, key: Path) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(home.database, isolation_level=None)) as reading:
        reading.executescript("PRAGMA journal_mode=WAL; CREATE TABLE t (x); SELECT * FROM t;")
        with pytest.raises(RestoreRefused, match="is running"):
            restore(backup, home, site="school", key=key, replace=True, program=NoProgram())
    assert (home.folder / LETTER).read_bytes() == b"today"
    with pytest.raises(RestoreRefused, match="came to its end"):
        restore(backup, home, site="school", key=key, replace=True, program=NoProgram())


def test_the_backup_of_a_site_of_another_kind_is_refused(backup: Path, home: Home, key: Path) -> None:
    assert "of the kind school, not authority" in refused(backup, home, key, site="authority")


def test_what_is_no_backup_is_refused(tmp_path: Path, home: Home, key: Path) -> None:
    assert "is no backup" in refused(tmp_path, home, key)


@pytest.mark.parametrize("harm", ["change", "remove", "database"])
def test_a_damaged_backup_is_refused(backup: Path, home: Home, key: Path, harm: str) -> None:
    (letter,) = backup.parent.glob("content/??/*")
    if harm == "database":
        (backup / "db.sqlite3").write_bytes(b"raws")
    elif harm == "change":
        letter.write_bytes(b"yesterdax")
    else:
        shutil.rmtree(letter.parent)
    assert "Take another one" in refused(backup, home, key)


def test_without_the_key_it_says_that_the_key_is_in_no_backup(backup: Path, tmp_path: Path) -> None:
    assert "The key is in no backup" in refused(backup, Home(tmp_path / "new"), None)


def test_where_the_key_is_lost_a_new_one_is_made(backup: Path, tmp_path: Path) -> None:
    made: list[str] = []

    class Looking(NoProgram):
        def open(self, home: Path) -> None:
            made.extend(Home(home).keys())
            super().open(home)

    new = Home(tmp_path / "new")
    with pytest.raises(RestoreRefused, match="came to its end"):
        restore(backup, new, site="school", key=None, key_is_lost=True, replace=False, program=Looking())
    assert len(made) == 1
    assert made != [KEY]


def test_another_site_s_key_is_refused(backup: Path, home: Home) -> None:
    assert "not the one of the site in this backup" in refused(backup, home, None)


def test_the_home_s_own_key_does_where_it_is_the_right_one(backup: Path, home: Home) -> None:
    home.key_file.write_text(f"{Fernet.generate_key().decode()}\n{KEY}\n")
    assert refused(backup, home, None) == "It came to its end."


def test_a_home_into_which_another_restore_is_at_work_is_refused(backup: Path, home: Home, key: Path) -> None:
    with lock_of(home.folder), pytest.raises(RestoreRefused, match="Another restore"):
        restore(backup, home, site="school", key=key, replace=True, program=NoProgram())


class Killed(BaseException):
    pass


@pytest.mark.parametrize("rename", range(1, 13))
def test_what_is_killed_at_any_rename_is_ended_by_doing_it_again(
    home: Home, rename: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = {path.name for path in home.folder.iterdir()}
    ready = home.folder / "restoring" / READY
    for name in ("files", "db.sqlite3", "key"):
        (ready / name).mkdir(parents=True) if name == "files" else (ready / name).write_bytes(b"restored")
    real, done = Path.rename, iter(range(1, 100))

    def dying(path: Path, target: Path) -> Path:
        if next(done) == rename:
            raise Killed
        return real(path, target)

    monkeypatch.setattr(Path, "rename", dying)
    try:
        put_in_place(home.folder, "before-restore-1")
    except Killed:
        assert is_being_restored(home.folder)
    monkeypatch.setattr(Path, "rename", real)
    if putting_in_place.is_under_way(home.folder):
        put_in_place(home.folder, "before-restore-2")
    assert {path.name for path in home.folder.iterdir()} == {"files", "db.sqlite3", "key", "before-restore-1"}
    assert home.key_file.read_bytes() == b"restored"
    assert {path.name for path in (home.folder / "before-restore-1").iterdir()} == there
    assert (home.folder / "before-restore-1" / LETTER).read_bytes() == b"today"
