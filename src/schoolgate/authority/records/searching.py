"""Find pupils by what somebody knows of them: parts of names, a UPN, a post code, a date of birth, in any order."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet

from schoolgate.authority.records.keys import key_of, prefix
from schoolgate.authority.records.models import Pupil, PupilKey

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATES = (
    re.compile(r"\b(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})\b"),
    re.compile(r"\b(?P<day>[0-9]{1,2})([/.\-])(?P<month>[0-9]{1,2})\2(?P<year>[0-9]{4}|[0-9]{2})\b"),
    re.compile(rf"\b(?P<day>[0-9]{{1,2}}) (?P<month>{'|'.join(_MONTHS)})[a-z]* (?P<year>[0-9]{{4}})\b", re.IGNORECASE),
)
# A UPN's letter has at least four digits behind it, a post code's at most two.
_UPN = re.compile(r"\b[a-z][0-9]{4,12}[a-z]?\b", re.IGNORECASE)
_STAFF_NUMBER = re.compile(r"\b([0-9]{5,7}|[a-z]{2}[0-9]{6}[a-d]?)\b", re.IGNORECASE)
_POSTCODE = re.compile(r"\b(bfpo ?[0-9]{1,4}|[a-z]{1,2}[0-9][0-9a-z]?( ?[0-9][a-z]{0,2})?)\b", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"[\s,;\-\u2010-\u2015]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search asks for; every part must fit. Texts are beginnings of keys."""

    names: frozenset[str] = field(default_factory=frozenset)
    upns: frozenset[str] = field(default_factory=frozenset)
    postcodes: frozenset[str] = field(default_factory=frozenset)
    born: frozenset[date] = field(default_factory=frozenset)

    def __bool__(self) -> bool:
        return any((self.names, self.upns, self.postcodes, self.born))


def understand(text: str) -> Wanted:
    """Take a search apart. What is no date, post code or number (of a pupil or of staff) is part of a name."""
    born: set[date] = set()
    for form in _DATES:
        text = form.sub(lambda found: _note(found, born), text)
    upns, text = _taken(_UPN, text)
    of_staff, text = _taken(_STAFF_NUMBER, text)
    postcodes, text = _taken(_POSTCODE, text)
    return Wanted(_keys(_BETWEEN_WORDS.split(text)), _keys([*upns, *of_staff]), _keys(postcodes), frozenset(born))


def _note(found: re.Match[str], born: set[date]) -> str:
    month, year = found["month"].lower(), int(found["year"])
    number = int(month) if month.isdecimal() else _MONTHS.index(month) + 1
    try:
        born.add(date(year if year > 99 else 2000 + year, number, int(found["day"])))
    except ValueError:
        return found[0]
    return " "


def _taken(form: re.Pattern[str], text: str) -> tuple[list[str], str]:
    return [found[0] for found in form.finditer(text)], form.sub(" ", text)


def _keys(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(map(key_of, texts)) - {""}


def find_pupils(user: Any, text: str) -> QuerySet[Pupil]:
    """The pupils this user may know of to whom all of ``text`` fits, by name; none for an empty text.

    A word fits the beginning of a name, or of a part of one: of today, preferred or former. A UPN and a post code fit
    from their beginning, a date of birth whole: 14/02/2013, 14.2.13, 2013-02-14, 14 Feb 2013.
    """
    return among(Pupil.objects.visible_to(user), text)


def among(pupils: QuerySet[Pupil], text: str) -> QuerySet[Pupil]:
    """Of these pupils those whom all of ``text`` fits (`find_pupils`)."""
    wanted = understand(text)
    if not wanted:
        return pupils.none()
    for kind, keys in (
        (PupilKey.Kind.NAME, wanted.names),
        (PupilKey.Kind.UPN, wanted.upns),
        (PupilKey.Kind.POSTCODE, wanted.postcodes),
    ):
        for key in sorted(keys):
            found = PupilKey.objects.filter(prefix("text", key), kind=kind)
            pupils = pupils.filter(pk__in=found.values("pupil"))
    for day in wanted.born:
        pupils = pupils.filter(born=day)
    return pupils
