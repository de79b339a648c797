"""What pupils are recognised by, in the form in which it is compared: the same for an incoming and a held one.

Names without case, accents, blanks, hyphens and apostrophes (reference 9.4, 9: inferred), UPNs only when their check
letter fits, GUIDs without braces and hyphens. What is not said is empty, and what is empty agrees with nothing.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from schoolgate.authority.records.groups import spelling
from schoolgate.documents.identifiers import upn_fault
from schoolgate.documents.students.entries import Record

LONGEST_GUID = 100
SEXES = frozenset({"M", "F"})

_HALF_RINGS = "\N{MODIFIER LETTER RIGHT HALF RING}\N{MODIFIER LETTER LEFT HALF RING}"
"""Apostrophes of Arabic names in Latin letters; Unicode calls them letters."""
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
"""Letters that a passport spells with two."""


@dataclass(frozen=True, slots=True)
class MatchKeys:
    """One pupil's identifiers in compared form; make it by ``match_keys`` or ``keys_of``."""

    family: str = ""
    given: str = ""
    born: date | None = None
    sex: str = ""
    """``M``, ``F``, or empty."""
    upn: str = ""
    """A UPN whose check fits, temporary ones included."""
    former_upns: frozenset[str] = frozenset()
    guids: frozenset[str] = frozenset()
    """Keys of the pupil in systems of schools: one from a document; of a held pupil, one for each system met."""
    other_families: frozenset[str] = frozenset()
    """Preferred and former family names, and spellings: the second chance."""
    other_givens: frozenset[str] = frozenset()
    """Preferred and former given names, the given name with the middle names, and spellings."""
    wrong_upn: str = ""
    """What was sent as a UPN though its check does not fit: helps a person to see a near miss, and nothing else."""

    @property
    def families(self) -> Iterator[str]:
        """Every form of the family name, the main one first."""
        yield from _all_forms(self.family, self.other_families)

    @property
    def givens(self) -> Iterator[str]:
        """Every form of the given name, the main one first."""
        yield from _all_forms(self.given, self.other_givens)

    @property
    def upns(self) -> Iterator[str]:
        """The UPN, then those of before."""
        yield from _all_forms(self.upn, self.former_upns)


def _all_forms(main: str, others: frozenset[str]) -> Iterator[str]:
    if main:
        yield main
    yield from others


def match_keys(
    *,
    family: str = "",
    given: str = "",
    born: str | date | None = None,
    sex: str = "",
    upn: str = "",
    guids: Iterable[str] = (),
    middle: str = "",
    former_upns: Iterable[str] = (),
    other_families: Iterable[str] = (),
    other_givens: Iterable[str] = (),
) -> MatchKeys:
    """Make keys of texts as they stand in documents or with the held pupil.

    ``other_families`` and ``other_givens`` are preferred and former names; ``born`` is a date or ``yyyy-mm-dd``.
    Nothing raises: what cannot be used counts as not said.
    """
    main_family, main_given = normal_name(family), normal_name(given)
    sent_upn = normal_upn(upn)
    right_upn = sent_upn if _fits(sent_upn) else ""
    givens = [given, *other_givens]
    if middle:
        givens.append(f"{given}{middle}")
    return MatchKeys(
        family=main_family,
        given=main_given,
        born=_date(born),
        sex=sex if sex in SEXES else "",
        upn=right_upn,
        former_upns=frozenset(number for number in map(normal_upn, former_upns) if _fits(number)) - {right_upn},
        guids=frozenset(map(normal_guid, guids)) - {""},
        other_families=frozenset(_forms([family, *other_families])) - {main_family, ""},
        other_givens=frozenset(_forms(givens)) - {main_given, ""},
        wrong_upn="" if right_upn else sent_upn,
    )


def keys_of(record: Record) -> MatchKeys:
    """Make the keys of an incoming pupil's record (``documents.students.entries``)."""
    basic = record.get("BasicDetails") or {}
    additions = record.get("SuppInfo") or {}
    return match_keys(
        family=record.get("Surname", ""),
        given=record.get("Forename", ""),
        born=record.get("DOB", ""),
        sex=record.get("Sex", ""),
        upn=record.get("UPN", ""),
        guids=_texts(additions, "GUID"),
        middle=basic.get("MiddleNames", ""),
        former_upns=_texts(basic, "FormerUPN"),
        other_families=_texts(basic, "PreferredSurname", "FormerSurname"),
        other_givens=_texts(basic, "PreferredForename", "FormerForename"),
    )


def normal_name(text: str) -> str:
    """Return the letters and digits of the name in normal form (``spelling.name``); ``-`` or ``.`` is no name."""
    if text.isascii() and text.isalpha():
        return text.lower()
    return "".join(filter(_counts, spelling.name(text)))


def spelt_out(text: str) -> str:
    """Return the name as a passport spells it (Müller: ``mueller``), in normal form otherwise."""
    if text.isascii():
        return normal_name(text)
    return normal_name(unicodedata.normalize("NFC", text.casefold()).translate(_SPELT_OUT))


def normal_upn(text: str) -> str:
    """Return the UPN in capitals without blanks."""
    return "".join(text.split()).upper()


def normal_guid(text: str) -> str:
    """Return a GUID in small letters, without braces and hyphens.

    Empty for one that stands for none (all 0, all f), and for what is longer than any key.
    """
    guid = "".join(filter(str.isalnum, text.lower()))
    return "" if set(guid) in ({"0"}, {"f"}) or len(guid) > LONGEST_GUID else guid


def is_temporary(upn: str) -> bool:
    """Say if a UPN in normal form is a temporary one: it ends in a letter (reference 5.1)."""
    return upn[-1:].isalpha()


def _counts(sign: str) -> bool:
    return sign.isalnum() and sign not in _HALF_RINGS


def _fits(upn: str) -> bool:
    # Sample LAs pass: who takes them in at all is decided where values are checked.
    return bool(upn) and upn_fault(upn, demo=True) is None


def _forms(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield normal_name(name)
        if not name.isascii():
            yield spelt_out(name)


def _date(born: str | date | None) -> date | None:
    if not isinstance(born, str):
        return born
    try:
        return date.fromisoformat(born)
    except ValueError:
        return None


def _texts(record: dict[str, Any], *names: str) -> Iterator[str]:
    """The texts under ``names``; among an MIS's additions a name met twice has a list."""
    for name in names:
        value = record.get(name, "")
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and text:
                yield text
