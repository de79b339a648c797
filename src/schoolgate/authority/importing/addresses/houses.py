"""An address as somebody wrote it, by what it is looked up in the list, and which of several it means.

Post code and house say which; the street counts only where a post code has such a house more than once. The post does
it so, and streets are spelt in too many ways to refuse by (inferred).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from schoolgate.authority.importing.addresses.spelling import Flat, parts_of, take_flat, take_number
from schoolgate.authority.importing.addresses.spelling import flat as flat_of
from schoolgate.authority.importing.addresses.spelling import name as name_of
from schoolgate.authority.records.groups import spelling

_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]?[0-9][A-Z]{2}|BFPO[0-9]{1,4}")
_UPRN = re.compile(r"0*([1-9][0-9]{0,11})")
_NO_FLAT = Flat()
_WORDS_OF = ("Street", "Locality", "Town", "PostTown")


def postcode_of(text: str) -> str:
    """A post code in capitals without blanks; empty when it is none (reference 4.6)."""
    plain = spelling.postcode(text)
    return plain if _POSTCODE.fullmatch(plain) else ""


def uprn_of(text: str) -> int | None:
    """A UPRN, of up to twelve digits (reference 5.4); None when it is none."""
    found = _UPRN.fullmatch(text.strip())
    return int(found[1]) if found else None


def key(postcode: str, flat: str, house: str) -> str:
    """What a house is looked up by; ``house`` is its number or its name, in normal form."""
    return f"{postcode}|{flat}|{house}"


class Listed(NamedTuple):
    """An address of the list; the keys are empty where the house has no number, or no name."""

    uprn: int
    by_number: str
    by_name: str
    street: str
    text: str


@dataclass(frozen=True, slots=True)
class House:
    """What lines of an address say of the house, in normal form; what they don't say is empty."""

    flat: str = ""
    number: str = ""
    names: tuple[str, ...] = ()
    """What stands before the number; without one all that is no flat: the house's name, then street and town."""
    after: tuple[str, ...] = ()
    """What stands behind the number: street and town."""


def read_house(lines: Iterable[str], flat: Flat = _NO_FLAT) -> House:
    """Read lines such as ``Flat 2, 14a High Street``; ``flat`` is known from elsewhere."""
    number = ""
    names: list[str] = []
    after: list[str] = []
    for part in (part for line in lines for part in parts_of(line)):
        rest = part
        while rest:
            taken, rest = take_flat(rest)
            if taken.text:
                flat += taken
                continue
            found, behind = ("", rest) if after else take_number(rest)
            if found and number:
                # Two numbers in a row: the first is the flat's.
                flat += Flat(number, level=False)
            if found:
                number, rest = found, behind
                continue
            (after if number else names).append(name_of(rest))
            rest = ""
    return House(flat.text, number, tuple(filter(None, names)), tuple(filter(None, after)))


@dataclass(frozen=True, slots=True)
class Written:
    """An address that is looked up."""

    uprn: int | None
    postcode: str
    house: House
    flat_as_name: str = ""
    """What stood where a flat belongs, and may as well be the house's name."""
    words: frozenset[str] = frozenset()
    """Names of houses, streets and towns, wherever they stood."""

    @property
    def numbers(self) -> set[str]:
        """Keys that a listed house may have by its number."""
        house = self.house
        if not (self.postcode and house.number):
            return set()
        flats = {house.flat} if house.flat or not house.names else {"", house.names[0]}
        return {key(self.postcode, flat, house.number) for flat in flats}

    @property
    def names(self) -> set[str]:
        """Keys that a listed house may have by its name."""
        house, found = self.house, set[tuple[str, str]]()
        if not self.postcode:
            return set()
        if self.flat_as_name:
            found.add(("", self.flat_as_name))
        if house.names:
            found.add((house.flat, house.names[0]))
        if house.number and house.after and not house.flat:
            # Number 14 of a street, or flat 14 of a house: "14 Rose Court".
            found.add((house.number, house.after[0]))
        if len(house.names) > 1 and not (house.number or house.flat):
            found.add((house.names[0], house.names[1]))
        return {key(self.postcode, *one) for one in found}

    def agreeing(self, listed: Listed) -> int:
        """How much of the listed house was said: its flat, its number, its name, its street."""
        _, flat, number = _parts(listed.by_number)
        _, flat_of_name, name = _parts(listed.by_name)
        flat = flat or flat_of_name
        return (
            (flat != "" and flat in {self.house.flat, self.house.number, *self.words})
            + (number != "" and number == self.house.number)
            + (name != "" and name in self.words)
            + (listed.street != "" and listed.street in self.words)
        )


def _parts(of_key: str) -> tuple[str, str, str]:
    postcode, _, rest = of_key.partition("|")
    flat, _, house = rest.partition("|")
    return postcode, flat, house


def written(address: Mapping[str, Any]) -> Written:
    """Read an address of a document: in parts, in lines, or both (reference 4.6); the parts count where there are."""
    parts: Mapping[str, str] = address.get("BS7666Address", {})
    lines = [text for _, text in sorted(address.get("AddressLines", {}).items())]
    saon, flat_as_name = parts.get("SAON", ""), ""
    if parts.get("PAON"):
        house = read_house([parts["PAON"], parts.get("Street", "")], flat_of(saon))
        flat_as_name = "" if any(map(str.isdecimal, saon)) else name_of(saon)
    else:
        house = read_house([saon, parts.get("Street", "")] if saon or parts.get("Street") else lines)
    others = [name_of(part) for line in lines for part in parts_of(line)]
    others += [name_of(parts[word]) for word in _WORDS_OF if word in parts]
    postcodes = map(postcode_of, (address.get("PostCode", ""), *reversed(lines)))
    return Written(
        uprn_of(parts.get("UniquePropertyReferenceNumber", "")),
        next(filter(None, postcodes), ""),
        house,
        flat_as_name,
        frozenset(filter(None, (*others, *house.names, *house.after, flat_as_name))),
    )


def meant(this: Written, listed: Iterable[Listed]) -> list[Listed]:
    """Which addresses of the list ``this`` may be: none, the one it is, or several between which nobody can tell.

    A UPRN decides, but where post code and house say another: then both are given.
    """
    rows = list(listed)
    numbers, names = this.numbers, this.names
    by_house = [row for row in rows if row.by_number in numbers or row.by_name in names]
    most = max(map(this.agreeing, by_house), default=0)
    best = [row for row in by_house if this.agreeing(row) == most]
    own = next((row for row in rows if row.uprn == this.uprn), None)
    if own is None:
        return best
    return [own] if own in best or not best else [own, *best]
