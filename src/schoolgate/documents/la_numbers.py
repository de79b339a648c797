"""The LA numbers that occur in files, with their names and standing (reference 10).

Withdrawn numbers are legal: they live on in UPNs and in schools that kept them (820 is Bedfordshire until 2009).
The list is data and can be older than the world: a number that it lacks may be a new authority, so whether an
unlisted number is refused is for the caller to say.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast

Status = Literal["current", "withdrawn", "wales", "scotland", "northern-ireland", "other", "sample", "letters"]
"""``other`` are authorities overseas and the DfE's own numbers; ``sample`` are in no official list, only in samples of
the DfE; ``letters`` are XXX, MMM and NAA, which stand in a number's place."""

Source = Literal["public", "unchecked"]
"""``unchecked``: as generally known, not read again in a public source."""


@dataclass(frozen=True, slots=True)
class LaNumber:
    """One line of the list."""

    number: str
    name: str
    status: Status
    source: Source


@cache
def la_numbers() -> dict[str, LaNumber]:
    """Return the whole list by number."""
    lines = (files(__package__) / "data" / "la_numbers.csv").read_text(encoding="utf-8").splitlines()
    return {
        number: LaNumber(number, name, cast("Status", status), cast("Source", source))
        for number, name, status, source in csv.reader(lines[1:])
    }


def la_name(number: str) -> str:
    """Return the authority's name in the field's short form, or ``LA 950`` for a number that is not in the list."""
    la = la_numbers().get(number)
    return la.name if la else f"LA {number}"


def known(number: str, *, demo: bool = False) -> bool:
    """Say if ``number`` is an authority's, past or present; sample numbers (999, 111) only count in ``demo`` mode."""
    la = la_numbers().get(number)
    return la is not None and (la.status not in {"sample", "letters"} or (demo and la.status == "sample"))
