"""A list of addresses as CSV, line by line: what the address register's exports call its columns, or simple ones.

The first line names the columns, in any order. Where several stand for one thing (AddressBase has the post code of
the post and that of the gazetteer) the first that is filled counts. A gazetteer keeps what was with what is: lines
whose logical status is not 1 (approved) are passed over.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from schoolgate.authority.importing.addresses.houses import House, Listed, key, postcode_of, read_house, uprn_of
from schoolgate.authority.importing.addresses.spelling import flat, name, take_number
from schoolgate.commons.csv_lists import BROKEN, DELIMITERS, CsvRefused

MOST_LINES = 1_000_000
"""An authority of 150 schools has 250,000 addresses; the largest in England has 500,000."""

_LONGEST_LINE = 4_000
_LONGEST = (240, 240, 120, 400)  # both keys, street and text, as the table has them

_NO_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xfe", b"\xfe\xff")  # workbooks, and Unicode in two bytes

_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "uprn": ("UPRN", "unique property reference number"),
    "postcode": ("postcode", "post code", "postcode_locator"),
    "house": ("PAON", "number or name", "number/name", "name or number", "house", "house number or name"),
    "number": ("number", "house number", "building number", "street number"),
    "name": ("name", "house name", "building name"),
    "flat": ("flat", "SAON", "flat number", "apartment", "sub building", "sub building name"),
    "street": ("street", "street name", "street description", "street descriptor", "thoroughfare", "road"),
    "locality": ("locality", "locality name", "dependent locality"),
    "town": ("town", "town name", "post town", "city"),
    "status": ("logical status", "lpi logical status"),
    "pao_text": ("pao text",),
    "sao_text": ("sao text",),
    **{
        f"{part}_{which}_{what}": (f"{part} {which} {what}",)
        for part in ("pao", "sao")
        for which in ("start", "end")
        for what in ("number", "suffix")
    },
}
_HOUSES = ("house", "number", "name", "pao_text", "pao_start_number")

WHY_NOT: Mapping[str, str] = {
    "broken-line": BROKEN,
    "no-uprn": "There is no UPRN: up to twelve digits, the first of them not 0.",
    "uprn-twice": "This UPRN stands in a line before.",
    "bad-postcode": "The post code is none.",
    "no-house": "There is neither a number nor a name of a house.",
    "too-long": "The address is longer than any is.",
}
"""Why a line is not taken, in words, by code."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A line that is not taken, by its number from 1, and the code that says why."""

    line: int
    code: str


class PassedOver:
    """A line that is history."""


Line: TypeAlias = Listed | Wrong | type[PassedOver]


def read_gazetteer(lines: Iterable[bytes]) -> Iterator[Line]:
    """Read a list as it comes, each line below the headings that holds anything.

    Raises CsvRefused: no text, no headings, a column missing, too many lines.
    """
    numbered = enumerate(lines, start=1)
    delimiter, places = _headings(numbered)
    met: set[int] = set()
    for count, (number, raw) in enumerate(numbered):
        if count >= MOST_LINES:
            raise CsvRefused(f"The file has more than {MOST_LINES:,} lines: it is hardly a list of one authority.")
        text = _text(raw)
        if not text.strip(DELIMITERS + ' "\r\n'):
            continue
        if len(text) > _LONGEST_LINE or text.count('"') % 2 or "\0" in text:
            yield Wrong(number, "broken-line")
            continue
        cells = [cell.strip() for cell in next(csv.reader([text], delimiter=delimiter))]
        row = {column: _first(cells, at) for column, at in places.items()}
        one = _listed(row)
        if isinstance(one, Listed):
            if one.uprn in met:
                one = "uprn-twice"
            else:
                met.add(one.uprn)
        yield Wrong(number, one) if isinstance(one, str) else one


def _headings(numbered: Iterator[tuple[int, bytes]]) -> tuple[str, dict[str, list[int]]]:
    """The delimiter, and where each known column stands: several places for one thing, the first heading first."""
    for number, raw in numbered:
        if b"\0" in raw or (number == 1 and raw.startswith(_NO_TEXT)):
            raise CsvRefused("This is not a text file. Save the list as CSV UTF-8 and choose it again.")
        if text := _text(raw).strip("\ufeff \r\n"):
            break
    else:
        raise CsvRefused("The file is empty. Its first line names the columns, each further line is one address.")
    delimiter, places = max(((one, _places(text, one)) for one in f"{DELIMITERS}|"), key=lambda found: len(found[1]))
    for column, label in (("uprn", "UPRN"), ("postcode", "Postcode")):
        if column not in places:
            raise CsvRefused(f"There is no column “{label}”. The first line must name the columns.")
    if not any(column in places for column in _HOUSES):
        raise CsvRefused("There is no column with the number or name of the house: “PAON”, say, or “Number or name”.")
    return delimiter, places


def _places(text: str, delimiter: str) -> dict[str, list[int]]:
    headings = [_plain(cell) for cell in next(csv.reader([text[:_LONGEST_LINE]], delimiter=delimiter), [])]
    found = {
        column: [headings.index(plain) for plain in map(_plain, known) if plain in headings]
        for column, known in _HEADINGS.items()
    }
    return {column: at for column, at in found.items() if at}


def _plain(heading: str) -> str:
    return re.sub(r"[^a-z0-9]", "", heading.lower())


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _first(cells: Sequence[str], places: Iterable[int]) -> str:
    return next((cells[at] for at in places if at < len(cells) and cells[at]), "")


def _listed(row: Mapping[str, str]) -> Listed | str | type[PassedOver]:
    """The address of a line, or why it is none."""
    if row.get("status", "1") not in {"", "1"}:
        return PassedOver
    uprn, said = uprn_of(row["uprn"]), row["postcode"]
    postcode = postcode_of(said)
    if uprn is None:
        return "no-uprn"
    if said and not postcode:
        return "bad-postcode"
    house, shown = _house(row)
    if not (house.number or house.names):
        return "no-house"
    by_number = key(postcode, house.flat, house.number) if postcode and house.number else ""
    by_name = ""
    if postcode and house.names:
        by_name = key(postcode, house.flat, house.names[0])
    elif postcode and house.after and not house.flat:
        # "14 Rose Court" where a number or a name belongs: as a flat of that house it may be meant too.
        by_name = key(postcode, house.number, house.after[0])
    street = row.get("street", "")
    words = (shown, street, row.get("locality", ""), row.get("town", ""), said)
    listed = Listed(uprn, by_number, by_name, name(street), ", ".join(filter(None, words)))
    return "too-long" if any(len(text) > most for text, most in zip(listed[1:], _LONGEST, strict=True)) else listed


def _house(row: Mapping[str, str]) -> tuple[House, str]:
    """The house in normal form, and as people write it."""
    own, sub = _number(row, "pao"), _number(row, "sao")
    flat_said = " ".join(filter(None, (row.get("sao_text", ""), sub))) or row.get("flat", "")
    if own or row.get("pao_text"):
        called = row.get("pao_text", "")
        shown = ", ".join(filter(None, (flat_said, called, own)))
        if own:
            names = (name(called),) if called else ()
            return House(flat(flat_said).text, take_number(own)[0], names), shown
        said = [called]
    else:
        said = [row.get(column, "") for column in ("house", "name", "number")]
        shown = ", ".join(filter(None, (flat_said, *said)))
    return read_house(said, flat(flat_said)), shown


def _number(row: Mapping[str, str], part: str) -> str:
    first, last = (
        row.get(f"{part}_{which}_number", "") + row.get(f"{part}_{which}_suffix", "") for which in ("start", "end")
    )
    return f"{first}-{last}" if first and last else first
