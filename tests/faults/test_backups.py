"""Backups and restores that are killed: what was there before counts, and doing it again ends the work."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile

import pytest
from tests.faults.backups import restore
from tests.faults.fork_server import ForkServer
from tests.faults.small_disk import small_disk
from tests.sites.calls import new_home

MAKING = ("backup.files", "backup.database", "backup.made")
RESTORING = ("restore.ready", "restore.aside", "restore.moved")
POINTS = (*MAKING, *RESTORING)
LETTER = "files/ab/letter.xml.gz"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    new_home("school", home)
    (home / LETTER).parent.mkdir()
    (home / LETTER).write_bytes(b"yesterday")
    return home


@pytest.fixture
def forks(home: Path) -> Iterator[ForkServer]:
    forks = ForkServer("school", {"SCHOOLGATE_HOME": str(home)})
    yield forks
    forks.close()


def call(forks: ForkServer, *words: str, fault: str = "") -> tuple[int, str]:
    with TemporaryFile() as output, TemporaryFile() as errors:
        code = forks.start(words, faults=fault, output=output, errors=errors).wait(60)
        output.seek(0)
        errors.seek(0)
        return code, (output.read() or errors.read()).decode()


def listed(forks: ForkServer, place: Path) -> list[str]:
    return [row["backup"] for row in json.loads(call(forks, "backups", "--in", str(place), "--json")[1])]


def test_a_backup_killed_at_any_step_is_none_or_a_whole_one_and_the_next_clears_up(
    home: Path, forks: ForkServer, tmp_path: Path
) -> None:
    place = tmp_path / "backups"
    assert call(forks, "backup", "--to", str(place))[0] == 0
    whole = listed(forks, place)
    for point in MAKING:
        (home / LETTER).write_bytes(point.encode())
        assert call(forks, "backup", "--to", str(place), fault=point)[0] == -signal.SIGKILL
        assert len(listed(forks, place)) == len(whole) + (point == "backup.made")
    assert call(forks, "backup", "--to", str(place))[0] == 0
    assert [path.name for path in place.glob(".making-*")] == []
    for backup in listed(forks, place):
        assert call(forks, "backups", "check", backup)[0] == 0


def test_a_full_disk_leaves_the_backup_before_and_nothing_of_the_new_one(
    home: Path, forks: ForkServer, tmp_path: Path
) -> None:
    place = tmp_path / "backups"
    place.mkdir()
    with small_disk(place, mebibytes=16) as disk:
        assert call(forks, "backup", "--to", str(place))[0] == 0
        (before,) = listed(forks, place)
        there = {path for path in place.rglob("*") if path.is_file()}
        (home / LETTER).write_bytes(b"today")
        disk.fill()
        code, said = call(forks, "backup", "--to", str(place))
        assert code == 1
        assert "no room" in said
        assert "The backups made before are as they were" in said
        disk.make_room()
        assert {path for path in place.rglob("*") if path.is_file()} == there
        assert call(forks, "backups", "check", before)[0] == 0


def test_a_restore_killed_before_it_moves_anything_leaves_the_home_and_one_killed_later_is_ended_by_the_next(
    home: Path, forks: ForkServer, tmp_path: Path
) -> None:
    assert call(forks, "backup", "--to", str(tmp_path / "backups"))[0] == 0
    (backup,) = (Path(one) for one in listed(forks, tmp_path / "backups"))
    twice = ("--replace", "--replace")
    for point in RESTORING:
        (home / LETTER).write_bytes(b"today")
        assert restore("school", backup, home, *twice, faults=point).returncode == -signal.SIGKILL
        if point == "restore.ready":
            assert call(forks, "journal")[0] == 0
            assert (home / LETTER).read_bytes() == b"today"
            continue
        ended = restore("school", backup, home, *twice, "--json")
        assert ended.returncode == 0, ended.stderr
        assert (home / LETTER).read_bytes() == b"yesterday"
        assert (Path(json.loads(ended.stdout)["aside"]) / LETTER).read_bytes() == b"today"
    assert not (home / "restoring").exists()
    assert len(list(home.glob("before-restore-*"))) == 2
