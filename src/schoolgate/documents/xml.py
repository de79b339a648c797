"""The one way in for XML: no DTD, no entities, no network, and nothing without a limit (DESIGN 9).

Whatever comes from outside passes here: ``gunzip`` unpacks, ``utf8`` proves the declared encoding, ``scanner`` refuses
a DOCTYPE before it is read, ``parse`` makes a small tree. All raise ``DocumentError`` in words of our own, since the
parsers' messages quote values.
"""

import codecs
import re
import zlib
from collections.abc import Iterable, Iterator
from xml.parsers import expat

from lxml import etree

from schoolgate.documents.problems import DocumentError

BLOCK = 65_536
"""Bytes read, unpacked or decoded at a time."""

# Long enough for any XML declaration; it must stand whole in the first bytes.
_DECLARATION_BYTES = 1_024

_DECLARATION = re.compile(
    r"""<\?xml\s+version\s*=\s*(?:"(?P<version>[^"]*)"|'(?P<version_>[^']*)')"""
    r"""(?:\s+encoding\s*=\s*(?:"(?P<encoding>[^"]*)"|'(?P<encoding_>[^']*)'))?"""
)

# The encodings taken, as a file may spell them, and Python's codec for each.
_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "iso-8859-1": "latin-1",
    "iso8859-1": "latin-1",
    "latin1": "latin-1",
    "iso-8859-15": "iso8859-15",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    "us-ascii": "ascii",
    "ascii": "ascii",
}
_TAKEN = "UTF-8, UTF-16, ISO-8859-1, ISO-8859-15, Windows-1252 and US-ASCII"
_SAVE_AS_UTF8 = "Export the file again from your MIS; do not open and save it with another program."


