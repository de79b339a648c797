"""Amounts and numbers as people type them, read as what they mean or not at all."""

import re

_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")


def plain_amount(text: str) -> str:
    """£1,200.50 as 1200.50. A comma that divides no thousands stays: 1,20 is no amount, and never £120."""
    bare = text.strip().removeprefix("£").strip()
    return bare.replace(",", "") if _THOUSANDS.fullmatch(bare) else bare


def plain_duns(text: str) -> str:
    """A DUNS number without the blanks and hyphens that it is printed with: 12-345-6789."""
    return re.sub(r"[ -]", "", text)
