"""The demonstration: its main job on real input, and the line that scripts rely on."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from schoolgate.sites.cli import main


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    home = tmp_path_factory.mktemp("demo") / "home"
    result = subprocess.run(
        [sys.executable, "-m", "schoolgate.sites.cli", "demo", "--once", "--json", "--home", str(home)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr
    described: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return home, described


def test_three_files_arrive_and_the_broken_one_is_refused(demonstration: tuple[Path, dict[str, Any]]) -> None:
    assert demonstration[1]["result"] == {"sent": 3, "received": 3, "refused": 1}


def test_the_line_for_scripts_keeps_its_keys(demonstration: tuple[Path, dict[str, Any]]) -> None:
    described = demonstration[1]
    authority, school = described["authority"], described["school"]
    assert described["authorities"][0] == authority
    assert [site["la"] for site in described["authorities"]] == ["820", "823"]
    assert set(authority) >= {"url", "openapi", "la", "users", "exchange_accounts"}
    assert set(authority["users"][0]) >= {"user", "password", "role"}
    assert set(authority["exchange_accounts"][0]) >= {"user", "password", "la", "school"}
    assert set(school) >= {"url", "root_folder", "la", "school", "schools", "users"}
    assert school["schools"][0] == {"la": school["la"], "school": school["school"]}


def test_the_homes_lie_where_the_design_says(demonstration: tuple[Path, dict[str, Any]]) -> None:
    home, described = demonstration
    assert described["home"] == str(home)
    assert {path.name for path in home.iterdir()} == {"school", "authority", "authority-2", "root"}


def test_a_receipt_is_verified_offline_against_its_file(demonstration: tuple[Path, dict[str, Any]]) -> None:
    home, _ = demonstration
    receipt = next((home / "root" / "823" / "Files Exported").glob("*.receipt.json"))
    file = receipt.with_name(receipt.name.removesuffix(".receipt.json"))
    command = [sys.executable, "-m", "schoolgate.sites.cli", "verify-receipt", str(receipt), str(file), "--json"]
    command += ["--home", str(home / "school")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["name"] == file.name
    file.write_bytes(file.read_bytes() + b"\n")
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


def test_a_folder_with_something_in_it_is_not_used(tmp_path: Path) -> None:
    from click.testing import CliRunner

    (tmp_path / "something").touch()
    result = CliRunner().invoke(main, ["demo", "--home", str(tmp_path)])
    assert (result.exit_code, "not empty" in result.output) == (2, True)