def gunzip(chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """Unpack one gzip member in pieces of at most ``BLOCK`` bytes.

    Raises DocumentError: ``too-large`` once more than ``limit`` bytes come out, ``gzip-broken``, ``gzip-cut-short``,
    ``gzip-trailing-bytes`` when anything follows the member.
    """
    unpacker = zlib.decompressobj(wbits=31)
    total = 0
    for chunk in chunks:
        packed = chunk
        while True:
            try:
                plain = unpacker.decompress(packed, BLOCK)
            except zlib.error:
                raise DocumentError("gzip-broken", "The compressed data are broken.") from None
            total += len(plain)
            if total > limit:
                raise DocumentError("too-large", f"Unpacked, the file is larger than the limit of {limit:,} bytes.")
            if plain:
                yield plain
            if unpacker.unused_data:
                raise DocumentError("gzip-trailing-bytes", "Something follows the end of the compressed data.")
            # Less than asked for means that all of the input was used up.
            if len(plain) < BLOCK:
                break
            packed = unpacker.unconsumed_tail
    if not unpacker.eof:
        raise DocumentError("gzip-cut-short", "The compressed data end too early: the file was cut short.")


def utf8(chunks: Iterable[bytes], *, whole: bool = True, prove: bool = True) -> Iterator[bytes]:
    """Give the document's bytes in UTF-8, without a byte order mark, proving that they are in the encoding declared.

    The XML declaration itself is left as it stands; parse what comes out with the encoding given from outside.
    ``whole`` False: the bytes are the start of a file, and may end within a character. ``prove`` False: what is said to
    be UTF-8 comes as it is, and ``prove_utf8`` is the caller's business, for all that is not known to be right.
    Raises DocumentError: ``empty``, ``encoding-unknown``, ``encoding-differs`` (mark against declaration, or either
    against the bytes seen), ``encoding-broken`` with the line.
    """
    source = iter(chunks)
    start = b""
    for chunk in source:
        start += chunk
        if len(start) >= _DECLARATION_BYTES:
            break
    if not start.strip() and len(start) < _DECLARATION_BYTES:
        raise DocumentError("empty", "The file is empty.", remedy="Export the file again from your MIS.")
    codec, mark = _declared_codec(start)
    blocks = _then(start[len(mark) :], source)
    if codec == "utf-8" and not prove:
        yield from blocks
        return
    decoder = codecs.getincrementaldecoder(codec)(errors="strict")
    line = 1
    try:
        for block in blocks:
            text = decoder.decode(block)
            line += text.count("\n")
            yield block if codec == "utf-8" else text.encode()
        if whole:
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        line += error.object[: error.start].decode(codec, errors="ignore").count("\n")
        raise _broken_encoding(codec, line) from None


def prove_utf8(data: bytes) -> None:
    """Raises DocumentError ``encoding-broken``, without a line, where whole characters of UTF-8 are not."""
    try:
        data.decode()
    except UnicodeDecodeError:
        raise _broken_encoding("utf-8", 0) from None


def _broken_encoding(codec: str, line: int) -> DocumentError:
    name = codec if codec != "latin-1" else "iso-8859-1"
    where = f" on line {line}" if line else ""
    return DocumentError(
        "encoding-broken",
        f"The file says that it is written in {name.upper()}, but bytes{where} are not.",
        remedy=_SAVE_AS_UTF8,
        line=line,
    )


def _then(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _declared_codec(start: bytes) -> tuple[str, bytes]:
    """Python's codec and the byte order mark, from the first bytes of a document (XML 1.0, appendix F)."""
    if start.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff", b"<\x00\x00\x00", b"\x00\x00\x00<")):
        raise _unknown_encoding("UTF-32")
    mark, seen = b"", "bytes"
    for known, codec in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if start.startswith(known):
            mark, seen = known, codec
    if not mark and start[:2] in (b"<\x00", b"\x00<"):
        seen = "utf-16-le" if start[0] else "utf-16-be"

    text = start[len(mark) : _DECLARATION_BYTES].decode("latin-1" if seen == "bytes" else seen, errors="ignore")
    declaration = _DECLARATION.match(text)
    name = (declaration["encoding"] or declaration["encoding_"] or "") if declaration else ""
    version = (declaration["version"] or declaration["version_"] or "") if declaration else "1.0"
    if version != "1.0":
        raise DocumentError("xml-version", "The file is not written in XML 1.0.", line=1)
    if name and name.lower() not in _CODECS:
        raise _unknown_encoding(name)
    declared = _CODECS[name.lower()] if name else ("utf-8" if not mark else seen)

    if seen == "bytes" and not declared.startswith("utf-16"):
        return declared, mark
    if declared == seen or (declared == "utf-16" and seen.startswith("utf-16")):
        return seen, mark
    found = {"bytes": "not of that encoding", "utf-8": "the byte order mark of UTF-8"}.get(seen, "of UTF-16")
    raise DocumentError(
        "encoding-differs",
        f"The file says that it is written in {(name or declared).upper()}, but its first bytes are {found}.",
        remedy=_SAVE_AS_UTF8,
        line=1,
    )


def _unknown_encoding(name: str) -> DocumentError:
    shown = name if re.fullmatch(r"[A-Za-z0-9._:-]{1,40}", name) else "an encoding without a proper name"
    return DocumentError(
        "encoding-unknown",
        f"The file says that it is written in {shown}. Taken are {_TAKEN}.",
        remedy="Ask your MIS supplier for an export in UTF-8.",
        line=1,
    )


def scanner() -> expat.XMLParserType:
    """Make an expat parser for UTF-8 bytes (whatever they declare) that stops at a DOCTYPE with DocumentError."""
    parser = expat.ParserCreate("utf-8")

    def refuse(*_: object) -> None:
        raise DocumentError(
            "doctype",
            "The file holds a DOCTYPE. That is refused: it can make a program read other files or fill its memory.",
            remedy="Export the file again from your MIS.",
            line=parser.CurrentLineNumber,
            column=parser.CurrentColumnNumber + 1,
        )

    parser.StartDoctypeDeclHandler = refuse
    return parser


def parser(*, blanks: bool = True) -> etree.XMLParser:
    """Make the parser for small trees of UTF-8 bytes that ``scanner`` has seen: comments and instructions left out.

    ``blanks`` False leaves out blanks between elements too, a sixth faster. That is right only where there is neither
    a comment nor a CDATA section: libxml2 would take the blanks before one within a value for such.
    """
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        remove_blank_text=not blanks,
    )


_WORDS = {
    expat.errors.codes[expat.errors.XML_ERROR_TAG_MISMATCH]: "An end tag does not fit its start tag.",
    expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]: "The file ends too early: it was cut short.",
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN]: "The file ends too early: it was cut short.",
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION]: "The file ends too early: it was cut short.",
    expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR]: "The file ends too early: it was cut short.",
    expat.errors.codes[
        expat.errors.XML_ERROR_UNDEFINED_ENTITY
    ]: "A name between & and ; is used that XML does not know.",
    expat.errors.codes[expat.errors.XML_ERROR_DUPLICATE_ATTRIBUTE]: "An attribute is given twice.",
    expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]: "Something follows the end of the document.",
    expat.errors.codes[expat.errors.XML_ERROR_MISPLACED_XML_PI]: "Something stands before the XML declaration.",
    expat.errors.codes[expat.errors.XML_ERROR_BAD_CHAR_REF]: "A character reference names no character of XML.",
    expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]: "A character stands here that XML does not allow.",
}


def not_well_formed(expat_code: int, line: int, column: int) -> DocumentError:
    """Say in our own words that this is not XML; ``line`` and ``column`` from 1, 0 for not known."""
    words = _WORDS.get(expat_code, "The file is not well-formed XML.")
    return DocumentError(
        "not-well-formed",
        words,
        remedy="Export the file again from your MIS. If it happens again, send the message to your MIS supplier.",
        line=line,
        column=column,
    )
