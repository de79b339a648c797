"""`schoolgate school schedule` in processes of its own."""

import pytest
from tests.sites.calls import new_home, schoolgate, told


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = str(tmp_path_factory.mktemp("school"))
    new_home("school", folder)
    return folder


def test_the_schedule_is_set_told_and_switched_off(home: str) -> None:
    answer = told("school", "schedule", "--days", "mon,Thursday", "--at", "18:30", "--home", home)
    assert (answer["days"], answer["at"], len(answer["next"])) == (["monday", "thursday"], "18:30", 3)
    assert told("school", "schedule", "--home", home) == answer
    off = told("school", "schedule", "--off", "--home", home)
    assert (off["days"], off["at"], off["next"]) == ([], "18:30", [])


def test_a_person_is_told_the_next_runs_in_words_and_that_nobody_sees_to_them(home: str) -> None:
    result = schoolgate("school", "schedule", "--days", "thu", "--at", "18:30", "--home", home)
    assert "Thursday at 18:30. Next: Thursday " in result.stdout
    assert "Nothing is sent by itself: the part of this program that does so has never been running." in result.stdout


@pytest.mark.parametrize(
    "options",
    [
        ["--days", "mo", "--at", "18:30"],
        ["--days", "mon", "--at", "half past six"],
        ["--off", "--days", "mon"],
    ],
    ids=" ".join,
)
def test_days_and_times_that_are_none_are_wrong_calls(home: str, options: list[str]) -> None:
    assert schoolgate("school", "schedule", *options, "--home", home).returncode == 2
