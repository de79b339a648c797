"""The start of a student file: which form it is, what its header says, and the frame around its pupils."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from xml.parsers import expat

from schoolgate.documents.problems import DocumentError
from schoolgate.documents.staff.layout import PER_LAYOUT
from schoolgate.documents.students.doors import other_document, refuse_what_is_not_xml
from schoolgate.documents.students.layout import CES_LAYOUT, CTF_LAYOUT, Kind, Layout
from schoolgate.documents.xml import not_well_formed, scanner, utf8

HEAD_LIMIT = 65_536
"""The header, and the start tag of the list of pupils, must stand within so many bytes."""

_DEPTH_LIMIT = 32
_DATE_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
_LA = "[0-9]{3}|[A-Z]{3}"
_SCHOOL = "[0-9]{4}|[A-Z]{4}"
_TEXT = "(?s).{0,255}"
_START_TAG = re.compile(rb"""<[^\s/>]+(?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*/?>""")


@dataclass(frozen=True, slots=True)
class Header:
    """What a student file says of itself (reference 3.2 and 4.2)."""

    kind: Kind
    version: str
    document_name: str
    created: datetime
    """Local time as written in the file, without a zone."""
    qualifier: Literal["full", "partial"]
    supplier: str
    source_la: str
    source_school: str
    school_name: str
    academic_year: int
    """The year in which it began."""
    destination_la: str
    destination_school: str
    """``LLLL`` for the LA itself."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands before and after the pupils: each run of them is read within it, as a small document of its own."""

    head: bytes
    """All up to the end of the list's start tag."""
    tail: bytes
    """The end tags that close the list and the root."""
    elements: int
    """How many elements begin in ``head``."""


@dataclass(frozen=True, slots=True)
class Start:
    """What the start of a file tells."""

    layouts: tuple[Layout, ...]
    """The forms with this root and list, never empty; more than one when an operator added a schema beside ours."""
    values: Mapping[str, str]
    """The texts of the first elements, and the attributes, by path below the root."""
    frame: Frame

    def value_of(self, field: str, layout: Layout) -> str:
        """The text of a header field, empty where there is none."""
        return self.values.get(layout.fields.get(field, ""), "")


class _ListFound(Exception):
    """Stops expat: the list of pupils begins here."""


class _HeaderOver(Exception):
    """Stops expat: the first child of an unknown root has ended."""


class _Scan:
    """Walks the start of a document with expat and remembers what it met."""

    def __init__(self, layouts: Sequence[Layout]) -> None:
        self.known = layouts
        self.layouts: tuple[Layout, ...] = ()
        self.root = ""
        self.values: dict[str, str] = {}
        self.elements = 0
        self.list_at = 0
        self.tags: list[str] = []
        self.steps: list[str] = []
        self.text = ""
        self.parser = scanner()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        prefix, _, name = tag.rpartition(":")
        self.elements += 1
        self.tags.append(tag)
        self.text = ""
        if len(self.tags) > _DEPTH_LIMIT:
            raise DocumentError(
                "header-too-deep",
                f"Elements stand more than {_DEPTH_LIMIT} deep within each other at the start of the file.",
                line=self.parser.CurrentLineNumber,
            )
        if len(self.tags) == 1:
            namespace = attributes.get(f"xmlns:{prefix}" if prefix else "xmlns", "")
            self.root = name
            self.layouts = tuple(form for form in self.known if (form.root, form.namespace) == (name, namespace))
        else:
            self.steps.append(name)
        for attribute, value in attributes.items():
            self.values.setdefault("/".join([*self.steps, f"@{attribute}"]), value)
        if len(self.tags) == 2 and (holding := tuple(form for form in self.layouts if form.pupils == name)):
            self.layouts = holding
            self.list_at = self.parser.CurrentByteIndex
            raise _ListFound

    def end(self, tag: str) -> None:
        if self.steps:
            if text := self.text.strip():
                self.values.setdefault("/".join(self.steps), text)
            self.steps.pop()
        self.tags.pop()
        self.text = ""
        if len(self.tags) == 1 and not self.layouts:
            raise _HeaderOver

    def characters(self, text: str) -> None:
        self.text += text


def read_start(data: bytes, layouts: Sequence[Layout], *, whole: bool) -> Start:
    """Read the start of a document in UTF-8, as ``xml.utf8`` gives it; ``whole`` says that ``data`` is all of it.

    A whole document without a list of pupils gets an empty frame, for the schema to judge.
    Raises DocumentError: ``doctype``, ``not-well-formed``, ``wrong-door``, ``unknown-root``, ``header-too-deep``,
    ``header-too-long``.
    """
    scan = _Scan(layouts)
    try:
        scan.parser.Parse(data, whole)
    except _ListFound:
        tag = _START_TAG.match(data, scan.list_at)
        if tag is not None:
            open_tags = scan.tags if not tag[0].endswith(b"/>") else scan.tags[:1]
            tail = "".join(f"</{name}>" for name in reversed(open_tags)).encode()
            return Start(scan.layouts, scan.values, Frame(data[: tag.end()], tail, scan.elements))
    except _HeaderOver:
        pass
    except expat.ExpatError as error:
        raise not_well_formed(error.code, error.lineno, error.offset + 1) from None
    if scan.root and not scan.layouts:
        raise other_document(scan.root, scan.values)
    if not scan.root or not whole:
        raise DocumentError(
            "header-too-long", f"The list of pupils does not begin within the first {HEAD_LIMIT:,} bytes."
        )
    return Start(scan.layouts, scan.values, Frame(b"", b"", 0))


def header_of(start: Start, layout: Layout) -> Header:
    """Turn the texts of a header into a ``Header``. Raises DocumentError ``header-field`` naming the field."""

    def field(name: str, form: str, default: str = "") -> str:
        path = layout.fields.get(name)
        value = start.value_of(name, layout) if path else default
        if not re.fullmatch(form, value):
            raise DocumentError(
                "header-field",
                f"The header does not say the {name.replace('_', ' ')} as it should, in {path or 'any element'}.",
                remedy="Export the file again from your MIS. If it happens again, tell your MIS supplier.",
            )
        return value

    created = _instant(field("created", _DATE_TIME))
    began = created.year if created.month >= 8 else created.year - 1
    return Header(
        kind=layout.kind,
        version=field("version", r"\S{1,20}"),
        document_name=field("document_name", _TEXT),
        created=created,
        qualifier="full" if field("qualifier", "(?i)full|partial", "partial").lower() == "full" else "partial",
        supplier=field("supplier", _TEXT),
        source_la=field("source_la", _LA),
        source_school=field("source_school", _SCHOOL),
        school_name=field("school_name", _TEXT),
        academic_year=int(field("academic_year", "[0-9]{4}", str(began))),
        destination_la=field("destination_la", _LA),
        destination_school=field("destination_school", _SCHOOL, "LLLL"),
    )


def _instant(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written[:26])
    except ValueError:
        raise DocumentError("header-field", "The header does not say a real date and time of its creation.") from None


def read_header(first_bytes: bytes, layouts: Sequence[Layout] = (CES_LAYOUT, CTF_LAYOUT, PER_LAYOUT)) -> Header:
    """Read the header from a file's first bytes, as they stand in the file; 64 KiB are always enough.

    The version is not judged. Raises DocumentError as ``refuse_what_is_not_xml``, ``xml.utf8``, ``read_start`` and
    ``header_of`` do.
    """
    first = first_bytes[:HEAD_LIMIT]
    refuse_what_is_not_xml(first)
    start = read_start(b"".join(utf8([first], whole=False)), layouts, whole=False)
    fitting = (layout for layout in start.layouts if start.value_of("version", layout))
    return header_of(start, next(fitting, start.layouts[0]))
