"""The forms a value of a record can have: how it is read, compared, joined with the held one, and shown.

Three rules hold for every form, and for every group made of them:

* ``normal`` is what two values are compared by;
* ``join`` gives what is held once the incoming value is taken: joining the same again changes nothing;
* what the incoming value does not say stays. It is told by ``lacks``, and a person decides (DESIGN 7, absence).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from schoolgate.authority.records.groups import spelling
from schoolgate.authority.records.groups.canonical import canonical
from schoolgate.documents.codes.code_sets import code_set
from schoolgate.documents.students.entries import WRAPPERS, Record
from schoolgate.documents.students.wording import item_for

Value = Any
"""JSON-able: a text, a dict of values, or a list of values."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a screen: ``within`` names what it is part of, as ``Contact 2``; empty at the top."""

    item: str
    """The name of the item in its group, as the document has it."""
    label: str
    text: str
    within: str = ""


class Form(ABC):
    """A form of values."""

    @abstractmethod
    def read(self, value: Value) -> Value | None:
        """What of a record's value has this form: a new object; None for nothing."""

    @abstractmethod
    def normal(self, value: Value) -> Value:
        """The value without harmless differences."""

    @abstractmethod
    def text(self, value: Value) -> str:
        """The value in words, on one line."""

    @abstractmethod
    def leaves(self, path: str) -> Iterator[str]:
        """The paths of the texts that may stand in a value at ``path``."""

    def join(self, held: Value, incoming: Value) -> Value:
        """What is held after ``incoming`` was taken; ``held`` itself where they differ in spelling only."""
        return held if self.normal(held) == self.normal(incoming) else incoming

    def lacks(self, held: Value, incoming: Value) -> bool:
        """Whether a part that is held is not said any more."""
        return False

    def parts(self, value: Value) -> list[Value]:
        """What of a value a person can refuse for itself, each in the value's own form."""
        return [value]

    def whole(self, parts: list[Value]) -> Value:
        """The value of these parts."""
        return parts[0]

    @property
    def is_in_parts(self) -> bool:
        """Whether its parts are known one by one."""
        return False

    @property
    def can_be_typed(self) -> bool:
        """Whether a person can write such a value: all but what no schema names."""
        return True

    def rows(self, steps: tuple[str, ...], value: Value, within: str = "") -> Iterator[Row]:
        """Lines for a screen; ``steps`` lead to the value, the last one being its own name."""
        yield Row(steps[0], item_for(steps).words, self.text(value), within)


@dataclass(frozen=True, slots=True)
class Leaf(Form):
    """A text."""

    spelling: Callable[[str], str] = spelling.as_written
    words: Callable[[str], str] = str
    codes: str = ""
    """The name of the code set that it is of; empty for a text."""

    def read(self, value: Value) -> Value | None:
        return value if isinstance(value, str) and value else None

    def normal(self, value: Value) -> Value:
        return self.spelling(value)

    def text(self, value: Value) -> str:
        return self.words(value)

    def leaves(self, path: str) -> Iterator[str]:
        yield path


@dataclass(frozen=True, slots=True)
class Once(Form):
    """A text that is taken when none is held, and never replaced: what another MIS would say differently each week."""

    leaf: Leaf

    def read(self, value: Value) -> Value | None:
        return self.leaf.read(value)

    def normal(self, value: Value) -> Value:
        return self.leaf.normal(value)

    def text(self, value: Value) -> str:
        return self.leaf.text(value)

    def leaves(self, path: str) -> Iterator[str]:
        yield path

    def join(self, held: Value, incoming: Value) -> Value:
        return held


