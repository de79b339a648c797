"""`schoolgate authority migrate`, as an operator calls it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.sites.calls import new_home, schoolgate, told
from tests.sites.test_connection_commands import SETTINGS

WHEN = ("--at", "18:30", "--on", "thu")
MOVED = ("--school-moved", (datetime.now(UTC) - timedelta(days=20)).date().isoformat())
"""Long enough ago, and not too long."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An authority with four schools on SIMS 7, three of them with settings that nobody has tested; one has tasks."""
    folder = tmp_path_factory.mktemp("authority")
    new_home("authority", folder, "--la", "820")
    at_home = ("--home", str(folder))
    settings = folder / "settings.json"
    settings.write_text(json.dumps(SETTINGS))
    for number in ("4321", "2107", "7004", "2001"):
        told("authority", "accounts", "add", "--la", "820", "--school", number, "--name", f"School {number}", *at_home)
        if number != "2001":
            entered = ("bases", "settings", f"820{number}", "sims-primary", "--from", str(settings))
            told("authority", *entered, *at_home)
    for name, data in (("Weekly", "changed"), ("Results", "attainment")):
        made = ("tasks", "add", "--name", name, "--data", data, "--base", "8204321", *WHEN)
        told("authority", *made, *at_home)
    return str(folder)


def system_of(home: str, dfe: str) -> Any:
    (found,) = (one for one in told("authority", "bases", "list", "--home", home) if one["la"] + one["school"] == dfe)
    return found["system"]


def test_a_check_says_what_should_be_so_and_what_becomes_of_the_tasks_and_changes_nothing(home: str) -> None:
    for _ in range(2):
        before = told("authority", "migrate", "8204321", "--check", "--home", home)
        assert {one["name"]: one["state"] for one in before["before"]} == {
            "moved-on": "not yet",
            "scheduler": "not yet",
            "phase-2": "done",
            "attendance": "not yet",
            "settings": "not yet",
        }
        assert {one["name"]: one["effect"] for one in before["tasks"]} == {"Weekly": "goes on", "Results": "stops"}
        checked = told("authority", "migrate", "8204321", "--check", *MOVED, "--home", home)
        assert (checked["before"][0]["state"], checked["system"]) == ("done", "sims-7")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("8202001", *MOVED, "--yes", "--sure"), 1, "Enter the settings for SIMS Primary first"),
        (("8204321", "--yes", "--sure"), 1, "Enter the day on which the school moved"),
        (("8204321", "--school-moved", "2099-01-01", "--yes", "--sure"), 1, "lies in the future"),
        (("8204321", "--school-moved", "yesterday", "--yes"), 2, "Write it as 2026-09-01."),
        (("8209999", "--yes"), 2, "There is no base 8209999"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_done(home: str, words: tuple[str, ...], code: int, says: str) -> None:
    result = schoolgate("authority", "migrate", *words, "--home", home)
    assert (result.returncode, says in result.stderr) == (code, True), result.stderr
    assert system_of(home, "8204321") == "sims-7"


def test_settings_that_nobody_tested_need_a_second_yes(home: str) -> None:
    refused = schoolgate("authority", "migrate", "8202107", *MOVED, "--yes", "--home", home)
    assert refused.returncode == 1
    assert "Nobody has tested the settings yet. Put that right first, or say --sure." in refused.stderr
    assert system_of(home, "8202107") == "sims-7"
    done = told("authority", "migrate", "8202107", *MOVED, "--yes", "--sure", "--home", home)
    assert (done["system"], done["school_moved"]) == ("sims-primary", MOVED[1])
    assert [one["name"] for one in done["after"]] == ["snapshot", "changed", "attendance", "school-told"]
    again = schoolgate("authority", "migrate", "8202107", "--yes", "--home", home)
    assert (again.returncode, "is on SIMS Primary already." in again.stderr) == (1, True)
    after = told("authority", "migrate", "8202107", "--check", "--home", home)
    assert after["migrated"] == done["migrated"]


def test_who_is_asked_types_the_schools_number(home: str) -> None:
    words = ("migrate", "8207004", *MOVED, "--sure", "--home", home)
    wrong = schoolgate("authority", *words, given="4321\n")
    assert (wrong.returncode, "This is another number. Nothing is done." in wrong.stderr) == (1, True)
    assert system_of(home, "8207004") == "sims-7"
    right = schoolgate("authority", *words, given="7004\n")
    assert right.returncode == 0, right.stderr
    assert "The first run of attendance" in right.stdout
    assert system_of(home, "8207004") == "sims-primary"


def test_an_attendance_task_is_made_before_the_migration(home: str) -> None:
    words = ("tasks", "add", "--name", "Marks", "--data", "attendance-changed", "--base", "8202001", *WHEN)
    made = told("authority", *words, "--home", home)
    assert (made["data"], made["sources"]) == ("attendance", "api")
    before = told("authority", "migrate", "8202001", "--check", "--home", home)
    assert before["tasks"] == [{**before["tasks"][0], "name": "Marks", "effect": "starts"}]


def test_sims_primary_is_not_set_as_a_mere_system(home: str) -> None:
    refused = schoolgate("authority", "bases", "system", "8204321", "sims-primary", "--yes", "--home", home)
    assert refused.returncode == 1
    assert "must be migrated to SIMS Primary" in refused.stderr
