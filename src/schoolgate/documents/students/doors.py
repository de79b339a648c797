"""Files that came to the wrong door: what they are, and where they belong (issue 1, "The file travels")."""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from schoolgate.documents.problems import DocumentError

_COLLECT = "It belongs in COLLECT, the DfE's site for census returns."
_EXPORT = "Export the file from your MIS again and put it here as it comes, without opening it in another program."
_S2S = "It belongs in School to School (S2S), the DfE's site for transfers between schools."


class WrongDoor(DocumentError):
    """The file is of a kind that does not travel this way. ``kind`` is stable: ``school-census``, ``pdf`` ..."""

    def __init__(self, kind: str, what: str, belongs: str, *, instead: str = "pupil") -> None:
        """``instead`` is the kind of file that belongs at this door: ``pupil``, ``personnel``."""
        super().__init__("wrong-door", f"This is {what}, not a {instead} file for an LA. {belongs}", remedy=belongs)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class _Other:
    kind: str
    what: str
    belongs: str

    def refusal(self) -> WrongDoor:
        return WrongDoor(self.kind, self.what, self.belongs)


_HTML = _Other("html", "a web page", "It was probably saved from a browser by mistake. " + _EXPORT)
_SPREADSHEET = _Other("spreadsheet", "a spreadsheet", "It was probably saved from Excel by mistake. " + _EXPORT)
_WORD = _Other("word-document", "a Word document", "It was probably saved from Word by mistake. " + _EXPORT)
_OLD_OFFICE = _Other("office-document", "an Excel or Word document", "It was saved from Office by mistake. " + _EXPORT)
_PDF = _Other("pdf", "a PDF", _EXPORT)
_ZIP = _Other("zip", "a ZIP archive", "Unpack it and put the XML file here.")
_GZIP = _Other("gzip", "a compressed file (gzip)", "Unpack it and put the XML file here.")
_CENSUS = _Other("school-census", "a School Census return", _COLLECT)
_WORKFORCE = _Other("school-workforce-census", "a School Workforce Census return", _COLLECT)
_RETURN = _Other("dfe-return", "a return to the DfE", _COLLECT)
_ATF = _Other("atf", "an Admissions Transfer File (ATF)", "It goes from an LA to a school: import it into your MIS.")

_FIRST_BYTES = (
    (b"%PDF", _PDF),
    (b"\x1f\x8b", _GZIP),
    (b"\xd0\xcf\x11\xe0", _OLD_OFFICE),
    (b"{\\rtf", _WORD),
)
_HTML_START = re.compile(rb"<(?:!doctype\s+html|html\b|head\b|body\b)", re.IGNORECASE)
_ROOTS = {
    "ATfile": _ATF,
    "html": _HTML,
    "HTML": _HTML,
    "Workbook": _SPREADSHEET,
    "worksheet": _SPREADSHEET,
    "wordDocument": _WORD,
}
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,59}")


def _behind_comments(text: bytes) -> bytes:
    """What follows the comments a text begins with. By search, since a pattern for many comments goes back for ever."""
    while text.startswith(b"<!--"):
        _, end, rest = text.partition(b"-->")
        if not end:
            break
        text = rest.lstrip()
    return text


def refuse_what_is_not_xml(first: bytes) -> None:
    """Raise WrongDoor, or DocumentError ``not-xml``, when a file's first bytes are of another kind than XML."""
    for magic, other in _FIRST_BYTES:
        if first.startswith(magic):
            raise other.refusal()
    if first.startswith(b"PK\x03\x04"):
        raise _archive(first).refusal()
    text = first.removeprefix(b"\xef\xbb\xbf").lstrip()
    if _HTML_START.match(_behind_comments(text[:4096])):
        raise _HTML.refusal()
    if not text or text.startswith((b"<", b"\xff\xfe", b"\xfe\xff", b"\x00")):
        return
    line = text[:4096].partition(b"\n")[0]
    if max(line.count(separator) for separator in (b",", b";", b"\t")) >= 3 and line.strip().isascii():
        raise _SPREADSHEET.refusal()
    raise DocumentError("not-xml", "This is not an XML file: it does not begin with <.", remedy=_EXPORT)


def _archive(first: bytes) -> _Other:
    """Office's newer documents are ZIP archives: the names of their first members tell them apart."""
    if b"xl/" in first:
        return _SPREADSHEET
    if b"word/" in first:
        return _WORD
    return _SPREADSHEET if b"spreadsheetml" in _content_types(first) else _ZIP


def _content_types(first: bytes) -> bytes:
    """What an Office archive says first of itself, so far as it stands in these bytes."""
    name_length, extra_length = int.from_bytes(first[26:28], "little"), int.from_bytes(first[28:30], "little")
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(first[30 + name_length + extra_length :], 65_536)
    except zlib.error:
        return b""


def other_document(root: str, values: Mapping[str, str]) -> DocumentError:
    """Say what an XML file with another root is; ``values`` holds the texts of its first elements by path."""
    if root in _ROOTS:
        return _ROOTS[root].refusal()
    if root == "Message":
        collection = values.get("Header/CollectionDetails/Collection", "").lower()
        if "workforce" in collection:
            return _WORKFORCE.refusal()
        return (_CENSUS if "school census" in collection else _RETURN).refusal()
    shown = f"<{root}>" if _PLAIN_NAME.fullmatch(root) else "another element"
    return DocumentError(
        "unknown-root",
        f"This is not a pupil file known here: its first element is {shown}.",
        remedy="If your LA or MIS supplier has a schema for it, whoever runs this site can add it.",
    )


def ctf_for_a_school(la: str, school: str) -> WrongDoor:
    """Say that this CTF goes to another school (or to none known), not to an LA."""
    to = f" for school {la}/{school}" if school.isdigit() else " for a school that is not known"
    return WrongDoor("ctf", f"a Common Transfer File (CTF){to}", _S2S)


def personnel_file_among_pupils() -> WrongDoor:
    """Say that a personnel file came where pupil files are sent."""
    return WrongDoor("personnel-file", "a personnel file", "It is sent from the B2B:Personnel tab: put it there.")


def pupil_file_among_personnel(kind: str) -> WrongDoor:
    """Say that a pupil file (CES or CTF) came where personnel files are sent."""
    what = "a Common Transfer File (CTF)" if kind == "CTF" else "a pupil file"
    return WrongDoor("pupil-file", what, "It is sent from the B2B:Student tab: put it there.", instead="personnel")
