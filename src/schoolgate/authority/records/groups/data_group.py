"""A data group: items of a pupil or an enrolment that are compared and decided together; so of a member of staff."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, TypeAlias

from schoolgate.authority.records.groups.forms import Form, Leaf, Once, Row, Value
from schoolgate.authority.records.subjects import PUPIL, Subject
from schoolgate.documents.students.entries import Record
from schoolgate.documents.students.wording import item_for

Payload: TypeAlias = dict[str, Any]
"""What is held of one group: the values of its items by their names, as the record has them. JSON-able."""


class Item:
    """One item of a group: a value of a record, and its form."""

    __slots__ = ("form", "label", "name", "path", "steps")

    def __init__(self, path: str, form: Form, *, label: str = "") -> None:
        """``path`` leads from the pupil to the value, as ``BasicDetails/FormerUPN``; its last step is the name.

        ``label`` is what people call it, where that is not what a school's office is told (``students.wording``).
        """
        self.path = path
        self.steps = tuple(path.split("/"))
        self.name = self.steps[-1]
        self.form = form
        self.label = label or item_for((self.name,)).words

    def __repr__(self) -> str:
        return f"Item({self.path})"

    def find(self, record: Record) -> Value | None:
        """The item's value in a record; None when the record says nothing of it, or nothing that has its form."""
        value: Any = record
        for step in self.steps:
            value = value.get(step) if isinstance(value, dict) else None
            if value is None:
                return None
        return self.form.read(value)


@dataclass(frozen=True, eq=False)
class DataGroup:
    """A group of items.

    ``number`` (0 to 63) is permanent: it is part of the keys of rows. ``of`` says what a row of it belongs to: the
    pupil, whoever tells of it, or the enrolment, so that no school writes over what another said. ``subject`` says
    of which persons it tells: a member of staff takes the pupil's place, an engagement the enrolment's (ADR 024).
    """

    number: int
    name: str
    label: str
    of: Literal["pupil", "enrolment"]
    items: tuple[Item, ...]
    subject: Subject = PUPIL

    @cached_property
    def _forms(self) -> Mapping[str, Form]:
        return {item.name: item.form for item in self.items}

    def form_of(self, item: str) -> Form:
        """The form of one of the items; raises KeyError for another's."""
        return self._forms[item]

    def read(self, record: Record) -> Payload | None:
        """What a pupil's record says of this group; None when it says nothing of it."""
        found = ((item.name, item.find(record)) for item in self.items)
        return {name: value for name, value in found if value is not None} or None

    def write(self, payload: Payload) -> Record:
        """The part of a pupil's record that says this again."""
        record: Record = {}
        for item in self.items:
            if item.name in payload:
                above = record
                for step in item.steps[:-1]:
                    above = above.setdefault(step, {})
                above[item.name] = payload[item.name]
        return record

    def normal(self, payload: Payload) -> Payload:
        """What two payloads are compared by: without differences that do not count."""
        return {name: self._forms[name].normal(value) for name, value in payload.items()}

    def joined(self, held: Payload | None, incoming: Payload) -> Payload:
        """What is held once all of ``incoming`` is taken. What it does not say stays."""
        joined = dict(held or {})
        for name, value in incoming.items():
            joined[name] = self._forms[name].join(joined[name], value) if name in joined else value
        return joined

    def differing(self, held: Payload | None, incoming: Payload) -> tuple[str, ...]:
        """The names of the items that taking ``incoming`` would change, in the group's order."""
        return tuple(name for name in self._forms if name in incoming and self._changes(name, held or {}, incoming))

    def _changes(self, name: str, held: Payload, incoming: Payload) -> bool:
        if name not in held:
            return True
        form, ours, theirs = self._forms[name], held[name], incoming[name]
        if ours == theirs:
            return False
        joined = form.join(ours, theirs)
        return joined is not ours and bool(form.normal(joined) != form.normal(ours))

    def missing(self, held: Payload | None, incoming: Payload | None) -> tuple[str, ...]:
        """The names of the items of which something is held that ``incoming`` does not say: candidates for removal."""
        said = incoming or {}
        return tuple(
            name
            for name, form in self._forms.items()
            if name in (held or {}) and (name not in said or form.lacks((held or {})[name], said[name]))
        )

    def show(self, payload: Payload) -> list[Row]:
        """The payload in words, line by line."""
        rows: list[Row] = []
        for item in self.items:
            if item.name in payload:
                own = list(item.form.rows((item.name,), payload[item.name]))
                rows += [replace(own[0], label=item.label)] if isinstance(item.form, (Leaf, Once)) else own
        return rows

    def leaves(self) -> Iterator[str]:
        """The paths below a pupil of all that this group can hold."""
        for item in self.items:
            yield from item.form.leaves(item.path)


def together(fragments: Iterable[Record]) -> Record:
    """Put what several groups wrote into one record."""
    record: Record = {}
    for fragment in fragments:
        _add(record, fragment)
    return record


def _add(record: Record, fragment: Record) -> None:
    for name, value in fragment.items():
        if isinstance(value, dict) and isinstance(record.get(name), dict):
            _add(record[name], value)
        else:
            record[name] = dict(value) if isinstance(value, dict) else value
