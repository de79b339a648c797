"""Kinds of things that go after a time: each thing with its own guard, all of it told."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
import time_machine

from schoolgate.commons.preferences.registry import PREFERENCES, NumberPreference
from schoolgate.commons.retention.clearing import WENT_WRONG, clear, clear_all, look, next_run
from schoolgate.commons.retention.kinds import KEPT, Item, Kept, keeps

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
OLD = datetime(2026, 1, 1, tzinfo=UTC)


class Letters(Kept):
    name = "letters"
    words = "Letters"
    stays = "nothing"
    why = "for tests"
    days = NumberPreference("letters-days", default=30, meaning="for how many days letters are kept")
    there: ClassVar[dict[int, str]] = {}

    def over(self, before: datetime) -> Iterator[Item]:
        for key, held_back in self.there.items():
            yield Item(key, f"letter {key}", OLD, 10, held_back=held_back)

    def remove(self, item: Item) -> str:
        if item.key == 13:
            raise OSError(item.name)
        del self.there[item.key]
        return ""


# Other tests read what preferences the program has.
del PREFERENCES[Letters.days.name]


@pytest.fixture
def letters(db: None, monkeypatch: pytest.MonkeyPatch) -> Kept:
    kind = Letters()
    monkeypatch.setattr(Letters, "there", {1: "", 2: "Somebody reads it.", 13: "", 14: ""})
    monkeypatch.setattr("schoolgate.commons.retention.clearing.KEPT", {"letters": kind})
    return kind


def test_one_thing_that_cannot_go_keeps_no_other(letters: Kept) -> None:
    last = clear(letters)
    assert (last.removed, last.size) == (2, 20)
    assert last.held_back == {"Somebody reads it.": 1, WENT_WRONG: 1}


def test_what_was_held_back_in_the_last_run_is_told_until_the_next(letters: Kept) -> None:
    clear(letters)
    assert look(letters).reasons == {"Somebody reads it.": 1, WENT_WRONG: 1}


def test_the_nightly_work_clears_every_kind(letters: Any) -> None:
    clear_all()
    assert sorted(letters.there) == [2, 13]


@time_machine.travel(NOW)
def test_the_next_run_is_at_the_midnight_that_daily_work_has() -> None:
    assert next_run() == datetime(2026, 7, 2, tzinfo=UTC)


def test_a_name_is_of_one_kind(letters: Kept) -> None:
    KEPT["letters"] = letters
    try:
        with pytest.raises(ValueError, match="two kinds"):
            keeps(Letters)
    finally:
        del KEPT["letters"]
