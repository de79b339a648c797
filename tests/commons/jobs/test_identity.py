"""A worker's name, and the lock on it."""

import subprocess
import sys
from pathlib import Path

from schoolgate.commons.jobs.identity import is_anyone_alive, names_of_the_dead, take_identity

HOLD = """
import sys
from pathlib import Path
from schoolgate.commons.jobs.identity import take_identity
print(take_identity(Path(sys.argv[1])).name, flush=True)
sys.stdin.read()
"""


def test_two_workers_on_one_folder_have_two_names(tmp_path: Path) -> None:
    first, second = take_identity(tmp_path), take_identity(tmp_path)
    assert first.name.endswith(".1")
    assert second.name.endswith(".2")


def test_a_name_given_up_is_the_next_ones(tmp_path: Path) -> None:
    first = take_identity(tmp_path)
    first.give_up()
    assert take_identity(tmp_path).name == first.name


def test_sites_with_other_folders_have_other_names(tmp_path: Path) -> None:
    assert take_identity(tmp_path / "a").name != take_identity(tmp_path / "b").name


def test_the_name_of_a_killed_process_is_free_at_once(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    name = holder.stdout.readline().strip()
    beside = take_identity(tmp_path)
    assert beside.name != name

    holder.kill()
    holder.communicate()

    assert take_identity(tmp_path).name == name


def test_the_names_of_the_dead_are_those_that_nobody_bears_now(tmp_path: Path) -> None:
    assert names_of_the_dead(tmp_path) == []
    ended, living = take_identity(tmp_path), take_identity(tmp_path)
    ended.give_up()
    assert names_of_the_dead(tmp_path) == [ended.name]
    assert take_identity(tmp_path).name == ended.name
    assert names_of_the_dead(tmp_path) == []
    living.give_up()


def test_somebody_is_alive_while_one_bears_any_name(tmp_path: Path) -> None:
    assert not is_anyone_alive(tmp_path)
    ended, living = take_identity(tmp_path), take_identity(tmp_path)
    ended.give_up()
    assert is_anyone_alive(tmp_path)
    living.give_up()
    assert not is_anyone_alive(tmp_path)
