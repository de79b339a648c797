"""A file is taken only when two looks, some seconds apart by our own clock, found it the same."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schoolgate.school.exchange.administration.destinations import add_destination
from schoolgate.school.exchange.models import Sighting
from schoolgate.school.exchange.settling import found_at, look_and_wait, look_once, mark_dealt_with

START = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


@pytest.fixture
def folder(root: Path) -> Path:
    add_destination(la="820", address="https://la.example", user="u", password="p")
    return root / "820" / "Files Not Exported"


class Clock:
    def __init__(self) -> None:
        self.now = START
        self.slept = 0

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.slept += 1


@pytest.fixture
def clock() -> Clock:
    return Clock()


def names(found: list[object]) -> list[str]:
    return [file.name for file in found]  # type: ignore[attr-defined]


def settled(clock: Callable[[], datetime]) -> list[str]:
    return [file.name for file in look_once("820", clock).settled]


def test_a_file_seen_for_the_first_time_is_left_alone(folder: Path, clock: Clock) -> None:
    (folder / "a.xml").write_text("x")
    assert settled(clock) == []


def test_a_file_that_stayed_the_same_for_the_set_time_is_settled(folder: Path, clock: Clock) -> None:
    (folder / "a.xml").write_text("x")
    look_once("820", clock)
    clock.sleep(2)
    assert settled(clock) == ["a.xml"]


def test_a_file_seen_too_short_a_time_ago_is_left_alone(folder: Path, clock: Clock) -> None:
    (folder / "a.xml").write_text("x")
    look_once("820", clock)
    clock.sleep(1.9)
    assert settled(clock) == []


def test_a_file_that_grows_begins_to_settle_anew(folder: Path, clock: Clock) -> None:
    (folder / "a.xml").write_text("x")
    look_once("820", clock)
    clock.sleep(10)
    (folder / "a.xml").write_text("xx")
    assert settled(clock) == []


def test_a_file_of_the_same_size_and_another_time_begins_to_settle_anew(folder: Path, clock: Clock) -> None:
    (folder / "a.xml").write_text("x")
    look_once("820", clock)
    clock.sleep(10)
    os.utime(folder / "a.xml", (1, 1))
    assert settled(clock) == []


def test_a_file_servers_wrong_clock_does_not_matter(folder: Path, clock: Clock) -> None:
    (folder / "a.xml").write_text("x")
    os.utime(folder / "a.xml", (4_000_000_000, 4_000_000_000))
    look_once("820", clock)
    clock.sleep(2)
    assert settled(clock) == ["a.xml"]


def test_our_own_clock_set_back_only_means_another_wait(folder: Path, clock: Clock) -> None:
    (folder / "a.xml").write_text("x")
    look_once("820", clock)
    clock.now -= timedelta(hours=1)
    assert settled(clock) == []
    clock.sleep(2)
    assert settled(clock) == ["a.xml"]


def test_a_file_that_was_dealt_with_is_not_found_again(folder: Path, clock: Clock) -> None:
    (folder / "a.xml").write_text("x")
    look_once("820", clock)
    clock.sleep(2)
    mark_dealt_with(look_once("820", clock).settled)
    assert settled(clock) == []


def test_a_file_that_was_dealt_with_and_then_changed_is_found_again(folder: Path, clock: Clock) -> None:
    (folder / "a.xml").write_text("x")
    found = found_at("820", folder / "a.xml")
    assert found
    mark_dealt_with([found])
    (folder / "a.xml").write_text("other")
    look_once("820", clock)
    clock.sleep(2)
    assert settled(clock) == ["a.xml"]


def test_a_file_that_is_gone_is_forgotten(folder: Path, clock: Clock) -> None:
    (folder / "a.xml").write_text("x")
    look_once("820", clock)
    (folder / "a.xml").unlink()
    look_once("820", clock)
    assert not Sighting.objects.exists()


def test_an_export_by_a_person_waits_for_the_second_look(folder: Path, clock: Clock) -> None:
    (folder / "a.xml").write_text("x")
    look = look_and_wait("820", clock, clock.sleep)
    assert names(list(look.settled)) == ["a.xml"]
    assert clock.now - START >= timedelta(seconds=2)


def test_an_export_does_not_wait_where_nothing_is_new(folder: Path, clock: Clock) -> None:
    look_and_wait("820", clock, clock.sleep)
    assert clock.slept == 0


def test_a_file_that_never_stops_growing_does_not_hold_an_export_for_ever(folder: Path, clock: Clock) -> None:
    def grow(seconds: float) -> None:
        clock.sleep(seconds)
        with (folder / "a.xml").open("a") as file:
            file.write("x")

    (folder / "a.xml").write_text("x")
    (folder / "b.xml").write_text("x")
    look = look_and_wait("820", clock, grow)
    assert (names(list(look.settled)), names(list(look.moving))) == (["b.xml"], ["a.xml"])
