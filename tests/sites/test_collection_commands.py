"""`schoolgate authority tasks|runs|collect|quarantine|attendance-codes`, as an operator calls them."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.sites.calls import new_home, schoolgate, told

CHANGES = ("--name", "Autumn changes", "--data", "changed", "--base", "8204321", "--at", "18:30", "--on", "thu")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An authority with one school that sends files."""
    folder = tmp_path_factory.mktemp("authority")
    new_home("authority", folder, "--la", "820")
    told("authority", "accounts", "add", "--la", "820", "--school", "4321", "--home", str(folder))
    return str(folder)


def do(home: str, *words: str) -> Any:
    return told("authority", *words, "--home", home)


def test_a_task_is_made_listed_copied_switched_and_deleted(home: str) -> None:
    made = do(home, "tasks", "add", *CHANGES)
    assert (made["when"], made["schools"], made["active"]) == ("Every Thursday 18:30", 1, True)
    copy = do(home, "tasks", "clone", str(made["number"]))
    assert not copy["active"]
    assert do(home, "tasks", "activate", str(copy["number"]))["next"]
    assert not do(home, "tasks", "deactivate", str(copy["number"]))["active"]
    assert do(home, "tasks", "delete", str(copy["number"])) == {"deleted": copy["number"]}
    assert [one["name"] for one in do(home, "tasks")] == ["Autumn changes"]
    assert schoolgate("authority", "tasks", "delete", str(made["number"]), "--home", home).returncode == 1


def test_a_task_is_changed_and_what_is_not_said_stays(home: str) -> None:
    number = str(do(home, "tasks", "add", *CHANGES[:1], "To change", *CHANGES[2:], "--every", "120")["number"])
    told = do(home, "tasks", "edit", number, "--on", "mon", "--owner", "school", "--stop-at", "20:30", "--all-year")
    assert (told["name"], told["owner"], told["data"], told["schools"]) == ("To change", "school", "changed", 1)
    assert told["when"] == "Every Monday 18:30, again every 2 hours until 20:30"
    assert do(home, "tasks", "edit", number, "--at", "07:00")["when"].startswith("Every Monday 07:00")
    assert schoolgate("authority", "tasks", "edit", number, "--no-bases", "--home", home).returncode == 1
    assert schoolgate("authority", "tasks", "edit", number, "--stop-at", "06:00", "--home", home).returncode == 2
    do(home, "tasks", "deactivate", number)
    do(home, "tasks", "delete", number)


def test_a_task_sends_chosen_groups_back_and_another_reads_a_folder_below_the_operators_root(home: str) -> None:
    sends = ("--type", "import-to-school", "--send", "addresses", "--send", "sen-needs", "--inactive")
    made = do(home, "tasks", "add", *CHANGES[:1], "Back", *CHANGES[2:], *sends)
    assert (made["type"], made["sent"]) == ("import-to-school", ["addresses", "sen-needs"])
    number = str(made["number"])
    assert do(home, "tasks", "edit", number, "--send", "addresses")["sent"] == ["addresses"]
    assert do(home, "tasks", "edit", number, "--send-all")["sent"] == []
    refused = schoolgate("authority", "tasks", "edit", number, "--send", "attendance", "--home", home)
    assert (refused.returncode, "never sent to schools: attendance" in refused.stderr) == (1, True)
    reads = (*CHANGES[:1], "Summer", "--data", "attainment", *CHANGES[4:], "--folder", "summer", "--home", home)
    without_root = schoolgate("authority", "tasks", "add", *reads)
    assert (without_root.returncode, "attainment_root" in without_root.stderr) == (1, True)
    do(home, "tasks", "delete", number)


def test_a_task_is_run_now_and_stands_in_the_log(home: str) -> None:
    made = do(home, "tasks", "add", *CHANGES[:1], "Run now", *CHANGES[2:])
    assert do(home, "tasks", "run", str(made["number"])) == {"runs": 1, "left_out": []}
    (run,) = do(home, "runs", "--task", str(made["number"]))
    assert (run["state"], run["base"], run["data"]) == ("pending", "8204321", "changed")


def test_what_a_school_has_locked_is_refused_with_the_reason(home: str) -> None:
    number = str(do(home, "tasks", "add", *CHANGES[:1], "To lock", *CHANGES[2:], "--inactive")["number"])
    every = "SELECT id, '2026-11-03 09:05:00' FROM authority_bases_base"
    lock(f"INSERT INTO authority_collection_taskslock (base_id, since) {every}", home)
    try:
        for words in (
            ("tasks", "add", *CHANGES),
            ("tasks", "edit", number, "--at", "07:00"),
            ("tasks", "run", number),
            ("tasks", "run", number, "--base", "8204321"),
            ("tasks", "clone", number),
            ("tasks", "activate", number),
            ("tasks", "delete", number),
            ("collect", "--base", "8204321"),
        ):
            refused = schoolgate("authority", *words, "--home", home)
            assert refused.returncode == 1, words
            assert "since 3 Nov" in " ".join(refused.stderr.split()), words
        (shown,) = (one for one in do(home, "tasks") if str(one["number"]) == number)
        assert shown["locked"].startswith("Locked by ")
    finally:
        lock("DELETE FROM authority_collection_taskslock", home)
    do(home, "tasks", "delete", number)


def lock(statement: str, home: str) -> None:
    """A school locks and opens its tasks in the School Portal; no command does."""
    with closing(sqlite3.connect(Path(home, "db.sqlite3"))) as database, database:
        database.execute(statement)


@pytest.mark.parametrize(
    "words",
    [
        ("tasks", "add", *CHANGES[:-2]),
        ("runs", "--task", "999"),
        ("tasks", "add", *CHANGES, "--monthly", "3"),
        ("tasks", "add", *CHANGES[:6], "--at", "half past", "--on", "thu"),
        ("tasks", "add", *CHANGES, "--group", "Nobody"),
        ("tasks", "run", "999"),
        ("runs", "--base", "8209999"),
        ("collect", "--base", "8209999"),
        ("quarantine", "drop"),
        ("attendance-codes", "map", "--system", "sims-primary", "--code", "Q07", "--means", "QQ"),
    ],
)
def test_a_wrong_call_is_told_as_one(home: str, words: tuple[str, ...]) -> None:
    assert schoolgate("authority", *words, "--home", home).returncode == 2


def test_nothing_is_held_back_and_no_code_is_known_at_first(home: str) -> None:
    assert do(home, "quarantine") == []
    assert do(home, "attendance-codes") == []


def test_a_code_is_given_a_meaning_before_it_is_met(home: str) -> None:
    words = ("--system", "sims-primary", "--code", "Q07", "--means", "B")
    assert do(home, "attendance-codes", "map", *words)["marks"] == 0
    assert do(home, "attendance-codes")[0]["means"] == "B"
