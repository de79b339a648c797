"""The numbers by which pupils, schools, authorities, buyers and addresses are known (reference 5).

For each there is a ``…_fault(text)``: ``None`` when the text is right, else the ``Fault`` with its reason, so that the
caller decides whether that is a refusal, a warning or an exception. Texts are taken as they stand: no blanks are
stripped and no letters raised. Digits are 0 to 9 only, not every digit of Unicode.
"""

import re
from dataclasses import dataclass

from schoolgate.documents.la_numbers import known, la_numbers
from schoolgate.documents.problems import DocumentError

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
"""I, O and S are never used: they read as digits."""
UCI_LETTERS = "ABCDEFGHKLMRTVWXY"
ULN_NOT_KNOWN = "9999999999"
"""Stands where a learner's number is not known; it fails the check digit (unchecked in a public source)."""

LA_LETTERS = frozenset({"XXX", "MMM", "NAA"})
"""Not known, left the maintained sector, not applicable."""
SCHOOL_LETTERS = frozenset({"XXXX", "MMMM", "LLLL"})
"""Not known, left the maintained sector, the authority itself."""

_UPN = re.compile(r"[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]")
_ULN = re.compile(r"[1-9][0-9]{9}")
_UCI = re.compile(r"[0-9]{5}[0-9A-Z][0-9]{6}[A-HK-MRTV-Y]")
_UPRN = re.compile(r"[1-9][0-9]{0,11}")
_DIGITS = re.compile(r"[0-9]+")

_UPN_VALUES = {character: value for value, character in enumerate(UPN_LETTERS)} | {str(n): n for n in range(10)}
_UCI_VALUES = {chr(ord("A") + n): n + 1 for n in range(16)} | {str(n): n for n in range(10)}


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a text is not the identifier it should be."""

    code: str
    """Stable: ``upn-pattern``, ``upn-check-letter`` …"""
    reason: str
    """A sentence without the value itself."""


def upn_check_letter(body: str) -> str:
    """Return the check letter for the twelve characters that follow it (reference 5.1).

    Raises KeyError when a character is neither a digit nor one of ``UPN_LETTERS``.
    """
    return UPN_LETTERS[sum(place * _UPN_VALUES[character] for place, character in enumerate(body, start=2)) % 23]


def upn_fault(text: str, *, demo: bool = False) -> Fault | None:
    """Check a permanent or temporary UPN: pattern, check letter, and that its LA digits are an authority's.

    The authority is the one that issued it at the time, so withdrawn numbers are right; sample ones are in ``demo``.
    """
    if not _UPN.fullmatch(text):
        return Fault("upn-pattern", "A UPN is a letter, eleven digits, and a digit or letter; never I, O or S.")
    if upn_check_letter(text[1:]) != text[0]:
        return Fault("upn-check-letter", "The first letter of the UPN does not fit its other characters.")
    if not known(text[1:4], demo=demo):
        return Fault("upn-la", "The second to fourth characters of the UPN are no LA number.")
    return None


@dataclass(frozen=True, slots=True)
class Upn:
    """A unique pupil number in its parts."""

    check_letter: str
    la: str
    """The issuing school's authority at the time: three digits."""
    school: str
    year: str
    """The year of issue: two digits."""
    serial: str

    @property
    def temporary(self) -> bool:
        """A temporary UPN ends in a letter; it holds until the permanent one is found."""
        return self.serial[-1].isalpha()

    def __str__(self) -> str:
        """Give the thirteen characters back."""
        return f"{self.check_letter}{self.la}{self.school}{self.year}{self.serial}"


def parse_upn(text: str, *, demo: bool = False) -> Upn:
    """Take a UPN apart; raises DocumentError with the code and reason of ``upn_fault``."""
    if fault := upn_fault(text, demo=demo):
        raise DocumentError(fault.code, fault.reason)
    return Upn(text[0], text[1:4], text[4:8], text[8:10], text[10:])


def uln_check_digit(first_nine: str) -> str | None:
    """Return the tenth digit of a learner number, or ``None`` if no number begins like this (reference 5.2)."""
    remainder = sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), first_nine, strict=True)) % 11
    return str(10 - remainder) if remainder else None


