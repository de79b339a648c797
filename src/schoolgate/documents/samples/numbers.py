"""Numbers given out to made-up pupils, none twice in a sample (reference 5)."""

from collections import Counter
from functools import cache

from schoolgate.documents.identifiers import UPN_LETTERS, uci_check_letter, uln_check_digit, upn_check_letter
from schoolgate.documents.la_numbers import la_numbers

_ULN_COUNT = 900_000_000
_ULN_STEP = 320_873_219
"""Has no factor in common with the count, so that every number comes once before any comes again."""


@cache
def current_las() -> tuple[str, ...]:
    """Return the numbers of today's authorities in England."""
    return tuple(la.number for la in la_numbers().values() if la.status == "current")


class NumberOffice:
    """Gives out UPNs, ULNs and UCIs for the pupils of one school.

    Two schools of an authority can share a sample: a primary's UPNs hold its own number, a secondary's those of two
    primaries that feed it alone, from serial 500 on.
    """

    def __init__(self, la: str, school: str, *, start: int) -> None:
        """``start`` moves the ULNs of this sample away from other samples'."""
        self._la = la
        self._number = int(school)
        self._others = tuple(other for other in current_las() if other != la)
        self._given: Counter[tuple[str, int]] = Counter()
        self._ulns = start

    def upn(self, year: int) -> str:
        """Give out a UPN of the year of issue ``year``."""
        turn = self._next("own", year)
        if 4000 <= self._number <= 4999:
            first_feeder = 2000 + 2 * (self._number - 4000)
            return _upn(self._la, first_feeder + turn % 2 + turn // 1_000 * 2, year, f"{500 + turn // 2 % 500}")
        return _upn(self._la, self._number + turn // 999, year, f"{1 + turn % 999:03}")

    def upn_from_elsewhere(self, year: int) -> str:
        """Give out a UPN that another authority's school issued."""
        turn, la = divmod(self._next("elsewhere", year), len(self._others))
        return _upn(self._others[la], 2000 + (self._number + turn // 999) % 2000, year, f"{1 + turn % 999:03}")

    def temporary_upn(self, year: int) -> str:
        """Give out a temporary UPN: two digits and a letter at its end."""
        turn, serial = divmod(self._next("temporary", year), 100)
        school, letter = divmod(turn, len(UPN_LETTERS))
        return _upn(self._la, self._number + school, year, f"{serial:02}{UPN_LETTERS[letter]}")

    def uln(self) -> str:
        """Give out a learner number."""
        while True:
            self._ulns += 1
            body = str(100_000_000 + self._ulns * _ULN_STEP % _ULN_COUNT)
            digit = uln_check_digit(body)
            if digit:
                return body + digit

    def uci(self, year: int) -> str:
        """Give out a candidate number of the year of the exam ``year``."""
        turn = self._next("uci", year)
        body = f"{10_000 + self._number * 7 % 60_000 + turn // 9_000:05}0{year % 100:02}{1_000 + turn % 9_000}"
        return body + uci_check_letter(body)

    def _next(self, kind: str, year: int) -> int:
        """Count from 0 for each kind and year."""
        self._given[kind, year] += 1
        return self._given[kind, year] - 1


def _upn(la: str, school: int, year: int, serial: str) -> str:
    body = f"{la}{school % 10_000:04}{year % 100:02}{serial}"
    return upn_check_letter(body) + body
