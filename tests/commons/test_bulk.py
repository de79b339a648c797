"""Rows written in bulk, with ids taken beforehand."""

from datetime import UTC, datetime

import pytest
from django.db import DataError, transaction

from schoolgate.commons.bulk import insert, take_ids, update
from schoolgate.commons.journal.models import JournalLine

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
EVENING = datetime(2026, 7, 2, 18, 30, 0, 5, tzinfo=UTC)
TOLD = "O\u2019Neill \\N\t is in"


def a_line(message: str = "A lamp is on.") -> JournalLine:
    return JournalLine.objects.create(level="INFO", message=message)


def test_no_id_is_taken_that_a_row_had_though_the_row_is_gone() -> None:
    line = a_line()
    its_id = line.pk
    line.delete()
    assert min(take_ids(JournalLine, 3)) > its_id


def test_the_database_goes_on_behind_ids_that_were_taken() -> None:
    ids = take_ids(JournalLine, 2)
    insert(JournalLine, ["id", "message"], [])
    plain = {"kind": "", "la": "820", "destination_la": "", "school": "4321", "details": "", "link": ""}
    insert(
        JournalLine,
        ["id", "level", "message", "at", "hidden_at", *plain],
        [(one, "WARN", TOLD, NOON, None, *plain.values()) for one in ids],
    )
    made = a_line().pk
    assert [made > one for one in ids] == [True, True]
    assert set(take_ids(JournalLine, 2)).isdisjoint({*ids, made})
    stored = JournalLine.objects.get(pk=ids[1])
    assert (stored.level, stored.message, stored.at, stored.hidden_at) == ("WARN", TOLD, NOON, None)


def test_an_update_writes_the_named_fields_of_the_named_rows_alone() -> None:
    first, second = a_line("One."), a_line("Two.")
    update(JournalLine, ["id", "message", "hidden_at"], [(first.pk, TOLD, EVENING)])
    update(JournalLine, ["id", "message"], [])
    update(JournalLine, ["id", "la"], [(second.pk, "821"), (second.pk, "820")])
    rows = JournalLine.objects.order_by("pk").values_list("pk", "message", "hidden_at", "la")
    assert list(rows) == [(first.pk, TOLD, EVENING, ""), (second.pk, "Two.", None, "820")]


@pytest.mark.postgres
def test_what_is_too_long_for_its_column_is_refused_and_not_cut() -> None:
    line = a_line()
    with pytest.raises(DataError), transaction.atomic():
        update(JournalLine, ["id", "la"], [(line.pk, "8201")])
