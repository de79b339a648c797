"""What pupils are recognised by, in the form in which it is compared: the same for an incoming and a held one.

Names without case, accents, blanks, hyphens and apostrophes (reference 9.4, 9: inferred), UPNs only when their check
letter fits, GUIDs without braces and hyphens. What is not said is empty, and what is empty agrees with nothing.

Of a member of staff the teacher number takes the UPN's place, without one the National Insurance number, which else is
a former number (ADR 024). No pupil is compared with a member of staff.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from schoolgate.authority.records.groups import spelling
from schoolgate.authority.records.groups.registry import subject_of
from schoolgate.authority.records.groups.staff_details import given_names
from schoolgate.authority.records.subjects import STAFF
from schoolgate.documents.identifiers import ni_number_fault, upn_fault
from schoolgate.documents.students.entries import Record

LONGEST_GUID = 100
UPN_LENGTH = 13
_TEACHER_NUMBER = 7
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
    staff: bool = False,
) -> MatchKeys:
    """Make keys of texts as they stand in documents or with the held pupil.

    ``other_families`` and ``other_givens`` are preferred and former names; ``born`` is a date or ``yyyy-mm-dd``. Of
    ``staff`` the numbers are those of a member of staff.
    Nothing raises: what cannot be used counts as not said.
    """
    main_family, main_given = normal_name(family), normal_name(given)
    sent_upn = normal_upn(upn)
    fits = _fits_staff if staff else _fits
    right_upn = sent_upn if fits(sent_upn) else ""
    givens = [given, *other_givens]
    if middle:
        givens.append(f"{given}{middle}")
    return MatchKeys(
        family=main_family,
        given=main_given,
        born=_date(born),
        sex=sex if sex in SEXES else "",
        upn=right_upn,
        former_upns=frozenset(number for number in map(normal_upn, former_upns) if fits(number)) - {right_upn},
        guids=frozenset(map(normal_guid, guids)) - {""},
        other_families=frozenset(_forms([family, *other_families])) - {main_family, ""},
        other_givens=frozenset(_forms(givens)) - {main_given, ""},
        wrong_upn="" if right_upn else sent_upn,
    )


def keys_of(record: Record) -> MatchKeys:
    """Make the keys of an incoming record of a pupil, or a member of staff (``documents.students.entries``)."""
    if subject_of(record) == STAFF:
        return _keys_of_staff(record["StaffDetails"])
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


def _keys_of_staff(details: Record) -> MatchKeys:
    names = details.get("StaffMemberName", {})
    givens = given_names(names)
    teacher, insurance = details.get("TeacherNumber", ""), details.get("NINumber", "")
    return match_keys(
        family=names.get("PersonFamilyName", ""),
        given=givens[0] if givens else "",
        born=details.get("PersonBirthDate", ""),
        sex=details.get("Sex", ""),
        upn=teacher or insurance,
        guids=_texts(details, "GUID"),
        middle=" ".join(givens[1:]),
        former_upns=[insurance] if teacher else [],
        other_families=[*_texts(details, "PreferredFamilyName"), *details.get("FormerFamilyNames", [])[-1:]],
        other_givens=_texts(details, "PreferredGivenName"),
        staff=True,
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
    return len(upn) == UPN_LENGTH and upn[-1].isalpha()


def insurance_number(keys: MatchKeys) -> str:
    """Return the National Insurance number of a member of staff; empty where none is known, and of a pupil."""
    return next(filter(_is_insurance_number, keys.upns), "")


def _counts(sign: str) -> bool:
    return sign.isalnum() and sign not in _HALF_RINGS


def _fits(upn: str) -> bool:
    # Sample LAs pass: who takes them in at all is decided where values are checked.
    return bool(upn) and upn_fault(upn, demo=True) is None


def _fits_staff(number: str) -> bool:
    is_teacher_number = len(number) == _TEACHER_NUMBER and number.isdecimal()
    return is_teacher_number or _is_insurance_number(number)


def _is_insurance_number(number: str) -> bool:
    return len(number) < UPN_LENGTH and bool(number) and ni_number_fault(number, demo=True) is None


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
