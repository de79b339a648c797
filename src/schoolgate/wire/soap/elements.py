"""XML of a few elements, as envelopes are, read from memory within bounds: no DTD, and nothing without a limit.

Made for texts from anybody that come ten thousand times a minute: one pass of expat builds a tree of our own. expat
is not asked to resolve namespaces, since it would copy a long one's name for each element and attribute of it.
"""

from collections.abc import Iterator, Mapping
from xml.parsers import expat

from schoolgate.documents.problems import DocumentError
from schoolgate.documents.xml import utf8

MOST_ELEMENTS = 1_000
MOST_ATTRIBUTES = 64
DEEPEST = 32
BLOCK = 262_144
"""Bytes read at a time: no tag may be longer than two of them."""

_PREFIXES = {"xml": "http://www.w3.org/XML/1998/namespace", "xmlns": "http://www.w3.org/2000/xmlns/"}
_TOO_LARGE = "It holds more elements or attributes, or deeper or longer ones, than are taken."
_MALFORMED = "It is not well-formed XML."

_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "us-ascii": "ascii",
    "iso-8859-1": "latin-1",
    "iso-8859-15": "iso8859-15",
    "windows-1252": "cp1252",
}
_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"\xef\xbb": "utf-8"}
_LONGEST_BUFFER = 1_048_576


class Element:
    """An element: its namespace ("" for none) and name, its text, and the elements in it.

    `text` is all character data directly in it, in one piece however it was written.
    """

    __slots__ = ("attributes", "children", "name", "namespace", "prefixes", "text")

    def __init__(self, tag: str, attributes: Mapping[str, str], prefixes: Mapping[str, str]) -> None:
        self.attributes = attributes
        self.prefixes = prefixes
        self.namespace, self.name = self._resolve(tag) if ":" in tag else (prefixes.get("", ""), tag)
        for name in attributes:
            if ":" in name:
                self._resolve(name)
        self.text = ""
        self.children: list[Element] = []

    def attribute(self, namespace: str, name: str) -> str | None:
        """The value of a qualified attribute, None when there is none."""
        for tag, value in self.attributes.items():
            if tag.endswith(name) and ":" in tag and self._resolve(tag) == (namespace, name):
                return value
        return None

    def child(self, namespace: str, name: str) -> "Element | None":
        """The first child of this name."""
        return next((one for one in self.children if one.name == name and one.namespace == namespace), None)

    def __iter__(self) -> "Iterator[Element]":
        """This element and all below it, in the document's order."""
        yield self
        for child in self.children:
            yield from child

    def _resolve(self, tag: str) -> tuple[str, str]:
        prefix, _, name = tag.partition(":")
        namespace = self.prefixes.get(prefix)
        if namespace is None or not prefix or not name or ":" in name:
            raise DocumentError("not-well-formed", "It uses a prefix that is not declared.")
        return namespace, name


def read_elements(data: bytes, charset: str = "", *, most_elements: int = MOST_ELEMENTS) -> Element:
    """The tree of a document in memory; `charset` is what came with it, "" for nothing.

    A byte order mark outranks the charset, that outranks what the document declares (RFC 7303). Raises DocumentError:
    `encoding`, `doctype`, `too-large` (more than `most_elements`, MOST_ATTRIBUTES or DEEPEST), `not-well-formed`.
    """
    return _Reading(most_elements).read(_in_utf8(data, charset))


class _Reading:
    def __init__(self, most_elements: int) -> None:
        self._most_elements = most_elements
        self._root: Element | None = None
        self._open: list[Element] = []
        self._elements = 0
        self._fed = 0

    def read(self, data: bytes) -> Element:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.buffer_size = max(1, min(len(data), _LONGEST_BUFFER))
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        try:
            doctype = data.find(b"<!DOCTYPE")
            if doctype >= 0:
                # It stands before the first element, or it is none. It is not read at all, since expat reads on for
                # a while where a handler refuses.
                self._feed(parser, data[:doctype], last=False)
                if self._root is None:
                    raise DocumentError("doctype", "It holds a DOCTYPE. That is refused, as SOAP demands.")
                data = data[doctype:]
            self._feed(parser, data, last=True)
        except expat.ExpatError as error:
            place = (error.lineno, error.offset + 1)
            raise DocumentError("not-well-formed", _MALFORMED, line=place[0], column=place[1]) from None
        if self._root is None:
            raise DocumentError("not-well-formed", _MALFORMED)
        return self._root

    def _feed(self, parser: expat.XMLParserType, data: bytes, *, last: bool) -> None:
        """In blocks, since a tag of a million attributes costs a second before a handler sees it."""
        for start in range(0, len(data), BLOCK):
            end = start + BLOCK
            parser.Parse(data[start:end], last and end >= len(data))
            self._fed += min(end, len(data)) - start
            if self._fed - parser.CurrentByteIndex > BLOCK and not (last and end >= len(data)):
                raise DocumentError("too-large", _TOO_LARGE)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        depth = len(self._open)
        if self._elements > self._most_elements or len(attributes) > MOST_ATTRIBUTES or depth >= DEEPEST:
            raise DocumentError("too-large", _TOO_LARGE)
        prefixes = self._open[-1].prefixes if depth else _PREFIXES
        if attributes:
            declared = {
                name[6:]: value for name, value in attributes.items() if name == "xmlns" or name[:6] == "xmlns:"
            }
            if declared:
                prefixes = {**prefixes, **declared}
        element = Element(tag, attributes, prefixes)
        if depth:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)

    def _end(self, _tag: str) -> None:
        self._open.pop()

    def _characters(self, text: str) -> None:
        self._open[-1].text += text


def _in_utf8(data: bytes, charset: str) -> bytes:
    """The same in UTF-8 without a byte order mark, whatever it declares of itself."""
    if not data.strip():
        raise DocumentError("not-well-formed", "It is empty.")
    try:
        codec = _MARKS.get(data[:2])
        if codec is None and charset:
            codec = _CODECS[charset.lower()]
            if codec == "utf-16":
                codec = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
        if codec is None:
            return b"".join(utf8([data]))
        text = data.decode(codec)
        return (data if codec == "utf-8" else text.encode()).removeprefix(b"\xef\xbb\xbf")
    except KeyError:
        raise DocumentError("encoding", "It is in an encoding that is not taken. Send UTF-8 or UTF-16.") from None
    except UnicodeError:
        raise DocumentError("encoding", "It is not in the encoding that it was announced in.") from None
    except DocumentError:
        raise DocumentError("encoding", "It is not in the encoding that it declares.") from None
