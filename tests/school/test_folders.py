"""The root folder, the folders of each LA, and moving files without harm."""

import os
from pathlib import Path

import pytest

from schoolgate.school.exchange.administration.destinations import DestinationRefused, add_destination
from schoolgate.school.exchange.folders import (
    folders_of,
    is_leftover,
    move_without_replacing,
    recorded_name,
)
from schoolgate.sites.home import Home


def add(la: str = "820") -> None:
    add_destination(la=la, address="https://la.example", user="u", password="p")


def test_adding_an_la_makes_its_pair_of_folders(root: Path) -> None:
    add()
    assert sorted(folder.name for folder in (root / "820").iterdir()) == ["Files Exported", "Files Not Exported"]


def test_no_la_comes_before_the_root_folder(db: None, home: Home) -> None:
    with pytest.raises(DestinationRefused, match="root folder first"):
        add()


@pytest.mark.parametrize(
    "name",
    ["Thumbs.db", "desktop.ini", ".DS_Store", "._8204321_CES_820LLLL_001.xml", ".nfs0000000012"],
)
def test_what_operating_systems_leave_is_passed_over(name: str) -> None:
    assert is_leftover(name)


@pytest.mark.parametrize(
    "name",
    [
        "pupils.xml",
        "thumbs.db.xml",
        ".hidden.xml",
        "x.tmp",
        "part",
        "CON",
        "~$pupils.xml",
        "8204321_CES_820LLLL_001.xml.crdownload",
    ],
)
def test_every_other_file_is_looked_at_whatever_its_name(name: str) -> None:
    assert not is_leftover(name)


def test_a_move_never_writes_over_another_file(tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_text("new")
    target.write_text("old")
    with pytest.raises(FileExistsError):
        move_without_replacing(source, target)
    assert (source.read_text(), target.read_text()) == ("new", "old")


def test_a_move_leaves_one_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    move_without_replacing(tmp_path / "a", tmp_path / "b")
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_a_disk_without_hard_links_is_moved_on_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "a").write_text("x")
    move_without_replacing(tmp_path / "a", tmp_path / "b")
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_a_name_that_is_no_text_can_be_recorded_and_found_again(root: Path) -> None:
    add()
    folder = root / "820" / "Files Not Exported"
    odd = os.fsdecode(b"caf\xe9.xml")
    (folder / odd).write_text("x")
    recorded = recorded_name(odd)
    recorded.encode("utf-8")
    assert folders_of("820").find(recorded) == folder / odd


def test_a_name_never_leads_out_of_the_folder(root: Path) -> None:
    add()
    (root / "820" / "secret").write_text("x")
    assert folders_of("820").find("../secret") is None


def test_a_root_folder_that_is_gone_is_not_made_anew(root: Path) -> None:
    root.rename(root.with_name("away"))
    with pytest.raises(FileNotFoundError):
        folders_of("820").make()
    assert not root.exists()
