"""Spellings of a house that count as the same, and no others: the normal form of its number, flat, name and street.

Inferred throughout: reference 9.5 says that an address must be found in the list, not what counts as found. Two houses
never get one form because a part of what was written was passed over; what cannot be read stays a name of its own.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_SIGNS = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe58\ufe63\uff0d", "-"),
        **dict.fromkeys("'`\u00b4\u2018\u2019\u02bc\uff07", ""),
        **dict.fromkeys(";()[]\r\n\t", ","),
        **dict.fromkeys('."', " "),
        "&": " AND ",
    }
)
_ACCENT = re.compile("[\u0300-\u036f]")
_HALF = re.compile(r"(?<![0-9])1/2(?![0-9])")

_ONE = r"0*([0-9]{1,5})(?:\s*-?\s*([A-Z½])(?![A-Z0-9½]))?"
_NUMBER = re.compile(
    rf"(?:(?:NUMBER|NO)\s*)?#?\s*{_ONE}(?:\s*(?:-|\bTO\b)\s*{_ONE})?(?!\s*/|[A-Z0-9½]|\s*-\s*[0-9])[\s:-]*"
)
_SAME_KIND = {"FLAT": "", "FLT": "", "APARTMENT": "", "APT": "", "ANNEX": "ANNEXE"}
_KINDS = "FLAT|FLT|APARTMENT|APT|MAISONETTE|UNIT|ROOM|STUDIO|SUITE|ANNEXE|ANNEX|CARAVAN|PITCH|PLOT"
_FLOORS = (
    r"(?:(?:LOWER|UPPER|GROUND|BASEMENT|GARDEN|FIRST|SECOND|THIRD|FOURTH|TOP|MIDDLE|REAR|FRONT|LEFT|RIGHT"
    r"|1ST|2ND|3RD|4TH)\s?)+(?:FLOOR\s?)?"
)
_PART = re.compile(
    rf"(?:{_FLOORS})?({_KINDS})\s*(?:NO\s*)?"
    r"([0-9]{1,5}(?:\s?[A-Z])?(?:\s*-\s*[0-9]{1,5})?|[A-Z](?:\s[0-9]{1,3}$|[0-9]{0,3}))(?![A-Z0-9½/-])\s*"
)
_LEVEL = re.compile(rf"(?:THE )?(?:{_FLOORS}(?:{_KINDS})?|FLAT|ANNEXE|ANNEX|STUDIO|MAISONETTE)")
_ORDINALS = ("1ST", "2ND", "3RD", "4TH", "5TH", "6TH", "7TH", "8TH", "9TH", "10TH")
_IN_WORDS = ("FIRST", "SECOND", "THIRD", "FOURTH", "FIFTH", "SIXTH", "SEVENTH", "EIGHTH", "NINTH", "TENTH")
_SHORT = {
    "AV": "AVENUE",
    "AVE": "AVENUE",
    "BLDG": "BUILDING",
    "BLDGS": "BUILDINGS",
    "CL": "CLOSE",
    "COTT": "COTTAGE",
    "CRES": "CRESCENT",
    "CT": "COURT",
    "DR": "DRIVE",
    "FM": "FARM",
    "GDNS": "GARDENS",
    "GRN": "GREEN",
    "GR": "GROVE",
    "HSE": "HOUSE",
    "LN": "LANE",
    "PDE": "PARADE",
    "PK": "PARK",
    "PL": "PLACE",
    "RD": "ROAD",
    "SQ": "SQUARE",
    "ST": "STREET",
    "TER": "TERRACE",
    "TERR": "TERRACE",
    "WLK": "WALK",
}
_WORD = re.compile(r"[0-9]+(?:ST|ND|RD|TH)\b|[0-9]+|½|[^\W\d_]+")


def parts_of(text: str) -> list[str]:
    """What was written, in capitals, cut at commas, brackets and ends of lines; nothing that is empty."""
    folded = text.translate(_SIGNS)
    if not folded.isascii():
        folded = _ACCENT.sub("", unicodedata.normalize("NFD", folded))
    folded = folded.upper()
    if "1/2" in folded:
        folded = _HALF.sub("½", folded)
    return [part for one in folded.split(",") if (part := " ".join(one.split()))]


@lru_cache(16_384)
def name(text: str) -> str:
    """A house's name, a street or a town: *The Old Rectory* as *Old Rectory*, *High St.* as *High Street*.

    Blanks do not count, but for those at digits; an abbreviation is one at the end only, where *St* is no saint.
    """
    words = [_ordinal(word) for word in _WORD.findall(" ".join(parts_of(text)))]
    if len(words) > 1 and words[0] == "THE":
        del words[0]
    if len(words) > 1:
        words = [*("ST" if word == "SAINT" else word for word in words[:-1]), _SHORT.get(words[-1], words[-1])]
    written = ""
    for word in words:
        apart = written and (word[0].isdecimal() or written[-1].isdecimal())
        written += f" {word}" if apart else word
    return written


def _ordinal(word: str) -> str:
    return _IN_WORDS[_ORDINALS.index(word)] if word in _ORDINALS else word


class Flat(NamedTuple):
    """A part of a house with a door of its own. A ``level`` is one without number or letter: *First Floor Flat*."""

    text: str = ""
    level: bool = True

    def __add__(self, more: "Flat") -> "Flat":  # type: ignore[override]  # a flat is no sequence
        """Both together; beside a number the floor says nothing more."""
        if self.level is not more.level:
            return more if self.level else self
        return Flat(f"{self.text} {more.text}".strip(), self.level)


def flat(text: str) -> Flat:
    """Read what stands where a flat belongs: *Flat 2* is *Apt. 2* and *2*, but not *Unit 2*."""
    found = Flat()
    rest = " ".join(parts_of(text))
    while rest:
        taken, rest = take_flat(rest)
        if not taken.text:
            number, after = take_number(rest)
            taken, rest = (
                (Flat(number, level=False), after) if number else (Flat(name(rest), level=not found.level), "")
            )
        found += taken
    return found


def take_flat(part: str) -> tuple[Flat, str]:
    """The flat that a part of an address begins with, or wholly is, and what follows; an empty one: there is none."""
    if found := _PART.match(part):
        number, after = take_number(found[2])
        own = number if number and not after else name(found[2])
        return Flat(f"{_SAME_KIND.get(found[1], found[1])} {own}".strip(), level=False), part[found.end() :]
    if _LEVEL.fullmatch(part):
        words = (_SAME_KIND.get(word, word) for word in part.split())
        return Flat(name(" ".join(filter(None, words))) or "FLAT"), ""
    return Flat(), part


def take_number(part: str) -> tuple[str, str]:
    """The house number that a part of an address begins with, and what follows; empty when there is none.

    ``14 a High Street`` begins with ``14A``, ``No. 014 – 16`` is ``14-16``; ``14/16`` is no number, nor is ``1st``.
    """
    found = _NUMBER.match(part)
    if found is None:
        return "", part
    first, last = (
        f"{number}{letter or ''}" if number else "" for number, letter in (found.group(1, 2), found.group(3, 4))
    )
    return f"{first}-{last}" if last and last != first else first, part[found.end() :]
