"""The query options that SIMS Primary was seen to take (reference mis-apis.md 2.6), and what they choose of rows.

`$top`, `$skip`, `$select`, and `$filter` with `eq`, `ne`, `ge`, `le` joined by `and`. Anything else is refused, as the
vendor warns that not every option of OData is there.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

Row: TypeAlias = dict[str, Any]
Kind: TypeAlias = Literal["guid", "str", "int", "bool", "dt", "ref", "list"]
Fields: TypeAlias = Mapping[str, Kind]
"""What a set's rows hold: a ref is an object with `ExternalID`, `Type` and `Description`."""

_OF_REF: Fields = {"ExternalID": "guid", "Type": "str", "Description": "str"}
_TERM = re.compile(r"\s*([A-Za-z]+(?:/[A-Za-z]+)?)\s+([a-z]+)\s+('(?:[^']|'')*'|[^\s']+)\s*")
_AND = re.compile(r"\s*and\s+")
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,7})?)?Z")
_WHOLE = re.compile(r"\d{1,9}")
_RANGES = frozenset({"ge", "le"})


class BadQuery(Exception):
    """The query asks for what is not understood; the sentence says what."""


@dataclass(frozen=True, slots=True)
class Term:
    """One comparison of a filter. `value` is a text, a datetime (UTC), a bool, an int, or None for null."""

    path: tuple[str, ...]
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class Options:
    """What a query asks for. `top` None is without an end."""

    top: int | None = None
    skip: int = 0
    terms: tuple[Term, ...] = ()
    select: tuple[str, ...] = ()
    plain: tuple[tuple[str, str], ...] = field(default=())
    """The options that a next link keeps as they stand."""


def read_options(query: tuple[tuple[str, str], ...], fields: Fields, *, ranges: bool, select: bool) -> Options:
    """Read the options for rows of these fields; `ranges` and `select` say whether those are supported at all.

    Raises BadQuery.
    """
    given = dict(query)
    if len(given) < len(query):
        raise BadQuery("A query option must be specified only once.")
    unknown = [
        name for name in given if name not in {"$top", "$skip", "$filter"} and not (select and name == "$select")
    ]
    if unknown:
        raise BadQuery(f"The query option '{unknown[0]}' is not supported.")
    names = tuple(name.strip() for name in given["$select"].split(",")) if "$select" in given else ()
    for name in names:
        _kind((name,), fields)
    return Options(
        top=_number(given["$top"], "$top") if "$top" in given else None,
        skip=_number(given.get("$skip", "0"), "$skip"),
        terms=_terms(given["$filter"], fields, ranges=ranges) if "$filter" in given else (),
        select=names,
        plain=tuple((name, text) for name, text in query if name not in {"$top", "$skip"}),
    )


def fits(row: Row, terms: tuple[Term, ...]) -> bool:
    """Say if a row is what all terms ask for."""
    return all(_OPERATORS[term.operator](_value(row, term.path, term.value), term.value) for term in terms)


def selected(row: Row, names: tuple[str, ...]) -> Row:
    """The row with these fields only; all where none is named."""
    return {name: row.get(name) for name in names} if names else row


def read_moment(text: str) -> datetime:
    """Read a literal of a date with its time, in UTC. Raises BadQuery, for a date alone too (reference 2.6)."""
    if not _MOMENT.fullmatch(text):
        raise BadQuery("A value of type Edm.DateTimeOffset needs a date, a time and Z.")
    try:
        return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)
    except ValueError:
        raise BadQuery("A value of type Edm.DateTimeOffset is no date there is.") from None


def _number(text: str, name: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise BadQuery(f"The value of '{name}' is no whole number.")
    return int(text)


def _terms(text: str, fields: Fields, *, ranges: bool) -> tuple[Term, ...]:
    terms: list[Term] = []
    place = 0
    while True:
        found = _TERM.match(text, place)
        if found is None:
            raise BadQuery("The filter is not understood: only comparisons joined by 'and' are.")
        path, operator, literal = tuple(found[1].split("/")), found[2], found[3]
        if operator not in _OPERATORS or (operator in _RANGES and not ranges):
            raise BadQuery(f"The operator '{operator}' is not supported.")
        terms.append(Term(path, operator, _literal(literal, _kind(path, fields), operator)))
        place = found.end()
        if place == len(text):
            return tuple(terms)
        joined = _AND.match(text, place)
        if joined is None:
            raise BadQuery("Comparisons can be joined by 'and' only.")
        place = joined.end()


def _kind(path: tuple[str, ...], fields: Fields) -> Kind:
    kind = fields.get(path[0])
    if kind == "ref" and len(path) > 1:
        kind = _OF_REF.get(path[1])
    elif len(path) > 1:
        kind = None
    if kind is None:
        raise BadQuery(f"Could not find a property named '{'/'.join(path)}'.")
    return kind


def _literal(text: str, kind: Kind, operator: str) -> Any:
    if text == "null":
        return None
    match kind:
        case "str" if text.startswith("'") and operator not in _RANGES:
            return text[1:-1].replace("''", "'")
        case "guid" if _GUID.fullmatch(text) and operator not in _RANGES:
            return text.lower()
        case "bool" if text in {"true", "false"} and operator not in _RANGES:
            return text == "true"
        case "int" if _WHOLE.fullmatch(text):
            return int(text)
        case "dt":
            return read_moment(text)
    raise BadQuery("The types of the two sides of a comparison are incompatible.")


def _value(row: Row, path: tuple[str, ...], asked: Any) -> Any:
    value: Any = row
    for name in path:
        value = None if value is None else value.get(name)
    return read_moment(value) if isinstance(asked, datetime) and isinstance(value, str) else value


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, asked: value == asked,
    "ne": lambda value, asked: value != asked,
    "ge": lambda value, asked: value is not None and asked is not None and value >= asked,
    "le": lambda value, asked: value is not None and asked is not None and value <= asked,
}
