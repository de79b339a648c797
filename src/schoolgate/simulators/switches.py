"""Switches of a simulator: a frozen dataclass, each field made by `switch`, with a sentence that says what it does.

What is inferred about a vendor (marked [I] in the reference) is a switch, so that a later fact costs one setting.
"""

import math
from dataclasses import MISSING, Field, field, fields, replace
from datetime import date
from typing import Any, Literal, TypeAlias, TypeVar, get_args, get_origin, get_type_hints

S = TypeVar("S")

DayOfEach: TypeAlias = tuple[tuple[str, date], ...]
"""A day for some schools, each by its number."""

Standing = Literal["documented", "inferred", "ours"]
"""Whether the vendor says so, whether we only think so, or whether it is for tests and no behaviour of the vendor's."""


_BOOLEANS = {"on": True, "true": True, "off": False, "false": False}


def switch(default: Any, sentence: str, standing: Standing) -> Any:
    """A field of a dataclass of switches."""
    return field(default=default, metadata={"sentence": sentence, "standing": standing})


def described(switches: Any) -> list[dict[str, str]]:
    """Each switch with its value, what it can be, its standing and its sentence; of an instance."""
    return [
        {
            "switch": one.name,
            "value": _text(getattr(switches, one.name)),
            "values": _values(_type_of(type(switches), one)),
            "standing": one.metadata["standing"],
            "meaning": one.metadata["sentence"],
        }
        for one in fields(switches)
    ]


def with_switches(switches: S, changes: dict[str, str]) -> S:
    """The switches with some set, each from a text; raises ValueError with a sentence for what is wrong."""
    known = {one.name: one for one in fields(switches)}  # type: ignore[arg-type]  # a dataclass, which S cannot say
    values = {}
    for name, text in changes.items():
        if name not in known:
            raise ValueError(f"There is no switch {name}. There are: {', '.join(known)}.")
        kind = _type_of(type(switches), known[name])
        try:
            values[name] = _read(kind, text)
        except (KeyError, ValueError):
            raise ValueError(f"{name} cannot be {text}: {_values(kind)}.") from None
    return replace(switches, **values)  # type: ignore[type-var]  # likewise


def _type_of(owner: type, one: "Field[Any]") -> Any:
    assert one.default is not MISSING
    return get_type_hints(owner)[one.name]


def _read(kind: Any, text: str) -> Any:
    if get_origin(kind) is Literal:
        if text not in get_args(kind):
            raise ValueError
        return text
    if kind is bool:
        return _BOOLEANS[text.lower()]
    if kind is date:
        return date.fromisoformat(text)
    if kind == DayOfEach:
        return tuple((school, date.fromisoformat(day)) for school, day in _pairs(text))
    if kind in {int, float}:
        if not 0 <= (number := kind(text)) < math.inf:
            raise ValueError
        return number
    return text


def _pairs(text: str) -> list[list[str]]:
    return [one.strip().split(":", 1) for one in text.split(",") if one.strip()]


def _values(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return ", ".join(get_args(kind))
    if kind == DayOfEach:
        return "schools and dates as 2001:2026-09-01,2002:2026-10-05"
    return {bool: "on, off", date: "a date as 2026-09-01", int: "a whole number", float: "a number"}.get(kind, "a text")


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(f"{school}:{day}" for school, day in value)
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)
