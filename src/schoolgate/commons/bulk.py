"""Many new rows at once, faster than a model's own way: most of the time of a first import goes into its rows."""

from collections.abc import Iterable, Sequence
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

    One prepared statement for all: a model's `bulk_update` thinks longer about its one than the database needs for it.
    """
    key, *fields = _fields(model, names)
    values = [(*rest, found_by) for found_by, *rest in _prepared([key, *fields], rows)]
    if not values:
        return
    taken = ", ".join(f"{_column(field)} = %s" for field in fields)
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {_table(model)} SET {taken} WHERE {_column(key)} = %s", values)  # noqa: S608  names of ours


def _fields(model: type[models.Model], names: Sequence[str]) -> list["models.Field[Any, Any]"]:
    by_name = {field.name: field for field in model._meta.concrete_fields}  # noqa: SLF001  Django's own way to ask a model
    return [by_name[name] for name in names]


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001


def _column(field: "models.Field[Any, Any]") -> str:
    return connection.ops.quote_name(str(field.column))


def _prepared(fields: Sequence["models.Field[Any, Any]"], rows: Iterable[Values]) -> list[Values]:
    """The rows as the database takes them: a date, say, is not the same to all."""
    to_prepare = [
        (place, field.get_db_prep_save) for place, field in enumerate(fields) if not isinstance(field, _AS_THEY_ARE)
    ]
    if not to_prepare:
        return list(rows)
    prepared: list[Values] = []
    for row in rows:
        ready = list(row)
        for place, prepare in to_prepare:
            if ready[place] is not None:
                ready[place] = prepare(ready[place], connection)
        prepared.append(ready)
    return prepared
