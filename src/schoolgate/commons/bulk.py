"""Many new rows at once, faster than a model's own way: most of the time of a first import goes into its rows."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from typing import Any, TypeAlias

from django.db import connection, models

Values: TypeAlias = Sequence[Any]
"""The values of one row."""

_AS_THEY_ARE = (
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.BooleanField,
    models.BinaryField,
    models.ForeignKey,
)
"""Fields whose values every database driver takes as Python has them."""


def take_ids(model: type[models.Model], number: int) -> Sequence[int]:
    """Take ids for new rows, which no row had before; ascending, for use in the caller's transaction.

    On SQLite, where a transaction has the database to itself, they must be used before more are taken.
    """
    table = model._meta.db_table  # noqa: SLF001  Django's own way to ask a model
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sequence = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
            cursor.execute(sequence, [table, number])
            return [one for (one,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        (last,) = cursor.fetchone() or (0,)
    return range(last + 1, last + 1 + number)


def insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Values]) -> None:
    """Insert rows, all new, given as the values of the fields ``names`` (of a foreign key: the id).

    PostgreSQL copies them in, SQLite runs one prepared statement for all. Ids that the database gives are not read
    back, and defaults are not filled in. Raises IntegrityError as `bulk_create` does.
    """
    fields = _fields(model, names)
    values = _prepared(fields, rows)
    if not values:
        return
    table, columns = _table(model), ", ".join(map(_column, fields))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for one in values:
                    copy.write_row(one)
        else:
            places = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", values)  # noqa: S608  names of ours


def update(model: type[models.Model], names: Sequence[str], rows: Iterable[Values]) -> None:
    """Write other values into rows, given as those of the fields ``names``, of which the first finds the row.

    SQLite runs one prepared statement for all, PostgreSQL joins them as a table: a model's `bulk_update` thinks longer
    about its one than the database needs for it. Of two rows found by one value the later counts.
    """
    key, *fields = _fields(model, names)
    last = {row[0]: row for row in _prepared([key, *fields], rows)}
    if not last:
        return
    table, found_by, columns = _table(model), _column(key), [_column(field) for field in fields]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            taken = ", ".join(f"{column} = given.{column}" for column in columns)
            lists = ", ".join(f"%s::{_list_type(field)}" for field in (key, *fields))
            given = f"unnest({lists}) AS given({', '.join([found_by, *columns])})"
            sql = f"UPDATE {table} SET {taken} FROM {given} WHERE {table}.{found_by} = given.{found_by}"  # noqa: S608  names of ours
            cursor.execute(sql, [list(column) for column in zip(*last.values(), strict=True)])
        else:
            taken = ", ".join(f"{column} = %s" for column in columns)
            values = [(*rest, its_key) for its_key, *rest in last.values()]
            cursor.executemany(f"UPDATE {table} SET {taken} WHERE {found_by} = %s", values)  # noqa: S608  names of ours


def _fields(model: type[models.Model], names: Sequence[str]) -> list["models.Field[Any, Any]"]:
    by_name = {field.name: field for field in model._meta.concrete_fields}  # noqa: SLF001  Django's own way to ask a model
    return [by_name[name] for name in names]


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001


def _column(field: "models.Field[Any, Any]") -> str:
    return connection.ops.quote_name(str(field.column))


def _list_type(field: "models.Field[Any, Any]") -> str:
    """The type of a list of its values: of texts without their length, to which they would be cut and not refused."""
    of_one = str(field.db_type(connection))
    return "text[]" if of_one.startswith("varchar") else f"{of_one}[]"


def _prepared(fields: Sequence["models.Field[Any, Any]"], rows: Iterable[Values]) -> list[Values]:
    """The rows as the database takes them: a date, say, is not the same to all."""
    to_prepare = [
        (place, _preparing(field)) for place, field in enumerate(fields) if not isinstance(field, _AS_THEY_ARE)
    ]
    if not to_prepare:
        return list(rows)
    prepared: list[Values] = []
    for row in rows:
        ready = list(row)
        for place, prepare in to_prepare:
            if ready[place] is not None:
                ready[place] = prepare(ready[place])
        prepared.append(ready)
    return prepared


def _preparing(field: "models.Field[Any, Any]") -> Callable[[Any], Any]:
    prepare = partial(field.get_db_prep_save, connection=connection)
    # Many rows have their days and times in common.
    return cache(prepare) if isinstance(field, models.DateField) else prepare