@dataclass(frozen=True, slots=True)
class Fields(Form):
    """Several named values that make one: an incoming one replaces the held one whole.

    ``on_one_line`` shows them beside each other.
    """

    fields: Mapping[str, Form]
    on_one_line: bool = False

    def read(self, value: Value) -> Value | None:
        if not isinstance(value, dict):
            return None
        found: Record = {}
        for name, part in value.items():
            form = self.fields.get(name)
            if form is None:
                continue
            # Most parts are texts: a call for each of them is most of the time of reading.
            read = part if part and type(part) is str and type(form) is Leaf else form.read(part)
            if read is not None:
                found[name] = read
        return found or None

    def normal(self, value: Value) -> Value:
        return {name: self.fields[name].normal(part) for name, part in value.items()}

    def text(self, value: Value) -> str:
        return ", ".join(form.text(value[name]) for name, form in self.fields.items() if name in value)

    def leaves(self, path: str) -> Iterator[str]:
        for name, form in self.fields.items():
            yield from form.leaves(f"{path}/{name}")

    @property
    def can_be_typed(self) -> bool:
        return all(form.can_be_typed for form in self.fields.values())

    def fill(self, held: Record, incoming: Record) -> Record:
        """Join field by field: what ``incoming`` does not say stays."""
        joined = dict(held)
        for name, part in incoming.items():
            joined[name] = self.fields[name].join(held[name], part) if name in held else part
        return joined

    def omits(self, held: Record, incoming: Record) -> bool:
        """Whether ``incoming`` leaves out a field, or a part of one, that ``held`` has."""
        return any(name not in incoming or self.fields[name].lacks(part, incoming[name]) for name, part in held.items())

    def rows(self, steps: tuple[str, ...], value: Value, within: str = "") -> Iterator[Row]:
        if self.on_one_line:
            yield Row(steps[0], item_for(steps).words, self.text(value), within)
            return
        for name, form in self.fields.items():
            if name in value:
                yield from form.rows((*steps, name), value[name], within)


@dataclass(frozen=True, slots=True)
class Set(Form):
    """Several values whose order and repetition do not count: an incoming set replaces the held one whole."""

    member: Form

    def read(self, value: Value) -> Value | None:
        members = map(self.member.read, value) if isinstance(value, list) else ()
        return [member for member in members if member is not None] or None

    def normal(self, value: Value) -> Value:
        each = {canonical(member): member for member in map(self.member.normal, value)}
        return [each[text] for text in sorted(each)]

    def text(self, value: Value) -> str:
        return "; ".join(map(self.member.text, value))

    @property
    def can_be_typed(self) -> bool:
        return self.member.can_be_typed

    def leaves(self, path: str) -> Iterator[str]:
        return self.member.leaves(path)

    def rows(self, steps: tuple[str, ...], value: Value, within: str = "") -> Iterator[Row]:
        if isinstance(self.member, Leaf):
            yield Row(steps[0], item_for(steps).words, self.text(value), within)
            return
        below = (*steps, WRAPPERS.get(steps[-1], steps[-1]))
        for number, member in enumerate(value, start=1):
            heading = within
            if not (isinstance(self.member, Fields) and self.member.on_one_line):
                own = f"{item_for(below).words} {number}" if len(value) > 1 else item_for(below).words
                heading = f"{within} > {own}" if within else own
            yield from self.member.rows(below, member, heading)


@dataclass(frozen=True, slots=True)
class Ranked(Set):
    """Several values whose order counts."""

    def normal(self, value: Value) -> Value:
        return [self.member.normal(member) for member in value]


