"""Reading a list of schools as an office has it: made by hand in Excel, exported from another system, or the DfE's.

Nothing is guessed: what is not right is said with its line, and the other lines stand. The columns are a name, and
LA number and school number or both in one (DfE number); further ones are in `COLUMNS`.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from schoolgate.authority.bases.models import Base

MOST_BYTES = 1024 * 1024
MOST_LINES = 2000
DELIMITERS = ",;\t"
LONGEST_NAME = 150
LONGEST_ROW = 10_000
LONGEST_ROW_LINES = 4
BLANK = DELIMITERS + ' "\r\n\ufeff'

# The spellings of a heading, without regard to case, blanks and signs.
COLUMNS: dict[str, frozenset[str]] = {
    "name": frozenset({"name", "school", "schoolname", "establishmentname", "basename", "base"}),
    "la": frozenset({"la", "lano", "lanumber", "lacode", "lea", "leano", "leanumber", "localauthority"}),
    "number": frozenset({"schoolno", "schoolnumber", "number", "no", "estab", "estabno", "establishmentnumber"}),
    "dfe": frozenset({"dfe", "dfeno", "dfenumber", "laestab", "dfes", "dfesno", "dcsf", "dcsfno", "dfeestab"}),
    "phase": frozenset({"phase", "phaseofeducation", "phaseofeducationname", "typeofschool"}),
    "user": frozenset({"user", "username", "account", "login", "exchangeaccount"}),
    "licence": frozenset({"licence", "license", "licensed", "licenced", "standardlicence"}),
    "email": frozenset({"email", "mail", "contactemail", "emailaddress", "mainemail", "schoolemail"}),
}
PHASES = {
    **{re.sub(r"[^a-z]", "", text.lower()): value for value, text in Base.PHASES},
    **{value.replace("-", ""): value for value, _ in Base.PHASES},
    "infant": "primary",
    "junior": "primary",
    "pru": "alternative",
    "notknown": "",
    "notapplicable": "",
    "": "",
}
YES, NO = frozenset({"yes", "y", "true", "1", "x"}), frozenset({"no", "n", "false", "0"})


class NotASchoolsFile(Exception):
    """The file as a whole cannot be used; the message is a sentence for the person who chose it."""


@dataclass(frozen=True)
class Line:
    """One school of the list. `number_in_file` counts from 1 as an editor does; `faults` empty: it can be used.

    `licensed` is None when the list does not say.
    """

    number_in_file: int
    name: str = ""
    la: str = ""
    school: str = ""
    phase: str = ""
    user: str = ""
    licensed: bool | None = None
    email: str = ""
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class SchoolsFile:
    """What stands in a list, and notes on how it was read."""

    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()


def read_schools(content: bytes) -> SchoolsFile:
    """Read a list of schools: UTF-8 (with or without a byte order mark), Excel's Unicode text or Windows-1252; commas,
    semicolons or tabs.

    Raises NotASchoolsFile when it is too large, no text, or lacks a heading that is needed.
    """
    if len(content) > MOST_BYTES:
        raise NotASchoolsFile("The file is larger than 1 MB. A list of schools is not: is it the right file?")
    text, notes = _decode(content)
    headings, rows = _rows(text)
    columns, ignored, twice = _columns(headings)
    if twice:
        raise NotASchoolsFile(f"Two columns say the same: {_listed(twice)}. Leave one of them out.")
    if "name" not in columns or not ("dfe" in columns or {"la", "number"} <= columns.keys()):
        there = _listed([_clean(heading) or "(nothing)" for heading in headings])
        raise NotASchoolsFile(
            "The first line must name the columns: name, and LA no. and school no. (or DfE no. for both). "
            + (f"It says: {there}." if headings else "The file is empty.")
        )
    if ignored:
        notes.append(f"Not used: the column{'s' if len(ignored) > 1 else ''} {_listed(ignored)}.")
    lines = tuple(_read_line(number, cells, columns) for number, cells in rows)
    if len(lines) > MOST_LINES:
        raise NotASchoolsFile(f"The file has {len(lines):,} lines; at most {MOST_LINES:,} are taken at once. Split it.")
    return SchoolsFile(lines, tuple(notes))


def _decode(content: bytes) -> tuple[str, list[str]]:
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise NotASchoolsFile("This is a workbook. In Excel choose Save as, and the type CSV UTF-8.")
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16"), []
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        pass
    try:
        read = content.decode("cp1252")
    except UnicodeDecodeError:
        raise NotASchoolsFile("The file is no text. Save the list as CSV UTF-8.") from None
    return read, ["The file is not UTF-8 and was read as Windows-1252. Look at names with accents and apostrophes."]


Cells = Sequence[str]


def _rows(text: str) -> tuple[Cells, list[tuple[int, Cells]]]:
    """The headings, and each row with the number of the line it begins in; empty rows are left out.

    A row that cannot be taken apart has no cells. Excel's first line `sep=;` names the delimiter.
    """
    lines = list(io.StringIO(text.replace("\0", ""), newline=None))
    place = next((place for place, line in enumerate(lines) if line.strip(BLANK)), len(lines))
    if place == len(lines):
        return [], []
    named = re.fullmatch(r"\"?sep=([,;|\t])\"?\s*", lines[place], re.IGNORECASE)
    if named:
        place += 1
    delimiter = named[1] if named else _delimiter(lines[place])
    headings, place = _row(lines, place, delimiter)
    rows = []
    while place < len(lines):
        begins = place
        cells, place = _row(lines, place, delimiter, width=len(headings))
        if any(map(_clean, cells)) or (not cells and lines[begins].strip(BLANK)):
            rows.append((begins + 1, cells))
    return headings, rows


def _row(lines: Cells, place: int, delimiter: str, *, width: int = 0) -> tuple[Cells, int]:
    """The cells of the row that begins at `place`, and where the next one begins.

    A cell may run over a few lines (Excel's line breaks) when the row then has as many cells as the headings have.
    Otherwise an open quotation mark spoils its own line only: it has no cells.
    """
    record, end = "", place
    while end < min(len(lines), place + LONGEST_ROW_LINES):
        record += lines[end]
        end += 1
        if record.count('"') % 2 == 0 and len(record) <= LONGEST_ROW:
            cells = next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter), [])
            if end == place + 1 or not width or len(cells) == width:
                return cells, end
    return [], place + 1


def _delimiter(heading: str) -> str:
    """The sign by which the first line falls into most columns that are known here."""

    def known(delimiter: str) -> int:
        cells = next(csv.reader([heading], delimiter=delimiter), [])
        return sum(_column_of(cell) is not None for cell in cells)

    return max(DELIMITERS, key=known)


def _columns(headings: Sequence[str]) -> tuple[dict[str, int], list[str], list[str]]:
    """Where each known column stands, the headings that mean nothing here, and those that repeat another."""
    columns: dict[str, int] = {}
    ignored, twice = [], []
    for place, heading in enumerate(headings):
        column = _column_of(heading)
        if column is None:
            if _clean(heading):
                ignored.append(_clean(heading))
        elif column in columns:
            twice.append(_clean(heading))
        else:
            columns[column] = place
    return columns, ignored, twice


def _column_of(heading: str) -> str | None:
    plain = re.sub(r"\W|_", "", heading.casefold())
    return next((column for column, spellings in COLUMNS.items() if plain in spellings), None)


def _read_line(number_in_file: int, cells: Cells, columns: dict[str, int]) -> Line:
    if not cells:
        return Line(number_in_file, faults=("A quotation mark is open, or the line is far too long.",))

    def cell(column: str) -> str:
        place = columns.get(column, len(cells))
        return _clean(cells[place]) if place < len(cells) else ""

    faults: list[str] = []
    la, school = _numbers(cell("dfe"), cell("la"), cell("number"), faults)
    name = cell("name")
    if not name:
        faults.append("The name is missing.")
    elif len(name) > LONGEST_NAME:
        faults.append(f"The name is longer than {LONGEST_NAME} characters.")
    phase = PHASES.get(re.sub(r"[^a-z]", "", cell("phase").lower()))
    if phase is None:
        known = ", ".join(text for _, text in Base.PHASES)
        faults.append(f"The phase is none of: {known}. It may be left empty.")
    licence = cell("licence").casefold()
    if licence and licence not in YES | NO:
        faults.append("The licence is yes, no or empty.")
    return Line(
        number_in_file=number_in_file,
        name=name,
        la=la,
        school=school,
        phase=phase or "",
        user=cell("user"),
        licensed=licence in YES if licence in YES | NO else None,
        email=cell("email"),
        faults=tuple(faults),
    )


def _numbers(dfe: str, la: str, school: str, faults: list[str]) -> tuple[str, str]:
    """LA number and school number; adds to `faults` what is wrong with them."""
    if dfe:
        both = re.fullmatch(r"([0-9]{3})[ /.–-]?([0-9]{4})", dfe)
        if both is None:
            faults.append(f"The DfE number '{dfe[:20]}' is not three digits and four, as in 820/4321.")
            return la, school
        if (la and la != both[1]) or (school and school != both[2]):
            faults.append("The DfE number and the columns for LA and school number differ.")
        return both[1], both[2]
    faults += _number_faults("LA", la, 3, "020") + _number_faults("school", school, 4, "0021")
    return la, school


def _number_faults(what: str, text: str, digits: int, example: str) -> list[str]:
    if not text:
        return [f"The {what} number is missing."]
    if text.isascii() and text.isdigit() and len(text) < digits:
        has = f"{len(text)} digit{'s' if len(text) > 1 else ''}"
        zeros = f"If Excel dropped zeros before it, put them back, as in {example}."
        return [f"The {what} number '{text}' has {has} and needs {digits}. {zeros}"]
    if not (text.isascii() and text.isdigit() and len(text) == digits):
        return [f"The {what} number '{text[:20]}' is not {digits} digits."]
    return []


def _clean(cell: str) -> str:
    """A cell without blanks around it, without Excel's marks of a text (`="0021"`, `'0021`), on one line."""
    text = " ".join(cell.split())
    marked = re.fullmatch(r'="(.*)"', text)
    return (marked[1] if marked else text.removeprefix("'")).strip()


def _listed(names: Sequence[str]) -> str:
    shown = [name[:40] for name in names[:12]]
    return ", ".join(shown) + (" …" if len(names) > len(shown) else "")
