"""What became of the files, told page by page."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from schoolgate.authority.exchange import outcomes

Sample = Callable[..., bytes]


def later(seconds: float = 10) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds))


def send(program: Any, student_file: Sample, count: int) -> list[dict[str, Any]]:
    return [program.put(student_file(filling=number)).json() for number in range(count)]


def test_outcomes_come_oldest_first_as_the_files_own_answers(program: Any, student_file: Sample) -> None:
    sent = send(program, student_file, 3)
    with later():
        told = program.get("outcomes").json()
    assert told["outcomes"] == sent
    assert told["more"] is False


def test_a_cursor_goes_on_where_the_page_before_ended(
    program: Any, student_file: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "PAGE", 2)
    sent = send(program, student_file, 5)
    found: list[Any] = []
    cursor, more = "", True
    with later():
        while more:
            told = program.get("outcomes", params={"after": cursor}).json()
            found += told["outcomes"]
            cursor, more = told["next"], told["more"]
    assert found == sent


def test_a_cursor_at_the_end_stays_where_it_is(program: Any, student_file: Sample) -> None:
    send(program, student_file, 1)
    with later():
        end = program.get("outcomes").json()["next"]
        told = program.get("outcomes", params={"after": end}).json()
    assert told == {"outcomes": [], "next": end, "more": False}


def test_an_arrival_whose_commit_may_still_be_on_its_way_is_told_next_time(program: Any, student_file: Sample) -> None:
    send(program, student_file, 1)
    told = program.get("outcomes").json()
    assert told["outcomes"] == []
    with later():
        assert len(program.get("outcomes", params={"after": told["next"]}).json()["outcomes"]) == 1


def test_a_stranger_sees_no_outcome(program: Any, other_program: Any, student_file: Sample) -> None:
    send(program, student_file, 1)
    with later():
        assert other_program.get("outcomes").json()["outcomes"] == []


@pytest.mark.parametrize(
    "cursor", ["x", "1", "1-", "-1", "1-x", "9" * 17 + "-1", "9" * 30 + "-1", "1-" + "9" * 30, "²-1"]
)
def test_a_cursor_that_we_never_gave_is_refused(program: Any, cursor: str) -> None:
    answer = program.get("outcomes", params={"after": cursor})
    assert answer.status_code in {200, 400}
    assert answer.status_code == 200 or answer.json()["code"] == "cursor-malformed"
