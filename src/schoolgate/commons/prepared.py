"""Statements whose SQL is worked out once.

For what is done thousands of times a minute Django's way from a queryset or an object to SQL takes several times as
long as the database.
"""

import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, TypeAlias, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.base import ModelState
from django.db.models.sql import DeleteQuery, UpdateQuery

ROWS_AT_ONCE = 25
"""Added by one statement on PostgreSQL. SQLite asks no other machine, and of several rows at once it would first copy
all pages that they touch, should one of them fail."""

M = TypeVar("M", bound=models.Model)

_ZONE = len("+00:00")
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
        given = [constant if slot is None else values[slot] for slot, constant in slots]
        return _execute(db, sql, [_adapted(db, value) if type(value) is datetime else value for value in given])

    def _work_out(self, db: BaseDatabaseWrapper) -> tuple[str, _Slots]:
        sql, parameters = self._sql()
        examples = [_adapted(db, example) for example in self._examples]
        adapted = [_adapted(db, parameter) for parameter in parameters]
        if any(example not in adapted for example in examples):
            raise ValueError("An example is not found again: what it stands for would be a constant.")
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
        found: list[tuple[Any, ...]] = self._execute(this_connection(), values).fetchall()
        return found

    def _sql(self) -> tuple[str, Sequence[Any]]:
        sql, parameters = self._build(*self._examples).query.sql_with_params()
        return sql, parameters


class PreparedUpdate(_Statement):
    """A change: `build` makes a queryset and what `update` would be given. `returning`: columns of its table."""

    def __init__(self, build: Callable[..., Any], *examples: Any, returning: Sequence[str] = ()) -> None:
        super().__init__(build, *examples)
        self._returning = returning

    def run(self, *values: Any) -> int:
        """Change the rows; how many there were."""
        number: int = self._execute(this_connection(), values).rowcount
        return number

    def changed(self, *values: Any) -> list[tuple[Any, ...]]:
        """Change the rows; of each the columns `returning`, as they are now."""
        found: list[tuple[Any, ...]] = self._execute(this_connection(), values).fetchall()
        return found

    def _sql(self) -> tuple[str, Sequence[Any]]:
        queryset, changed = self._build(*self._examples)
        query = queryset.order_by().query.chain(UpdateQuery)
        query.add_update_values(changed)
        sql, parameters = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
        quote = this_connection().ops.quote_name
        return (f"{sql} RETURNING {', '.join(map(quote, self._returning))}" if self._returning else sql), parameters


class PreparedDelete(_Statement):
    """A removal: `build` makes a queryset. What refers to the rows is not looked after, as `delete` does."""

    def run(self, *values: Any) -> int:
        """Remove the rows; how many there were."""
        number: int = self._execute(this_connection(), values).rowcount
        return number

    def _sql(self) -> tuple[str, Sequence[Any]]:
        query = self._build(*self._examples).order_by().query.chain(DeleteQuery)
        sql, parameters = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
        return sql, parameters


def row_of(model: type[M], names: Sequence[str], values: Sequence[Any]) -> M:
    """The object of a row, of which these columns are known, as `from_db` makes it without its signals.

    What is not among them is read when it is asked for.
    """
    row = model.__new__(model)
    row._state = state = ModelState()  # noqa: SLF001  documented API of Django
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    row.__dict__.update(zip(names, values, strict=True))
    return row


def new_row(model: type[M], **values: Any) -> M:
    """The object of a row that is to be added, as `model(**values)` makes it without its signals.

    A relation is named by its key (`buyer_id`). Raises TypeError for a name that is no column's.
    """
    constants, made = _defaults(model)
    if not values.keys() <= constants.keys() | made.keys():
        raise TypeError(f"{model.__name__} has no column for all of {', '.join(values)}.")
    row = model.__new__(model)
    row._state = ModelState()  # noqa: SLF001  documented API of Django
    row.__dict__.update(constants)
    row.__dict__.update((name, make()) for name, make in made.items() if name not in values)
    row.__dict__.update(values)
    return row


@cache
def _defaults(model: type[models.Model]) -> tuple[Mapping[str, Any], Mapping[str, Callable[[], Any]]]:
    """What columns hold where nothing is said: values, and what makes one anew for each row."""
    fields = model._meta.concrete_fields  # noqa: SLF001  documented API of Django
    made = {field.attname: field.get_default for field in fields if field.has_default() and callable(field.default)}
    return {field.attname: field.get_default() for field in fields if field.attname not in made}, made


def insert(row: models.Model) -> None:
    """Add a new row, as `save` does without its signals; its key is set where the database gives it."""
    db = this_connection()
    table = _table(type(row), None, db.vendor)
    cursor = _execute(db, f"{table.sql} {table.places}{table.returning}", table.values(db, row.__dict__))
    if table.returning:
        ((row.pk,),) = cursor.fetchall()
    row._state.adding, row._state.db = False, db.alias  # noqa: SLF001  documented API of Django


