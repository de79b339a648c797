"""Statements whose SQL is worked out once.

For what is done thousands of times a minute Django's way from a queryset or an object to SQL takes several times as
long as the database.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, TypeAlias

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql import UpdateQuery

MOST_PARAMETERS = 30_000
"""Of one statement; SQLite takes 32,766."""

_PLACE = re.compile("(?<!%)%s")

_Slots: TypeAlias = "list[tuple[int | None, Any]]"


class _Statement(ABC):
    """SQL by the kind of database, with the places at which values stand among its parameters.

    `build` is called once with values like `examples`, by which they are found again: each of them a value that stands
    nowhere else in the statement, and a number, a text or an aware time.
    """

    def __init__(self, build: Callable[..., Any], *examples: Any) -> None:
        self._build = build
        self._examples = examples
        self._known: dict[str, tuple[str, _Slots]] = {}

    def _execute(self, db: BaseDatabaseWrapper, values: Sequence[Any]) -> Any:
        sql, slots = self._known.get(db.vendor) or self._work_out(db)
        adapted = [_adapted(db, value) for value in values]
        return _execute(db, sql, [constant if slot is None else adapted[slot] for slot, constant in slots])

    def _work_out(self, db: BaseDatabaseWrapper) -> tuple[str, _Slots]:
        sql, parameters = self._sql()
        examples = [_adapted(db, example) for example in self._examples]
        adapted = [_adapted(db, parameter) for parameter in parameters]
        slots = [(examples.index(one) if one in examples else None, one) for one in adapted]
        self._known[db.vendor] = (sql, slots)
        return self._known[db.vendor]

    @abstractmethod
    def _sql(self) -> tuple[str, Sequence[Any]]:
        """The SQL of what `build` makes of the examples, and its parameters in the order of their places."""


class Prepared(_Statement):
    """A read: `build` makes a queryset of `values_list`."""

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        """The rows, as the database gives them: see `aware` for their times."""
        found: list[tuple[Any, ...]] = self._execute(_database(), values).fetchall()
        return found

    def _sql(self) -> tuple[str, Sequence[Any]]:
        sql, parameters = self._build(*self._examples).query.sql_with_params()
        return sql, parameters


class PreparedUpdate(_Statement):
    """A change: `build` makes a queryset and what `update` would be given."""

    def run(self, *values: Any) -> int:
        """Change the rows; how many there were."""
        number: int = self._execute(_database(), values).rowcount
        return number

    def _sql(self) -> tuple[str, Sequence[Any]]:
        queryset, changed = self._build(*self._examples)
        query = queryset.order_by().query.chain(UpdateQuery)
        query.add_update_values(changed)
        sql, parameters = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
        return sql, parameters


def insert(row: models.Model) -> None:
    """Add a new row, as `save` does without its signals; its key is set where the database gives it."""
    db = _database()
    table = _table(type(row), db.vendor)
    cursor = _execute(db, f"{table.sql} {table.places}{table.returning}", table.values(db, row))
    if table.returning:
        ((row.pk,),) = cursor.fetchall()
    row._state.adding, row._state.db = False, db.alias  # noqa: SLF001  documented API of Django


def insert_all(rows: Sequence[models.Model], clash: str = "") -> None:
    """Add new rows of one table, many a statement. Their keys stay unknown.

    `clash` is SQL for one that is there already: ON CONFLICT ... DO UPDATE, as SQLite and PostgreSQL both have it.
    """
    Inserting(rows, clash).run()


class Inserting:
    """Rows to be added, made ready before the transaction, which is then short."""

    def __init__(self, rows: Sequence[models.Model], clash: str = "") -> None:
        self._clash = clash
        self._rows: list[list[Any]] = []
        if rows:
            db = _database()
            self._table = _table(type(rows[0]), db.vendor)
            self._rows = [self._table.values(db, row) for row in rows]

    def run(self) -> None:
        """Add them."""
        at_once = MOST_PARAMETERS // len(self._rows[0]) if self._rows else 1
        for start in range(0, len(self._rows), at_once):
            batch = self._rows[start : start + at_once]
            places = ", ".join([self._table.places] * len(batch))
            values = [value for row in batch for value in row]
            _execute(_database(), f"{self._table.sql} {places} {self._clash}", values)


_AS_IT_IS: Mapping[tuple[type[Any], ...], type[Any]] = {
    (models.CharField, models.TextField): str,
    (models.ForeignKey, models.OneToOneField, models.PositiveIntegerField, models.PositiveBigIntegerField): int,
}


class _Table:
    """How rows of a model are added."""

    def __init__(self, model: type[models.Model], db: BaseDatabaseWrapper) -> None:
        meta, quote = model._meta, db.ops.quote_name  # noqa: SLF001  documented API of Django
        self.fields = [field for field in meta.concrete_fields if not isinstance(field, models.AutoField)]
        # Most values go into their column as they are, and to be asked for each would cost more than the rest.
        self._plain = [
            next((as_is for kinds, as_is in _AS_IT_IS.items() if type(field) in kinds), None) for field in self.fields
        ]
        columns = ", ".join(quote(str(field.column)) for field in self.fields)
        self.sql = f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES"
        self.places = f"({', '.join(['%s'] * len(self.fields))})"
        given = [str(field.column) for field in meta.concrete_fields if isinstance(field, models.AutoField)]
        self.returning = f" RETURNING {quote(given[0])}" if given else ""

    def values(self, db: BaseDatabaseWrapper, row: models.Model) -> list[Any]:
        values = row.__dict__
        return [
            value if value is None or type(value) is plain else field.get_db_prep_save(value, db)
            for field, plain in zip(self.fields, self._plain, strict=True)
            for value in (values[field.attname],)
        ]


@cache
def _table(model: type[models.Model], _vendor: str) -> _Table:
    return _Table(model, _database())


def _database() -> BaseDatabaseWrapper:
    """This thread's connection itself: each look through `connection` costs as much as a small query."""
    return connections[DEFAULT_DB_ALIAS]


def _execute(db: BaseDatabaseWrapper, sql: str, parameters: Sequence[Any]) -> Any:
    """Execute a statement: its cursor.

    Django's own cursor takes as long as SQLite does, for a call's few rows. It is gone around where nobody looks on,
    as tests do that count queries.
    """
    if db.vendor != "sqlite" or db.execute_wrappers or db.queries_logged:
        cursor = db.cursor()
        cursor.execute(sql, parameters)
        return cursor
    db.ensure_connection()
    with db.wrap_database_errors:
        return db.connection.execute(_with_question_marks(sql), parameters)


@lru_cache(maxsize=256)
def _with_question_marks(sql: str) -> str:
    """The SQL as SQLite's own module takes it."""
    return _PLACE.sub("?", sql).replace("%%", "%")


def aware(moment: datetime) -> datetime:
    """A time as a row has it, with its zone: SQLite's are UTC and do not say so."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _adapted(db: BaseDatabaseWrapper, value: Any) -> Any:
    return db.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