@dataclass(frozen=True, slots=True)
class Events(Set):
    """Several things that are known one by one: an incoming one fills the held one it is about, and none is dropped.

    ``keys`` are ways to tell which is about which, tried in turn: names of fields that must all be there and agree.
    Where several of one side have the same key nobody can tell them apart: the incoming ones stand for all of those.
    A system's own key, which is taken once, is none where several share it: they are told apart by the next.
    """

    member: Fields
    keys: tuple[tuple[str, ...], ...]

    def join(self, held: Value, incoming: Value) -> Value:
        pairs, unheld = self._paired(held, incoming)
        joined: list[Record] = []
        for place, member in enumerate(held):
            replacing = pairs.get(place)
            if replacing is None or replacing == member:
                joined.append(member)
            elif isinstance(replacing, dict):
                joined.append(self.member.fill(member, replacing))
            else:
                joined += replacing
        joined += unheld
        return held if joined == held or self.normal(joined) == self.normal(held) else joined

    def lacks(self, held: Value, incoming: Value) -> bool:
        pairs, _ = self._paired(held, incoming)
        for place, member in enumerate(held):
            said = pairs.get(place)
            if said is None or (isinstance(said, dict) and said != member and self.member.omits(member, said)):
                return True
        return False

    def parts(self, value: Value) -> list[Value]:
        return [[member] for member in value]

    def whole(self, parts: list[Value]) -> Value:
        return [member for part in parts for member in part]

    @property
    def is_in_parts(self) -> bool:
        return True

    def _paired(self, held: list[Record], incoming: list[Record]) -> tuple[dict[int, Any], list[Record]]:
        """By place in ``held``: the one member that fills it, or the members that stand in its stead; and the rest."""
        pairs: dict[int, Record | list[Record]] = {}
        left_held, left_incoming = dict(enumerate(held)), dict(enumerate(incoming))
        for key in (*self.keys, ()):
            theirs = self._by_key(key, left_incoming)
            for value, ours in self._by_key(key, left_held).items():
                said = theirs.get(value)
                if said is None:
                    continue
                one_each = len(ours) == len(said) == 1
                if not one_each and self._is_own(key):
                    continue
                for place in ours:
                    pairs[place] = []
                    del left_held[place]
                pairs[ours[0]] = incoming[said[0]] if one_each else [incoming[place] for place in said]
                for place in said:
                    del left_incoming[place]
        return pairs, [incoming[place] for place in left_incoming]

    def _is_own(self, key: tuple[str, ...]) -> bool:
        """Whether it is the key that a system gives to each."""
        return bool(key) and all(isinstance(self.member.fields[name], Once) for name in key)

    def _by_key(self, key: tuple[str, ...], members: Mapping[int, Record]) -> dict[str, list[int]]:
        """The places of the members that have this key, by its value; without names all of a member is its key."""
        places: dict[str, list[int]] = {}
        for place, member in members.items():
            if all(name in member for name in key):
                part = {name: member[name] for name in key} if key else member
                places.setdefault(canonical(self.member.normal(part)), []).append(place)
        return places


@dataclass(frozen=True, slots=True)
class Open(Form):
    """What no schema names: taken as it is."""

    names: tuple[str, ...]
    """The names that are known; there may be others."""

    def read(self, value: Value) -> Value | None:
        return value if isinstance(value, dict) and value else None

    def normal(self, value: Value) -> Value:
        return value

    def text(self, value: Value) -> str:
        return value if isinstance(value, str) else canonical(value)

    @property
    def can_be_typed(self) -> bool:
        return False

    def leaves(self, path: str) -> Iterator[str]:
        yield path

    def rows(self, steps: tuple[str, ...], value: Value, within: str = "") -> Iterator[Row]:
        for name, part in value.items():
            yield Row(steps[0], item_for((*steps, name)).words, self.text(part), within)


def _date_in_words(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.day} {day:%B} {day.year}"


def _yes_no_in_words(text: str) -> str:
    return {"true": "Yes", "false": "No"}.get(spelling.yes_no(text), text)


def _pounds_in_words(text: str) -> str:
    worth = spelling.worth(text)
    return text if worth is None else f"£{worth:,.2f}"


TEXT = Leaf()
NAME = Leaf(spelling.name)
PHONE = Leaf(spelling.phone)
POSTCODE = Leaf(spelling.postcode)
DATE = Leaf(words=_date_in_words)
YES_NO = Leaf(spelling.yes_no, _yes_no_in_words)
NUMBER = Leaf(spelling.number)
POUNDS = Leaf(spelling.number, _pounds_in_words)


def code(set_name: str, same: Mapping[str, str] | None = None) -> Leaf:
    """A code of one of ``documents.codes``; ``same`` tells which codes mean the same as another."""
    codes = code_set(set_name)
    same = same or {}
    return Leaf(
        lambda text: same.get(text, text),
        lambda text: f"{codes.label(text)} ({text})" if codes.is_known(text) else text,
        set_name,
    )
