"""The home folder of a site."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from schoolgate.sites.home import Home


@pytest.mark.skipif(os.name == "nt", reason="Windows guards folders by access lists, not by mode")
def test_only_its_owner_may_read_the_home_and_the_key(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(home.key_file.stat().st_mode) == 0o600


@pytest.mark.skipif(os.name == "nt", reason="Windows guards folders by access lists, not by mode")
def test_a_folder_that_was_there_already_is_made_private(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o755)
    Home(folder).prepare()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    homes = [Home(tmp_path / "home") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(Home.prepare, homes))
    assert len({tuple(home.keys()) for home in homes}) == 1
    assert [path.name for path in homes[0].folder.glob(".key-*")] == []


def test_preparing_again_keeps_the_key(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    before = home.keys()
    home.prepare()
    assert home.keys() == before
