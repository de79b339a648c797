"""Reads whose SQL is worked out once. For what every call asks, that takes several times as long as the database."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet


class Prepared:
    """A read made of a queryset of `values_list`, with other values each time.

    `build` makes the queryset of values like `examples`, by which they are found among its parameters again: each of
    them a value that stands nowhere else in the query, and a number, a text or an aware time.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *examples: Any) -> None:
        self._build = build
        self._examples = examples
        self._known: dict[str, tuple[str, list[tuple[int | None, Any]]]] = {}

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        """The rows, as the database gives them: see `aware` for their times."""
        sql, slots = self._known.get(connection.vendor) or self._work_out()
        adapted = [_adapted(value) for value in values]
        with connection.cursor() as cursor:
            cursor.execute(sql, [constant if slot is None else adapted[slot] for slot, constant in slots])
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def _work_out(self) -> tuple[str, list[tuple[int | None, Any]]]:
        sql, parameters = self._build(*self._examples).query.sql_with_params()
        examples = [_adapted(example) for example in self._examples]
        slots = [(examples.index(one) if one in examples else None, one) for one in map(_adapted, parameters)]
        self._known[connection.vendor] = (sql, slots)
        return self._known[connection.vendor]


def aware(moment: datetime) -> datetime:
    """A time as a row has it, with its zone: SQLite's are UTC and do not say so."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _adapted(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
