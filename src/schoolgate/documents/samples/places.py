"""Schools and addresses that do not exist: postcodes begin with ZZ, property numbers with 99 (reference 4.6)."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from schoolgate.documents.la_numbers import la_name
from schoolgate.documents.samples.dice import Dice

_INWARD = "ABDEFGHJLNPQRSTUWXYZ"
"""The letters of a postcode's second half."""


@dataclass(frozen=True, slots=True)
class Phase:
    """What pupils a school of some range of numbers has (reference 5.4, of which the ranges are unchecked)."""

    name: str
    years: tuple[int, ...]
    """Year groups by number: 0 is Reception, -1 and -2 the nursery years."""
    whole_name: str
    """What follows a school's own name."""


NURSERY = Phase("nursery", (-2, -1), "Nursery School")
REFERRAL = Phase("pupil referral unit", tuple(range(7, 12)), "Pupil Referral Unit")
PRIMARY = Phase("primary", tuple(range(7)), "Primary School")
SECONDARY = Phase("secondary", tuple(range(7, 14)), "School")
SPECIAL = Phase("special", tuple(range(14)), "Special School")
ALL_THROUGH = Phase("all-through", tuple(range(14)), "Academy")

_RANGES = (
    (1000, 1099, NURSERY),
    (1100, 1199, REFERRAL),
    (2000, 3999, PRIMARY),
    (4000, 4999, SECONDARY),
    (5200, 5299, PRIMARY),
    (5400, 5499, SECONDARY),
    (5900, 5999, SECONDARY),
    (7000, 7999, SPECIAL),
)


def phase_of(school: str) -> Phase:
    """Return the phase a school's number speaks of; a number of no range is an all-through school's."""
    return next((phase for first, last, phase in _RANGES if first <= int(school) <= last), ALL_THROUGH)


def school_name(la: str, school: str) -> str:
    """Return the name of a school, always the same for its numbers. 820/4321 is the Green Abbey of the handbooks."""
    if (la, school) == ("820", "4321"):
        return "Green Abbey School"
    names = _names()["schools"]
    return f"{names[(int(la) * 7 + int(school)) % len(names)]} {phase_of(school).whole_name}"


def address(dice: Dice, la: str) -> dict[str, Any]:
    """Make an address in the form of BS 7666 somewhere in the authority."""
    town = dice.pick(_names()["towns"])
    property_address = {
        "PAON": dice.pick(_names()["houses"]) if dice.chance(0.06) else str(dice.number(1, 180)),
        "Street": dice.pick(_names()["streets"]),
        "Locality": dice.pick(_names()["localities"]),
        "Town": town,
        "AdministrativeArea": la_name(la)[:30],
        "PostTown": town.upper(),
        "UniquePropertyReferenceNumber": str(99 * 10**10 + int(dice.random() * 10**10)),
    }
    if dice.chance(0.13):
        property_address = {"SAON": f"Flat {dice.number(1, 24)}", **property_address}
    return {
        "BS7666Address": property_address,
        "PostCode": _postcode(dice),
        "Easting": f"{dice.number(400_000, 599_999)}.0",
        "Northing": f"{dice.number(150_000, 499_999)}.0",
    }


def address_in_lines(dice: Dice, la: str) -> dict[str, Any]:
    """Make an address as plain lines, as offices type them for people who live elsewhere."""
    lines = [
        f"{dice.number(1, 180)} {dice.pick(_names()['streets'])}",
        dice.pick(_names()["localities"]),
        dice.pick(_names()["towns"]),
    ]
    return {
        "AddressLines": {f"AddressLine{number}": line for number, line in enumerate(lines, start=1)},
        "PostCode": _postcode(dice),
    }


def _postcode(dice: Dice) -> str:
    return f"ZZ{dice.number(1, 99)} {dice.number(0, 9)}{dice.pick(_INWARD)}{dice.pick(_INWARD)}"


@cache
def _names() -> dict[str, tuple[str, ...]]:
    tables = tomllib.loads((files(__package__) / "places.toml").read_text(encoding="utf-8"))
    return {kind: tuple(names) for kind, names in tables.items()}
