"""Schemas (XSD 1.0) that come with the product: read into one text without includes, compiled as often as needed."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib.resources.abc import Traversable
from weakref import WeakKeyDictionary

from lxml import etree

XS = "{http://www.w3.org/2001/XMLSchema}"

_made = threading.local()
# Tried: threads that compile their first schemas at the same moment find libxml2's built-in types half made, and every
# schema of the process is then "not usable".
_compiling = threading.Lock()


class OurSchema:
    """A schema of ours, by its folder and the name of its file."""

    def __init__(self, folder: Traversable, name: str) -> None:
        """``folder`` also holds what it includes."""
        self.folder = folder
        self.name = name
        self._free: list[etree.XMLSchema] = []

    def __repr__(self) -> str:
        return f"OurSchema({self.name})"

    @cached_property
    def text(self) -> str:
        """The XSD, to be read by people and programs; it stands alone, without includes."""
        return in_one_text(self.folder, self.name)

    def validator(self) -> etree.XMLSchema:
        """Give this thread's own compiled schema: one shared by threads gives a document another's errors."""
        validators: WeakKeyDictionary[OurSchema, etree.XMLSchema]
        validators = _made.__dict__.setdefault("validators", WeakKeyDictionary())
        if self not in validators:
            validators[self] = compiled(etree.fromstring(self.text.encode()))
        return validators[self]

    @contextmanager
    def lent(self) -> Iterator[etree.XMLSchema]:
        """A compiled schema for nobody else meanwhile: of a server's many threads, few check something at one time."""
        try:
            validator = self._free.pop()
        except IndexError:
            validator = compiled(etree.fromstring(self.text.encode()))
        try:
            yield validator
        finally:
            self._free.append(validator)


def compiled(document: etree._Element) -> etree.XMLSchema:
    """Compile a schema, for this thread only. Raises LxmlError."""
    with _compiling:
        return etree.XMLSchema(document)


def in_one_text(folder: Traversable, name: str) -> str:
    """Put one of our schemas and what it includes into one document, comments and all.

    What is included takes the including schema's default namespace, which must be its target, for its own.
    """
    root = etree.fromstring((folder / name).read_bytes())
    before = _notes(root)
    _take_in(root, folder, {name})
    etree.indent(root)
    notes = "".join(etree.tostring(note, encoding="unicode", with_tail=False) + "\n" for note in before)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{notes}{etree.tostring(root, encoding="unicode")}\n'


def _take_in(root: etree._Element, folder: Traversable, taken: set[str]) -> None:
    for include in root.findall(f"{XS}include"):
        name = str(include.get("schemaLocation"))
        root.remove(include)
        if name not in taken:
            taken.add(name)
            included = etree.fromstring((folder / name).read_bytes())
            _take_in(included, folder, taken)
            root.extend([*_notes(included), *included])


def _notes(root: etree._Element) -> list[etree._Element]:
    return list(root.itersiblings(etree.Comment, preceding=True))[::-1]
