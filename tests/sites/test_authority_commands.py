"""Bases, codes, licences and what ends, from the command line."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.sites.calls import new_home, schoolgate, told

LIST = "name,DfE no.,licence\n=Hill Top,820/1001,\nOak Lane,820/1002,no\nFar Hill,823/4001,\nBad,82/1,\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An authority that has taken in one list."""
    home = str(tmp_path_factory.mktemp("authority"))
    new_home("authority", home, "--la", "820", "--name", "Bedfordshire", "--no-out-of-county-licence")
    Path(home, "schools.csv").write_text(LIST, "utf-8")
    return home


@pytest.fixture(scope="module")
def imported(authority: str) -> list[dict[str, Any]]:
    out = str(Path(authority, "codes.csv"))
    Path(out).touch(0o644)
    words = ["bases", "import", str(Path(authority, "schools.csv")), "--codes-out", out, "--json"]
    result = schoolgate("authority", *words, "--home", authority)
    assert result.returncode == 1, result.stderr
    rows: list[dict[str, Any]] = json.loads(result.stdout)
    return rows


@pytest.fixture
def own(authority: str, imported: list[dict[str, Any]], tmp_path: Path) -> str:
    """The same authority, for one test to change."""
    return str(shutil.copytree(authority, tmp_path / "authority"))


def test_each_line_of_a_list_is_told(imported: list[dict[str, Any]]) -> None:
    assert [(row["line"], row["state"], row["user"]) for row in imported] == [
        (2, "new", "8201001"),
        (3, "new", "8201002"),
        (4, "new", "8234001"),
        (5, "wrong", ""),
    ]
    assert imported[0]["code"]
    assert "820/4321" in imported[3]["reason"]


def test_the_codes_are_written_for_their_owner_only(authority: str, imported: list[dict[str, Any]]) -> None:
    path = Path(authority, "codes.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["Connection code"] for row in rows] == [row["code"] for row in imported[:3]]
    assert rows[0]["School"] == "'=Hill Top"
    assert path.stat().st_mode & 0o077 == 0


def test_the_same_list_again_changes_nothing(authority: str, imported: list[dict[str, Any]]) -> None:
    result = schoolgate("authority", "bases", "import", str(Path(authority, "schools.csv")), "--home", authority)
    assert "0 made, 3 known already, 1 wrong." in result.stdout


def test_a_file_that_is_no_list_fails_in_words(authority: str, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n", "utf-8")
    result = schoolgate("authority", "bases", "import", str(path), "--dry-run", "--home", authority)
    assert (result.returncode, "must name the columns" in result.stderr) == (1, True)


def test_bases_are_listed_with_their_licence(authority: str, imported: list[dict[str, Any]]) -> None:
    rows = told("authority", "bases", "list", "--home", authority)
    assert {row["school"]: row["licence"] for row in rows} == {"1001": "standard", "1002": None, "4001": None}


def test_licences_are_given_taken_and_set(own: str) -> None:
    words = ["licences", "--give", "8201002", "--take", "8201001", "--out-of-county", "--home", own]
    rows = told("authority", *words)
    assert {row["school"]: row["licence"] for row in rows} == {
        "1001": None,
        "1002": "standard",
        "4001": "out-of-county",
    }


def test_a_school_that_is_none_is_a_wrong_call(authority: str, imported: list[dict[str, Any]]) -> None:
    assert schoolgate("authority", "licences", "--give", "8209999", "--home", authority).returncode == 2


def test_people_read_the_schools_of_a_code_as_words(own: str) -> None:
    shown = schoolgate("authority", "codes", "--home", own).stdout
    assert "8201001" in shown
    assert "[" not in shown


def test_whoever_lists_the_codes_stands_in_the_audit(own: str) -> None:
    told("authority", "codes", "--home", own)
    shown = [row for row in told("authority", "audit", "--home", own) if row["did"] == "connection codes shown"]
    assert [row["target"] for row in shown] == ["all unused codes", "schools.csv"]


def test_a_new_code_takes_the_place_of_the_unused_one(own: str, imported: list[dict[str, Any]]) -> None:
    rows = told("authority", "codes", "--new", "8201001", "--home", own)
    codes = {row["user"]: row["code"] for row in rows}
    assert set(codes) == {"8201001", "8201002", "8234001"}
    assert codes["8201001"] != imported[0]["code"]
    assert codes["8201002"] == imported[1]["code"]


def test_what_ends_is_listed(authority: str, imported: list[dict[str, Any]]) -> None:
    rows = told("authority", "expiring", "--home", authority)
    assert {row["kind"] for row in rows} == {"connection code"}
    assert {row["state"] for row in rows} == {"fine"}


def test_a_school_of_another_la_is_added_with_a_warning(tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    new_home("authority", home, "--la", "820", "--name", "Bedfordshire")
    words = ["accounts", "add", "--la", "823", "--school", "4001", "--name", "Far Hill", "--json", "--home", home]
    result = schoolgate("authority", *words)
    assert result.returncode == 0
    assert json.loads(result.stdout)["licence"] is None
    assert "no Out of County licence" in result.stderr
