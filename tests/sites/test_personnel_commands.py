"""`schoolgate school personnel` and `school import`, as an operator calls them."""

from pathlib import Path
from typing import Any

import pytest
from tests.sites.calls import new_home, schoolgate, told

NOWHERE = "http://127.0.0.1:9"
"""Nobody answers there."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A school's site without anything of B2B:Personnel."""
    folder = str(tmp_path_factory.mktemp("school"))
    new_home("school", folder, "--root-folder", f"{folder}-files")
    return folder


def call(home: str, *words: str, given: str = "") -> Any:
    return schoolgate("school", *words, "--home", home, given=given)


def add(home: str, folder: Path, *more: str, given: str = "") -> Any:
    folders = [f"--{name}={folder / name}" for name in ("not-exported", "exported", "imported")]
    row = ("--la", "820", "--school", "4321", "--name", "Green Abbey")
    return call(home, "personnel", "add", *row, *folders, *more, given=given)


def test_a_row_is_added_changed_tested_and_removed_and_its_folders_stay(home: str, tmp_path: Path) -> None:
    not_ready = call(home, "personnel", "export")
    assert (not_ready.returncode, "personnel url" in not_ready.stderr) == (1, True)
    assert "http" in call(home, "personnel", "url", "no address").stderr
    assert told("school", "personnel", "url", NOWHERE, "--home", home) == {"url": NOWHERE}

    missing = add(home, tmp_path)
    assert (missing.returncode, "Files Not Exported" in missing.stderr) == (1, True)
    with_account = ("--make-folders", "--user", "8204321", "--password-file", "-")
    assert add(home, tmp_path, *with_account, given="weak\n").returncode == 0
    assert "already" in add(home, tmp_path, "--make-folders").stderr

    which = ("--la", "820", "--school", "4321")
    assert call(home, "personnel", "edit", *which, "--name", "Green Abbey School").returncode == 0
    (row,) = told("school", "personnel", "list", "--home", home)
    assert (row["name"], row["user"], row["connected"]) == ("Green Abbey School", "8204321", None)
    assert row["folders"]["imported"] == str(tmp_path / "imported")

    for verb in ("test-connection", "import"):
        assert call(home, "personnel", verb, "--school", "8204321").returncode == 1
    assert call(home, "import").returncode == 1
    assert call(home, "personnel", "export", "--school", "8204322").returncode == 2

    assert [call(home, "personnel", "remove", *which).returncode for _ in range(2)] == [0, 1]
    assert (tmp_path / "not-exported").is_dir()
