"""Spellings of one value that count as the same (issue 3; reference 9.4 step 9): what two texts are compared by.

Each gives a text back, and gives that one back unchanged when it is put in again. A text of which nothing would be left
stands for itself.
"""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

_ACCENT = re.compile("[\u0300-\u036f]")
_BLANKS_HYPHENS_APOSTROPHES = re.compile(
    r"[\s\-'`\u00ad\u00b4\u02b9-\u02bd\u02c8\u2010-\u2015\u2018-\u201b\u2032\u2212\ufe58\ufe63\uff07\uff0d]"
)
# Letters with a stroke or joined, which Unicode does not take apart.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
_NO_DIGIT = re.compile("[^0-9]")
_TRUE = frozenset({"true", "1"})


def name(text: str) -> str:
    """A name without case, accents, blanks, hyphens and apostrophes: ``O’Neill-Łoś`` is ``oneilllos``."""
    if text.isascii():
        folded = text.lower()
    else:
        folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        folded = _ACCENT.sub("", folded.translate(_LETTERS))
    return _BLANKS_HYPHENS_APOSTROPHES.sub("", folded) or text


def phone(text: str) -> str:
    """A telephone number by its digits, dialled from within the United Kingdom: +44 (0)1632 960001 is 01632960001."""
    digits = _NO_DIGIT.sub("", text)
    if text.lstrip(" (").startswith("+"):
        digits = f"00{digits}"
    if digits.startswith("0044"):
        digits = "0" + digits[4:].lstrip("0")
    return digits or text


def postcode(text: str) -> str:
    """A post code in capitals without blanks."""
    return "".join(text.split()).upper() or text


def yes_no(text: str) -> str:
    """XML's two ways to write yes and no: ``1`` is ``true``."""
    return "true" if text in _TRUE else "false" if text in {"false", "0"} else text


def number(text: str) -> str:
    """A number by its worth: ``1.500000`` is ``1.5``."""
    found = worth(text)
    return text if found is None else f"{found.normalize() + 0:f}"


def worth(text: str) -> Decimal | None:
    """The worth of what should be a number; None of what is none."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def as_written(text: str) -> str:
    """Every character counts."""
    return text
