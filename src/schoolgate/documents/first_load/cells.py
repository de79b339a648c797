"""What stands in a cell of a spreadsheet, put into the form that a student file has (reference 5.5).

What Excel does to a value is undone where only one value can be meant; where it is not, the cell is refused with its
reason. No sentence here quotes a cell: it may be a child's data.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

DateOrder: TypeAlias = Literal["day-first", "month-first", "unknown"]
"""What the dates of a file with strokes say of their order, taken together (``csv_text``)."""

_MARKED = re.compile(r'="(.*)"')
_SHORTENED = re.compile(r"[0-9]+(?:[.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_STROKES = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})(?: 00:00(?::00)?)?")
_MONTH_IN_LETTERS = re.compile(r"([0-9]{1,2})[ -]([A-Za-z]{3,9})[ -]([0-9]{4})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YES = frozenset({"yes", "y", "true", "t", "1"})
_NO = frozenset({"no", "n", "false", "f", "0"})
_SEXES = {"male": "M", "boy": "M", "female": "F", "girl": "F"}
_YEAR_GROUPS = {"reception": "R", "nursery": "N2", "nursery 1": "N1", "nursery 2": "N2"}


class CellFault(Exception):
    """A cell that cannot be used: ``code`` is stable, ``sentence`` for a person; it quotes nothing."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class CellReader:
    """Reads the cells of one kind: ``words`` say for the reference what may stand there."""

    words: str
    read: Callable[[str, DateOrder], str | list[str]]
    """The value in a student file's form; the cell is not empty. Raises CellFault."""


def plain(cell: str) -> str:
    """A cell on one line, without blanks around it and without Excel's marks of a text: ``="0021"``, ``'0021``."""
    text = " ".join(cell.split())
    if marked := _MARKED.fullmatch(text):
        text = marked[1]
    return text.removeprefix("'").strip()


def _text(cell: str, _: DateOrder) -> str:
    return cell


def _code(cell: str, _: DateOrder) -> str:
    return cell.upper()


def _number(cell: str, _: DateOrder) -> str:
    text = cell.replace(" ", "").upper()
    if _SHORTENED.fullmatch(text):
        raise CellFault(
            "shortened-by-excel",
            "Excel has shortened this number, and its last digits are lost. Export it again, the column set to Text.",
        )
    return text.removesuffix(".0") if text.removesuffix(".0").isdecimal() else text


def _school_number(cell: str, order: DateOrder) -> str:
    text = _number(cell, order)
    # A school's number has four digits: one with fewer can only have lost its zeros.
    return text.zfill(4) if text.isascii() and text.isdecimal() else text


def _phone(cell: str, order: DateOrder) -> str:
    text = re.sub(r"[ ()\u00a0-]", "", _number(cell, order))
    # No number is dialled within the United Kingdom without the 0 before it.
    return f"0{text}" if re.fullmatch(r"[1-9][0-9]{9}", text) else text


def _postcode(cell: str, _: DateOrder) -> str:
    text = cell.replace(" ", "").upper()
    cut = 4 if text.startswith("BFPO") else len(text) - 3
    return f"{text[:cut]} {text[cut:]}"


def _email(cell: str, _: DateOrder) -> str:
    return cell.removeprefix("mailto:")


def _yes_no(cell: str, _: DateOrder) -> str:
    said = cell.casefold()
    if said not in _YES | _NO:
        raise CellFault("not-yes-or-no", "This is neither yes nor no.")
    return "true" if said in _YES else "false"


def _sex(cell: str, _: DateOrder) -> str:
    return _SEXES.get(cell.casefold(), cell.upper())


def _year_group(cell: str, _: DateOrder) -> str:
    said = re.sub(r"^(?:nc )?(?:year|yr|y) ?(?=[0-9rn])", "", cell.casefold())
    return _YEAR_GROUPS.get(said) or (str(int(said)) if said.isascii() and said.isdecimal() else said.upper())


def _several(cell: str, _: DateOrder) -> list[str]:
    return [part.strip().upper() for part in re.split("[;,|]", cell) if part.strip()]


def _date(cell: str, order: DateOrder) -> str:
    if parts := _ISO.fullmatch(cell):
        return _day(parts[1], parts[2], parts[3])
    if parts := _STROKES.fullmatch(cell):
        first, _, second, year = parts.groups()
        if order == "unknown" and first.lstrip("0") != second.lstrip("0"):
            raise CellFault(
                "date-ambiguous",
                "Nothing in this file says whether day or month comes first. Write dates as 2015-09-01.",
            )
        return _day(year, second, first) if order != "month-first" else _day(year, first, second)
    if (parts := _MONTH_IN_LETTERS.fullmatch(cell)) and parts[2][:3].casefold() in _MONTHS:
        return _day(parts[3], str(_MONTHS.index(parts[2][:3].casefold()) + 1), parts[1])
    raise CellFault("not-a-date", "This is no date with a year of four digits, as 2015-09-01 or 01/09/2015.")


def _day(year: str, month: str, day: str) -> str:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise CellFault("not-a-date", "There is no such day.") from None


TEXT = CellReader("text", _text)
CODE = CellReader("a code", _code)
NUMBER = CellReader("a number, with all its characters", _number)
SCHOOL_NUMBER = CellReader("four digits; zeros that Excel dropped before it are put back", _school_number)
PHONE = CellReader("a telephone number; a 0 that Excel dropped before it is put back", _phone)
POSTCODE = CellReader("a post code", _postcode)
EMAIL = CellReader("an e-mail address", _email)
YES_NO = CellReader("yes or no", _yes_no)
SEX = CellReader("M or F", _sex)
YEAR_GROUP = CellReader("a year group: N1, N2, R, 1 to 14, Year 4", _year_group)
SEVERAL = CellReader("codes, a semicolon between", _several)
DATE = CellReader("a date", _date)
