"""Statements whose SQL is worked out once do what the querysets and objects that they are made of would do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from schoolgate.commons.journal.models import JournalLine
from schoolgate.commons.journal.writing import write
from schoolgate.commons.prepared import Prepared, PreparedUpdate, aware, insert, insert_all

LONG_AGO = datetime(1999, 1, 1, tzinfo=UTC)


def written(level: str, since: datetime) -> Any:
    return JournalLine.objects.filter(level=level, at__gt=since).values_list("message", "at")


@pytest.fixture
def line(db: None) -> JournalLine:
    return write("WARN", "A lamp is out.")


def test_it_finds_by_other_values_than_it_was_made_with(line: JournalLine) -> None:
    prepared = Prepared(written, "a level", LONG_AGO)
    before = line.at - timedelta(microseconds=1)
    ((message, at),) = prepared.rows("WARN", before)
    assert (message, aware(at)) == ("A lamp is out.", line.at)
    assert prepared.rows("WARN", line.at) == []
    assert prepared.rows("INFO", before) == []


def test_a_time_in_another_zone_is_the_same_instant(line: JournalLine) -> None:
    prepared = Prepared(written, "a level", LONG_AGO)
    local = line.at.astimezone(None)
    assert prepared.rows("WARN", local) == []
    assert len(prepared.rows("WARN", local - timedelta(seconds=1))) == 1


def test_the_queryset_is_built_once(line: JournalLine) -> None:
    built: list[str] = []

    def build(level: str, since: datetime) -> Any:
        built.append(level)
        return written(level, since)

    prepared = Prepared(build, "a level", LONG_AGO)
    with CaptureQueriesContext(connection) as asked:
        for _ in range(3):
            prepared.rows("WARN", LONG_AGO)
    assert (built, len(asked)) == (["a level"], 3)


def test_a_change_changes_what_its_queryset_finds_and_tells_how_many(line: JournalLine) -> None:
    other = write("INFO", "The lamp is on.")
    prepared = PreparedUpdate(
        lambda level, at, told: (JournalLine.objects.filter(level=level), {"hidden_at": at, "details": told}),
        "a level",
        LONG_AGO,
        "a word",
    )
    noon = datetime(2026, 11, 26, 12, tzinfo=UTC)
    assert (prepared.run("WARN", noon, "mended"), prepared.run("ERROR", noon, "mended")) == (1, 0)
    line.refresh_from_db()
    other.refresh_from_db()
    assert (line.hidden_at, line.details, other.hidden_at) == (noon, "mended", None)


def test_a_row_that_is_added_is_the_one_that_saving_would_have_made(db: None) -> None:
    added = JournalLine(level="INFO", message="100 % of the lamps are on.", link="/lamps/")
    insert(added)
    kept = JournalLine.objects.get()
    assert kept == added
    assert (kept.at, kept.message, kept.link, kept.hidden_at) == (added.at, added.message, "/lamps/", None)


def test_a_row_that_was_added_can_be_changed_and_saved(db: None) -> None:
    added = JournalLine(level="INFO", message="A lamp.")
    insert(added)
    added.message = "Two lamps."
    added.save()
    assert list(JournalLine.objects.values_list("message", flat=True)) == ["Two lamps."]


def test_many_rows_are_added_by_one_statement(db: None) -> None:
    with CaptureQueriesContext(connection) as asked:
        insert_all([JournalLine(level="INFO", message=f"Lamp {number}.") for number in range(100)])
        insert_all([])
    assert len(asked) == 1
    assert JournalLine.objects.count() == 100


def test_rows_that_are_more_than_a_statement_holds_are_all_added(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schoolgate.commons.prepared.MOST_PARAMETERS", 35)
    insert_all([JournalLine(level="INFO", message=f"Lamp {number}.") for number in range(8)])
    assert JournalLine.objects.count() == 8


def test_with_nobody_looking_on_it_finds_the_same(line: JournalLine) -> None:
    prepared = Prepared(written, "a level", LONG_AGO)
    unseen = prepared.rows("WARN", LONG_AGO)
    with CaptureQueriesContext(connection):
        assert prepared.rows("WARN", LONG_AGO) == unseen != []


def test_what_the_database_refuses_is_an_error_of_django_s(line: JournalLine) -> None:
    with pytest.raises(DatabaseError):
        insert_all([line], "ON WHATEVER")
