"""Reading a list of schools as an office has it: made by hand in Excel, exported from another system, or the DfE's.

Nothing is guessed: what is not right is said with its line, and the other lines stand. The columns are a name, and
LA number and school number or both in one (DfE number); further ones are in `COLUMNS`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from schoolgate.authority.bases.models import Base
from schoolgate.commons.csv_lists import BROKEN, MEGABYTE, CsvColumn, CsvLine, CsvList, CsvRefused, read_csv

MOST_BYTES = MEGABYTE
MOST_LINES = 2000
LONGEST_NAME = 150

COLUMNS = (
    CsvColumn("name", ("school", "school name", "establishment name", "base name", "base")),
    CsvColumn("LA no.", ("la", "la number", "la code", "lea", "lea no", "lea number", "local authority")),
    CsvColumn("school no.", ("school number", "number", "no", "estab", "estab no", "establishment number")),
    CsvColumn(
        "DfE no.",
        ("dfe", "dfe number", "laestab", "dfes", "dfes no", "dcsf", "dcsf no", "dfe estab"),
    ),
    CsvColumn("phase", ("phase of education", "phase of education name", "type of school")),
    CsvColumn("user", ("user name", "account", "login", "exchange account")),
    CsvColumn("licence", ("license", "licensed", "licenced", "standard licence")),
    CsvColumn("e-mail", ("mail", "contact e-mail", "e-mail address", "main e-mail", "school e-mail")),
)
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
    """Read a list of schools (see `read_csv`). Raises CsvRefused, also when a heading is missing that is needed."""
    read = read_csv(content, COLUMNS, largest_bytes=MOST_BYTES, most_lines=MOST_LINES)
    if "name" not in read.known or not ("DfE no." in read.known or {"LA no.", "school no."} <= read.known):
        there = _listed([heading or "(nothing)" for heading in read.headings])
        raise CsvRefused(
            "The first line must name the columns: name, and LA no. and school no. (or DfE no. for both). "
            f"It says: {there}."
        )
    return SchoolsFile(tuple(map(_read_line, read.lines)), notes_of(read))


def notes_of(read: CsvList) -> tuple[str, ...]:
    """What to say of how a list was read."""
    notes = []
    if read.windows:
        notes.append("The file is not UTF-8 and was read as Windows-1252. Look at names with accents and apostrophes.")
    if read.unknown:
        notes.append(f"Not used: the column{'s' if len(read.unknown) > 1 else ''} {_listed(read.unknown)}.")
    return tuple(notes)


def _read_line(line: CsvLine) -> Line:
    if line.broken:
        return Line(line.number, faults=(BROKEN,))

    def cell(column: str) -> str:
        return clean_cell(line[column])

    faults: list[str] = []
    la, school = school_numbers(cell("DfE no."), cell("LA no."), cell("school no."), faults)
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
        number_in_file=line.number,
        name=name,
        la=la,
        school=school,
        phase=phase or "",
        user=cell("user"),
        licensed=licence in YES if licence in YES | NO else None,
        email=cell("e-mail"),
        faults=tuple(faults),
    )


def school_numbers(dfe: str, la: str, school: str, faults: list[str]) -> tuple[str, str]:
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


def clean_cell(cell: str) -> str:
    """A cell without blanks around it, without Excel's marks of a text (`="0021"`, `'0021`), on one line."""
    text = " ".join(cell.split())
    marked = re.fullmatch(r'="(.*)"', text)
    return (marked[1] if marked else text.removeprefix("'")).strip()


def _listed(names: Sequence[str]) -> str:
    shown = [name[:40] for name in names[:12]]
    return ", ".join(shown) + (" …" if len(names) > len(shown) else "")
