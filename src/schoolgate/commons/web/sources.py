"""Where the rows of a table come from: a query, or a list in memory. Both search, filter and sort alike."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol, Self

from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.utils import timezone


class Source(Protocol):
    """Rows that can be narrowed and ordered; every step returns a new source. Paths are as Django's: `base__name`."""

    def search(self, paths: Sequence[str], text: str) -> Self:
        """Keep the rows that hold the text, without regard to case, in one of the paths."""

    def exactly(self, path: str, text: str) -> Self:
        """Keep the rows whose value is written so."""

    def narrowed(self, how: Callable[[Any, str], Any], text: str) -> Self:
        """Keep what ``how`` leaves of the query or list for this text."""

    def between(self, path: str, first: date | None, last: date | None) -> Self:
        """Keep the rows of these days in London, both included."""

    def order(self, path: str, *, descending: bool) -> Self:
        """Put the rows in order, those without a value last."""

    def rows(self) -> Any:
        """What Django's Paginator takes."""

    def each(self) -> Iterable[Any]:
        """Every row, one after the other, for downloads."""

    def count(self) -> int: ...


class QueryRows:
    """Rows of a query."""

    def __init__(self, query: QuerySet[Any]) -> None:
        self._query = query

    def search(self, paths: Sequence[str], text: str) -> Self:
        wanted = Q()
        for path in paths:
            wanted |= Q(**{f"{path}__icontains": text})
        return type(self)(self._query.filter(wanted))

    def exactly(self, path: str, text: str) -> Self:
        try:
            return type(self)(self._query.filter(**{path: text}))
        except (ValueError, ValidationError):
            # Letters where the column holds numbers: no row is written so.
            return type(self)(self._query.none())

    def narrowed(self, how: Callable[[Any, str], Any], text: str) -> Self:
        return type(self)(how(self._query, text))

    def between(self, path: str, first: date | None, last: date | None) -> Self:
        query = self._query
        if first:
            query = query.filter(**{f"{path}__gte": start_of_day(first)})
        if last:
            query = query.filter(**{f"{path}__lt": start_of_day(last + timedelta(days=1))})
        return type(self)(query)

    def order(self, path: str, *, descending: bool) -> Self:
        last = True if self._may_be_empty(path) else None
        value = F(path).desc(nulls_last=last) if descending else F(path).asc(nulls_last=last)
        return type(self)(self._query.order_by(value, "-pk" if descending else "pk"))

    def _may_be_empty(self, path: str) -> bool:
        """Whether the column holds rows without a value, which come last, as in lists; else an index can order it."""
        fields = self._query.model._meta.concrete_fields  # noqa: SLF001  documented, whatever its name
        return any(field.name == path and field.null for field in fields)

    def rows(self) -> QuerySet[Any]:
        return self._query

    def each(self) -> Iterable[Any]:
        return self._query.iterator(chunk_size=500)

    def count(self) -> int:
        return self._query.count()


class ListRows:
    """Rows in memory."""

    def __init__(self, items: Sequence[Any]) -> None:
        self._items = list(items)

    def search(self, paths: Sequence[str], text: str) -> Self:
        wanted = text.casefold()
        return type(self)(
            [item for item in self._items if any(wanted in str(follow(item, path)).casefold() for path in paths)]
        )

    def exactly(self, path: str, text: str) -> Self:
        return type(self)([item for item in self._items if str(follow(item, path)) == text])

    def narrowed(self, how: Callable[[Any, str], Any], text: str) -> Self:
        return type(self)(how(self._items, text))

    def between(self, path: str, first: date | None, last: date | None) -> Self:
        def within(item: Any) -> bool:
            moment = follow(item, path)
            return (
                moment is not None
                and (first is None or moment >= start_of_day(first))
                and (last is None or moment < start_of_day(last + timedelta(days=1)))
            )

        return type(self)([item for item in self._items if within(item)])

    def order(self, path: str, *, descending: bool) -> Self:
        valued = [item for item in self._items if follow(item, path) is not None]
        empty = [item for item in self._items if follow(item, path) is None]
        return type(self)(sorted(valued, key=lambda item: follow(item, path), reverse=descending) + empty)

    def rows(self) -> list[Any]:
        return self._items

    def each(self) -> Iterable[Any]:
        return self._items

    def count(self) -> int:
        return len(self._items)


def follow(row: Any, path: str) -> Any:
    """The value at a path of a row: attributes, or keys of a mapping; None where the path ends early."""
    for name in path.split("__"):
        if row is None:
            return None
        row = row.get(name) if isinstance(row, dict) else getattr(row, name)
    return row


def start_of_day(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
