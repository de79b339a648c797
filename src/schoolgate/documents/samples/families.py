"""Families: who lives together, whom the school rings, and what brothers and sisters share."""

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

from schoolgate.documents.samples import places
from schoolgate.documents.samples.dice import Dice, slots
from schoolgate.documents.samples.heritages import Heritage, heritages

_CHILDREN = slots({1: 62, 2: 29, 3: 8, 4: 1}, 100)
_HOMES = slots({"both": 66, "mother": 24, "father": 4, "stepfather": 6}, 100)
_WOMEN_TITLES = slots({"Mrs": 62, "Ms": 18, "Miss": 17, "Dr": 3}, 100)
_MEN_TITLES = slots({"Mr": 96, "Dr": 3, "Rev": 1}, 100)
_LETTERS_WITHOUT_ACCENTS = str.maketrans("łŁıøØđĐ", "lLioOdD")


@dataclass(frozen=True, slots=True)
class Family:
    """What the children of one family have in common."""

    heritage: Heritage
    surname: str
    children: int
    address: dict[str, Any]
    contacts: list[dict[str, Any]]
    """Records of the contacts, the same objects for every child."""
    ethnicity: str
    language: str
    country: str
    """Where the elder children were born."""
    free_meals: bool
    in_care: bool
    service: bool
    """A parent serves in the armed forces."""


def make_family(dice: Dice, la: str, *, guids: bool) -> Family:
    """Make a family somewhere in the authority; ``guids`` gives its contacts the MIS's own keys."""
    heritage = dice.pick(heritages())
    surname = dice.pick(heritage.surnames)
    if heritage.name == "british" and dice.chance(0.03):
        surname = f"{surname}-{dice.pick(heritage.surnames)}"
    in_care, service = dice.chance(0.013), dice.chance(0.012)
    address = places.address(dice, la)
    contacts = _foster_home(dice) if in_care else _home(dice, heritage, surname, la)
    for order, contact in enumerate(contacts, start=1):
        contact["Order"] = str(min(order, 10))
        if guids:
            contact["GUID"] = dice.guid()
    return Family(
        heritage=heritage,
        surname=surname,
        children=1 if in_care else dice.pick(_CHILDREN),
        address=address,
        contacts=contacts,
        ethnicity=dice.pick(heritage.ethnicities),
        language=dice.pick(heritage.languages),
        country=dice.pick(heritage.countries),
        free_meals=dice.chance(0.24),
        in_care=in_care,
        service=service,
    )


def mail_address(forename: str, surname: str) -> str:
    """Make an e-mail address at a domain that is nobody's."""
    return f"{_plain(forename)}.{_plain(surname)}@example.org"


def mobile(dice: Dice) -> str:
    """Make a mobile number out of the thousand that Ofcom keeps for drama."""
    return f"07700900{dice.number(0, 999):03}"


def land_line(dice: Dice) -> str:
    """Make a land line number out of those that Ofcom keeps for drama."""
    return f"01632 960{dice.number(0, 999):03}"


def _home(dice: Dice, heritage: Heritage, surname: str, la: str) -> list[dict[str, Any]]:
    home = dice.pick(_HOMES)
    phone = land_line(dice) if dice.chance(0.35) else ""
    mother_name = surname if dice.chance(0.7) else dice.pick(heritage.surnames)
    mother = dice.pick(heritage.women), mother_name
    father = dice.pick(heritage.men), surname
    if home == "both":
        contacts = [_parent(dice, *mother, "PAM", phone), _parent(dice, *father, "PAF", phone)]
        if dice.chance(0.5):
            contacts.reverse()
    elif home == "father":
        contacts = [_parent(dice, *father, "PAF", phone), _parent(dice, *mother, "PAM", "", _elsewhere(dice, la))]
    else:
        contacts = [_parent(dice, *mother, "PAM", phone)]
        if home == "stepfather":
            contacts.append(_parent(dice, dice.pick(heritage.men), mother_name, "STF", phone))
        if dice.chance(0.75):
            contacts.append(_parent(dice, *father, "PAF", "", _elsewhere(dice, la)))
    if dice.chance(0.6):
        relative = dice.pick(heritage.women), dice.pick((surname, mother_name))
        contacts.append(_contact(dice, *relative, "REL", _elsewhere(dice, la), responsible=False))
    if dice.chance(0.12):
        neighbour = dice.pick(heritage.men), dice.pick(heritage.surnames)
        contacts.append(_contact(dice, *neighbour, "OTH", _elsewhere(dice, la), responsible=False))
    return contacts


def _foster_home(dice: Dice) -> list[dict[str, Any]]:
    people = heritages()[0]
    surname = dice.pick(people.surnames)
    foster_mother = _parent(dice, dice.pick(people.women), surname, "FOM", land_line(dice))
    worker = dice.pick(people.women), dice.pick(people.surnames)
    office = {"AddressLines": {"AddressLine1": "Children's Services", "AddressLine2": "County Hall"}}
    return [foster_mother, _contact(dice, *worker, "SWR", office, responsible=True, phone=("W", land_line(dice)))]


def _elsewhere(dice: Dice, la: str) -> dict[str, Any]:
    return places.address_in_lines(dice, la)


def _parent(
    dice: Dice, forename: str, surname: str, relationship: str, phone: str, address: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A parent or who stands for one; without an address of their own they live with the pupil."""
    at_home = address or {"AddressAsPupil": "true"}
    contact = _contact(dice, forename, surname, relationship, at_home, responsible=True)
    if phone:
        contact["Phones"].append({"TelephoneType": "H", "PhoneNo": phone})
    if dice.chance(0.45):
        contact["Phones"].append({"TelephoneType": "W", "PhoneNo": land_line(dice)})
    if dice.chance(0.85):
        contact["Email"] = mail_address(forename, surname)
    return contact


def _contact(
    dice: Dice,
    forename: str,
    surname: str,
    relationship: str,
    address: dict[str, Any],
    *,
    responsible: bool,
    phone: tuple[str, str] | None = None,
) -> dict[str, Any]:
    is_man = relationship in {"PAF", "STF", "FOF", "OTH"}
    kind, number = phone or ("M", mobile(dice))
    return {
        "Order": "",
        "Title": dice.pick(_MEN_TITLES if is_man else _WOMEN_TITLES),
        "Surname": surname,
        "Forename": forename,
        "Sex": "M" if is_man else "F",
        "Relationship": relationship,
        "Responsibility": "true" if responsible else "false",
        "Address": address,
        "Phones": [{"TelephoneType": kind, "PhoneNo": number}],
    }


@cache
def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.translate(_LETTERS_WITHOUT_ACCENTS))
    return "".join(letter for letter in decomposed.lower() if "a" <= letter <= "z")
