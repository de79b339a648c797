"""A program folder: what stands in it, and that the home never goes with it."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from schoolgate.sites import installing
from schoolgate.sites.installing import InstallRefused, find_installation, install, script_text, uninstall


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def test_what_is_installed_is_found_again(tmp_path: Path, home: Path) -> None:
    made = install(tmp_path / "program", home)
    assert find_installation(tmp_path / "program") == made


def test_an_empty_folder_has_nothing_installed(tmp_path: Path) -> None:
    assert find_installation(tmp_path) is None


@pytest.mark.parametrize("record", ["", "[]", '{"version": "1"}', "{"])
def test_a_record_that_is_damaged_is_none(tmp_path: Path, record: str) -> None:
    (tmp_path / installing.RECORD).write_text(record)
    assert find_installation(tmp_path) is None


@pytest.mark.parametrize(
    ("program", "data"),
    [("/a/program", "/a/program"), ("/a/program", "/a/program/data"), ("/a/data/program", "/a/data")],
)
def test_program_and_data_lie_apart(program: str, data: str) -> None:
    with pytest.raises(InstallRefused, match="must lie apart"):
        installing.refuse_folders(Path(program), Path(data))


def test_a_program_folder_that_cannot_be_made_is_told(tmp_path: Path, home: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InstallRefused, match="name another program folder"):
        install(tmp_path / "file" / "program", home)


def test_only_what_was_installed_is_removed(tmp_path: Path, home: Path) -> None:
    made = install(tmp_path / "program", home)
    (made.program / "of somebody else").write_text("kept")
    assert uninstall(made) == []
    assert [path.name for path in made.program.iterdir()] == ["of somebody else"]


def test_an_empty_program_folder_goes_too_and_the_home_stays(tmp_path: Path, home: Path) -> None:
    made = install(tmp_path / "program", home)
    assert uninstall(made) == []
    assert (made.program.exists(), home.exists()) == (False, True)


def test_a_folder_named_environment_that_is_none_is_left_alone(tmp_path: Path, home: Path) -> None:
    made = install(tmp_path / "program", home)
    (made.program / "environment").mkdir()
    (made.program / "environment" / "minutes.txt").write_text("kept")
    uninstall(made)
    assert (made.program / "environment" / "minutes.txt").exists()


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell runs it")
def test_the_start_script_serves_the_home_unless_told_otherwise(tmp_path: Path) -> None:
    home = tmp_path / 'Pat\'s "home" $HOME'
    told = tmp_path / "python"
    told.write_text('#!/bin/sh\necho "$SCHOOLGATE_HOME|$*"\n')
    script = tmp_path / "script"
    script.write_text(script_text(str(told), str(home), platform="linux"))
    for path in (told, script):
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    said = [
        subprocess.run([script, *words], capture_output=True, text=True, check=True).stdout.strip()
        for words in ([], ["files", "--la", "8 2"])
    ]
    assert said == [
        f"{home}|-m schoolgate.sites.cli school serve",
        f"{home}|-m schoolgate.sites.cli school files --la 8 2",
    ]


def test_the_start_script_of_windows_takes_percent_signs_as_they_are() -> None:
    lines = script_text("C:\\Python\\python.exe", "D:\\100% data", platform="win32").split("\r\n")
    assert 'set "SCHOOLGATE_HOME=D:\\100%% data"' in lines
    assert lines[3:] == [
        'if "%~1"=="" goto serve',
        '"C:\\Python\\python.exe" -m schoolgate.sites.cli school %*',
        "exit /b %errorlevel%",
        ":serve",
        '"C:\\Python\\python.exe" -m schoolgate.sites.cli school serve',
        "",
    ]


def test_each_platform_has_a_script_of_its_own_name() -> None:
    assert [installing.script_name(platform) for platform in ("linux", "win32")] == [
        "schoolgate-school",
        "schoolgate-school.cmd",
    ]


def test_this_program_runs_the_script(tmp_path: Path, home: Path) -> None:
    assert sys.executable in install(tmp_path / "program", home).script.read_text("utf-8")
