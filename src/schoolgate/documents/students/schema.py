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
from schoolgate.documents.xsd import compiled, in_one_text

OUR_SCHEMAS = files("schoolgate.documents.students") / "schemas"

_made = threading.local()


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
        if self.ours:
            return in_one_text(OUR_SCHEMAS, self.source.name)
        return b"".join(utf8([self.source.read_bytes()])).decode()

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
