"""The XSD of one version of the student file, compiled once a thread."""

import threading
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from weakref import WeakKeyDictionary

from lxml import etree

from schoolgate.documents.problems import DocumentError
from schoolgate.documents.students.layout import Layout
from schoolgate.documents.xml import parser, utf8

XS = "{http://www.w3.org/2001/XMLSchema}"
OUR_SCHEMAS = files("schoolgate.documents.students") / "schemas"

_made = threading.local()
# Tried: threads that compile their first schemas at the same moment find libxml2's built-in types half made, and every
# schema of the process is then "not usable".
_compiling = threading.Lock()


class StudentSchema:
    """The schema of one version, and where things stand in its files."""

    def __init__(self, layout: Layout, version: str, source: Traversable, *, ours: bool = False) -> None:
        """``source`` is the XSD; ``ours`` says that it comes with the product and its includes go into one text."""
        self.layout = layout
        self.version = version
        self.source = source
        self.ours = ours

    def __repr__(self) -> str:
        return f"StudentSchema({self.layout.kind} {self.version}, {self.source.name})"

    @cached_property
    def text(self) -> str:
        """The XSD, to be read by people and programs; ours stands alone, without includes."""
        return _in_one_text(self.source) if self.ours else b"".join(utf8([self.source.read_bytes()])).decode()

    def validator(self) -> etree.XMLSchema:
        """Give this thread's own compiled schema: one shared by threads gives a document another's errors.

        Raises DocumentError ``schema-broken``.
        """
        validators: WeakKeyDictionary[StudentSchema, etree.XMLSchema]
        validators = _made.__dict__.setdefault("validators", WeakKeyDictionary())
        if self not in validators:
            validators[self] = self._compile()
        return validators[self]

    def _compile(self) -> etree.XMLSchema:
        try:
            document = etree.fromstring(self.text.encode(), parser(), base_url=str(self.source))
            return compiled(document)
        except etree.LxmlError as error:
            raise DocumentError("schema-broken", f"{self.source.name} is not a usable XSD 1.0: {error}") from None


def compiled(document: etree._Element) -> etree.XMLSchema:
    """Compile a schema, for this thread only. Raises LxmlError."""
    with _compiling:
        return etree.XMLSchema(document)


def _in_one_text(source: Traversable) -> str:
    """Put one of our schemas and what it includes into one document, comments and all."""
    root = etree.fromstring(source.read_bytes())
    before = _notes(root)
    _take_in(root, {source.name})
    etree.indent(root)
    notes = "".join(etree.tostring(note, encoding="unicode", with_tail=False) + "\n" for note in before)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{notes}{etree.tostring(root, encoding="unicode")}\n'


def _take_in(root: etree._Element, taken: set[str]) -> None:
    for include in root.findall(f"{XS}include"):
        name = str(include.get("schemaLocation"))
        root.remove(include)
        if name not in taken:
            taken.add(name)
            included = etree.fromstring((OUR_SCHEMAS / name).read_bytes())
            _take_in(included, taken)
            root.extend([*_notes(included), *included])


def _notes(root: etree._Element) -> list[etree._Element]:
    return list(root.itersiblings(etree.Comment, preceding=True))[::-1]