def uln_fault(text: str) -> Fault | None:
    """Check a unique learner number: ten digits, the first not 0, and the check digit."""
    if not _ULN.fullmatch(text):
        return Fault("uln-pattern", "A ULN is ten digits, the first not 0.")
    if text != ULN_NOT_KNOWN and uln_check_digit(text[:9]) != text[9]:
        return Fault("uln-check-digit", "The last digit of the ULN does not fit the other nine.")
    return None


def uci_check_letter(first_twelve: str) -> str:
    """Return the letter that ends an exam candidate number (reference 5.3).

    A letter at place 6 counts by its place in the alphabet, A to P. Raises KeyError for Q to Z, where public
    implementations differ and which no awarding body has.
    """
    total = sum(weight * _UCI_VALUES[char] for weight, char in zip(range(16, 4, -1), first_twelve, strict=True))
    return UCI_LETTERS[total % 17]


def uci_fault(text: str) -> Fault | None:
    """Check a unique candidate identifier. Made-up ones are common in others' data: warn rather than refuse."""
    if not _UCI.fullmatch(text):
        return Fault("uci-pattern", "A UCI is twelve digits, of which the sixth may be a letter, and a check letter.")
    if text[5] not in _UCI_VALUES:
        return Fault("uci-awarding-body", "The sixth character of the UCI is no awarding body's letter.")
    if uci_check_letter(text[:12]) != text[12]:
        return Fault("uci-check-letter", "The last letter of the UCI does not fit the other twelve characters.")
    return None


def la_number_fault(text: str, *, letters: bool = False, listed: bool = True, demo: bool = False) -> Fault | None:
    """Check an LA number: three digits, in the list of those past and present.

    ``letters`` also allows XXX, MMM and NAA; ``listed=False`` allows a number that the list does not have yet, though
    never one that only samples use; ``demo`` allows those too.
    """
    if letters and text in LA_LETTERS:
        return None
    if not _has_digits(text, 3):
        return Fault("la-number-pattern", "An LA number is three digits.")
    if known(text, demo=demo):
        return None
    if text in la_numbers():
        return Fault("la-number-sample", "This LA number is no authority's: it stands in samples only.")
    return Fault("la-number-unknown", "This LA number is in no list of authorities.") if listed else None


def school_number_fault(text: str, *, letters: bool = False) -> Fault | None:
    """Check a school number: four digits; ``letters`` also allows XXXX, MMMM and LLLL."""
    if _has_digits(text, 4) or (letters and text in SCHOOL_LETTERS):
        return None
    return Fault("school-number-pattern", "A school number is four digits.")


def urn_fault(text: str) -> Fault | None:
    """Check a unique reference number of a school: six digits."""
    return None if _has_digits(text, 6) else Fault("urn-pattern", "A URN is six digits.")


def uprn_fault(text: str) -> Fault | None:
    """Check a unique property reference number: 1 to 12 digits without leading zeros."""
    if _UPRN.fullmatch(text):
        return None
    return Fault("uprn-pattern", "A UPRN is 1 to 12 digits and does not begin with 0.")


def duns_fault(text: str) -> Fault | None:
    """Check a D-U-N-S number of a buyer or supplier: nine digits, leading zeros kept; it has no check digit."""
    return None if _has_digits(text, 9) else Fault("duns-pattern", "A DUNS number is nine digits.")


def _has_digits(text: str, count: int) -> bool:
    return len(text) == count and _DIGITS.fullmatch(text) is not None


_NI_NUMBER = re.compile(r"[A-Z]{2}[0-9]{6}[A-D]")
_NI_NEVER_FIRST, _NI_NEVER_SECOND = frozenset("DFIQUV"), frozenset("DFIOQUV")
_NI_NEVER = frozenset({"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"})
NI_OF_NOBODY = "QQ"
"""The letters that samples begin with: no number ever does (reference 7.8)."""


def ni_number_fault(text: str, *, demo: bool = False) -> Fault | None:
    """Check a National Insurance number: its pattern, and the two letters that it may begin with (public rule of HMRC).

    Those of samples are in ``demo``.
    """
    if not _NI_NUMBER.fullmatch(text):
        return Fault("ni-number-pattern", "A National Insurance number is two letters, six digits and A, B, C or D.")
    letters = text[:2]
    never = letters[0] in _NI_NEVER_FIRST or letters[1] in _NI_NEVER_SECOND or letters in _NI_NEVER
    if never and not (demo and letters == NI_OF_NOBODY):
        return Fault("ni-number-letters", "No National Insurance number begins with these two letters.")
    return None