class Inserting:
    """Rows to be added, made ready before the transaction in which they are, which is then short.

    Each row is its values by the columns' names (all but the key, and a relation as its key: `buyer_id`), as an object
    of the model would hold them; all rows have the same. No default is filled in, and the keys stay unknown. `clash` is
    SQL for one that is there already: ON CONFLICT ... DO UPDATE, as SQLite and PostgreSQL both have it.
    """

    def __init__(self, model: type[models.Model], rows: Sequence[Mapping[str, Any]], clash: str = "") -> None:
        db = this_connection()
        self._clash = clash
        self._table = _table(model, tuple(rows[0]) if rows else None, db.vendor)
        self._rows = [self._table.values(db, row) for row in rows]

    def run(self) -> None:
        """Add them."""
        db = this_connection()
        if db.vendor == "sqlite":
            if self._rows:
                _execute(db, f"{self._table.of(1)} {self._clash}", self._rows, many=True)
            return
        for start in range(0, len(self._rows), ROWS_AT_ONCE):
            batch = self._rows[start : start + ROWS_AT_ONCE]
            values = [value for row in batch for value in row]
            _execute(db, f"{self._table.of(len(batch))} {self._clash}", values)


_AS_IT_IS: Mapping[tuple[type[Any], ...], type[Any]] = {
    (models.CharField, models.TextField): str,
    (models.ForeignKey, models.OneToOneField, models.PositiveIntegerField, models.PositiveBigIntegerField): int,
}


class _Table:
    """How rows of a model are added: those columns of it, or all that are not given by the database."""

    def __init__(self, model: type[models.Model], names: tuple[str, ...] | None, db: BaseDatabaseWrapper) -> None:
        meta, quote = model._meta, db.ops.quote_name  # noqa: SLF001  documented API of Django
        fields = [field for field in meta.concrete_fields if not isinstance(field, models.AutoField)]
        by_name = {field.attname: field for field in fields}
        self.names = tuple(by_name) if names is None else names
        self._fields = [by_name[name] for name in self.names]
        # Most values go into their column as they are, and to be asked for each would cost more than the rest.
        self._plain = [
            next((as_is for kinds, as_is in _AS_IT_IS.items() if type(field) in kinds), None) for field in self._fields
        ]
        columns = ", ".join(quote(str(field.column)) for field in self._fields)
        self.sql = f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES"
        self.places = f"({', '.join(['%s'] * len(self._fields))})"
        given = [str(field.column) for field in meta.concrete_fields if isinstance(field, models.AutoField)]
        self.returning = f" RETURNING {quote(given[0])}" if given else ""

    def of(self, rows: int) -> str:
        """The statement that adds so many rows."""
        return f"{self.sql} {', '.join([self.places] * rows)}"

    def values(self, db: BaseDatabaseWrapper, row: Mapping[str, Any]) -> list[Any]:
        return [
            value if value is None or type(value) is plain else _in_column(field, value, db)
            for plain, field, name in zip(self._plain, self._fields, self.names, strict=True)
            for value in (row[name],)
        ]


def _in_column(field: "models.Field[Any, Any]", value: Any, db: BaseDatabaseWrapper) -> Any:
    """What goes into a column for a value."""
    if type(value) is datetime:
        return _adapted(db, value)
    return _once(field, value, db.vendor) if type(value) in _TOLD_AGAIN else field.get_db_prep_save(value, db)


_TOLD_AGAIN = frozenset({str, tuple})
"""Kinds of values, as an address or a list of names, of which the same few come again and again."""


@lru_cache(maxsize=1024)
def _once(field: "models.Field[Any, Any]", value: Any, _vendor: str) -> Any:
    return field.get_db_prep_save(value, this_connection())


@cache
def _table(model: type[models.Model], names: tuple[str, ...] | None, _vendor: str) -> _Table:
    return _Table(model, names, this_connection())


class _OfThread(threading.local):
    connection: BaseDatabaseWrapper | None = None


_of_thread = _OfThread()


def this_connection() -> BaseDatabaseWrapper:
    """This thread's connection itself, which stays the same: each look through Django's costs as much as a query."""
    known = _of_thread.connection
    if known is None:
        known = _of_thread.connection = connections[DEFAULT_DB_ALIAS]
    return known


def _execute(db: BaseDatabaseWrapper, sql: str, parameters: Sequence[Any], *, many: bool = False) -> Any:
    """Execute a statement, or `many` times with the parameters of each: its cursor.

    Django's own cursor takes as long as SQLite does, for a call's few rows. It is gone around where nobody looks on,
    as tests do that count queries.
    """
    if db.vendor != "sqlite" or db.execute_wrappers or db.force_debug_cursor:
        cursor = db.cursor()
        (cursor.executemany if many else cursor.execute)(sql, parameters)
        return cursor
    if db.connection is None:
        db.ensure_connection()
    try:
        execute = db.connection.executemany if many else db.connection.execute
        return execute(_with_question_marks(sql), parameters)
    except Exception:
        with db.wrap_database_errors:
            raise


@lru_cache(maxsize=256)
def _with_question_marks(sql: str) -> str:
    """The SQL as SQLite's own module takes it."""
    return _PLACE.sub("?", sql).replace("%%", "%")


def aware(moment: datetime) -> datetime:
    """A time as a row has it, with its zone: SQLite's are UTC and do not say so."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _adapted(db: BaseDatabaseWrapper, value: Any) -> Any:
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is UTC and db.vendor == "sqlite":
        # What Django's own way comes to: the same without its zone.
        return str(value)[:-_ZONE]
    return db.ops.adapt_datetimefield_value(value)
