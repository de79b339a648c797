"""`schoolgate authority tasks import|to-phase-2`, as an operator calls them."""

from pathlib import Path
from typing import Any

import pytest
from tests.authority.collection.task_lists import csv
from tests.sites.calls import new_home, schoolgate, told


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An authority with two schools that send files, and tasks of theirs that are on Phase 1."""
    folder = tmp_path_factory.mktemp("authority")
    new_home("authority", folder, "--la", "820")
    for school in ("4321", "2107"):
        told("authority", "accounts", "add", "--la", "820", "--school", school, "--home", str(folder))
    given = listed(
        folder,
        {},
        {"Task Name": "Two ways", "Data Filter Details": "Snapshot Data", "Transfer Type": "Import to School"},
        {"School No.": "2107"},
    )
    do(str(folder), "tasks", "import", str(given))
    return str(folder)


def listed(folder: Path, *tasks: dict[str, str]) -> Path:
    file = folder / "tasks.csv"
    file.write_bytes(csv(*tasks))
    return file


def do(home: str, *words: str) -> Any:
    return told("authority", *words, "--home", home)


def call(home: str, *words: str) -> tuple[int, str]:
    answer = schoolgate("authority", *words, "--home", home)
    return answer.returncode, answer.stdout + answer.stderr


def test_a_list_is_looked_at_and_then_imported(home: str, tmp_path: Path) -> None:
    file = str(listed(tmp_path, {"Task Name": "Looked at"}))
    (row,) = do(home, "tasks", "import", file, "--check")
    assert (row["line"], row["state"], row["base"], row["phase"], row["active"]) == (2, "new", "8204321", 1, True)
    assert "Looked at" not in [one["name"] for one in do(home, "tasks")]
    code, said = call(home, "tasks", "import", file)
    assert (code, said.strip()) == (0, "1 made, 0 of them not active; 0 known already, 0 wrong.")
    assert call(home, "tasks", "import", file)[1].strip() == "0 made, 0 of them not active; 1 known already, 0 wrong."


def test_a_line_that_is_wrong_is_told_with_its_number_and_the_good_ones_go_on(home: str, tmp_path: Path) -> None:
    file = listed(
        tmp_path,
        {"Task Name": "Bad", "When": "Now"},
        {"Task Name": "Good", "Data Filter Details": "Snapshot Data", "Transfer Type": "Import to School"},
    )
    code, said = call(home, "tasks", "import", str(file))
    assert code == 1
    assert "tasks.csv:2: wrong: When “Now” is none of: Once, Weekly, Monthly." in said
    assert "tasks.csv:3: new: Not active. Only what was changed" in said
    assert "1 made, 1 of them not active" in said


def test_a_file_that_is_no_list_fails(home: str, tmp_path: Path) -> None:
    (tmp_path / "tasks.csv").write_text("School,Task\n")
    code, said = call(home, "tasks", "import", str(tmp_path / "tasks.csv"))
    assert code == 1
    assert "There is no column “Data Filter Details”." in said


def test_tasks_are_migrated_by_number_by_school_and_all(home: str) -> None:
    by_school = {(one["name"], one["number"]) for one in do(home, "tasks")}
    two_ways = next(number for name, number in by_school if name == "Two ways")
    assert do(home, "tasks", "to-phase-2", str(two_ways)) == {"migrated": [two_ways], "left": []}
    assert do(home, "tasks", "to-phase-2", str(two_ways)) == {"migrated": [], "left": []}
    assert len(do(home, "tasks", "to-phase-2", "--base", "8202107")["migrated"]) == 1
    assert do(home, "tasks", "to-phase-2", "--all")["migrated"]
    assert call(home, "tasks", "to-phase-2", "--all") == (0, "0 migrated to Phase 2, 0 left.\n")


def test_a_locked_task_is_left_and_told(home: str, tmp_path: Path) -> None:
    do(home, "tasks", "import", str(listed(tmp_path, {"Task Name": "Own", "Locked": "yes"})))
    code, said = call(home, "tasks", "to-phase-2", "--base", "8204321")
    assert code == 1
    assert "Own, stays on Phase 1. Locked by" in said
    assert said.endswith("0 migrated to Phase 2, 1 left.\n")


@pytest.mark.parametrize("words", [(), ("--all", "--base", "8204321"), ("7", "--all"), ("999",), ("--base", "8209999")])
def test_a_wrong_call_is_told_as_one(home: str, words: tuple[str, ...]) -> None:
    assert call(home, "tasks", "to-phase-2", *words)[0] == 2
