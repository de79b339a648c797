"""Several commands in one process."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.tables import lay_tables


def several(home: Path, *commands: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "schoolgate.sites.several", "school"],
        env={**os.environ, "SCHOOLGATE_HOME": str(home)},
        input=json.dumps(commands),
        capture_output=True,
        text=True,
        check=False,
    )


def test_each_commands_json_comes_in_its_place(tmp_path: Path) -> None:
    home = tmp_path / "home"
    lay_tables("school", home)
    result = several(home, ["users", "add", "ada", "--role", "administrator"], ["users", "list"])
    assert result.returncode == 0, result.stderr
    added, listed = json.loads(result.stdout)
    assert added["user"] == "ada"
    assert [user["user"] for user in listed] == ["ada"]


def test_the_first_that_fails_ends_it_with_its_words_and_code(tmp_path: Path) -> None:
    home = tmp_path / "home"
    lay_tables("school", home)
    result = several(
        home, ["users", "add", "ada", "--role", "buyer-in-chief"], ["users", "add", "sue", "--role", "sender"]
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert "buyer-in-chief" in result.stderr
    assert json.loads(several(home, ["users", "list"]).stdout) == [[]]
