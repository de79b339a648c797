"""How much there is of everything in a filled site, and how the made-up rows differ from one another."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from itertools import islice
from typing import Any

from django.db.models import Model
from tests.documents.students.files import a_pupil

FORENAMES = ("Ada", "Ben", "Cleo", "Dan", "Ella", "Finn", "Grace", "Hugo", "Iris", "Jack", "Kai", "Lea", "Mia", "Noah")
BEGINNINGS = ("Ash", "Birch", "Cole", "Dale", "Elm", "Ford", "Glen", "Hart", "Ivy", "Keld", "Lang", "Marsh", "North")
ENDINGS = ("ley", "ton", "wood", "field", "worth", "ham", "bury", "stead", "well", "more", "combe", "by", "croft")
TODAY = datetime.now(UTC)
KEPT = timedelta(days=85)
"""How long the content of files has been kept; a little less than is usual, so that none is over."""
LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
AT_ONCE = 5_000


@dataclass(frozen=True)
class Filling:
    """How many rows of each; `history` rows a pupil, of each its groups at least one."""

    bases: int = 3
    pupils: int = 60
    history: int = 2
    conflicts: int = 20
    unmatched: int = 10
    imports: int = 12
    lines: int = 20
    """Of the journal, the audit, jobs, refusals and of those who were missing, each."""

    def times(self, many: int) -> "Filling":
        """The same site, with so many times the rows; history is counted by the pupil, so it grows with them."""
        return Filling(
            self.bases * many,
            self.pupils * many,
            self.history,
            self.conflicts * many,
            self.unmatched * many,
            self.imports * many,
            self.lines * many,
        )


def write(model: type[Model], rows: Iterable[Any]) -> None:
    left = iter(rows)
    while portion := list(islice(left, AT_ONCE)):
        model._base_manager.bulk_create(portion)


def before(number: int) -> datetime:
    return TODAY - timedelta(hours=7 * number % 9_000)


def name_of(number: int) -> tuple[str, str]:
    """A surname and a forename; so many of each that a surname is shared by few hundred of 100,000."""
    surname = BEGINNINGS[number % 13] + ENDINGS[number // 13 % 13]
    if number % 3 == 0:
        surname += "-" + BEGINNINGS[number // 169 % 13] + ENDINGS[number // 2197 % 13]
    return surname, FORENAMES[number * 5 % 14]


def upn_of(number: int) -> str:
    return f"{LETTERS[number % 23]}820{4000 + number % 999:04}{number:05}"[:13].ljust(13, "0")


def record_of(number: int) -> dict[str, Any]:
    surname, forename = name_of(number)
    born = date(2010, 1, 1) + timedelta(days=number % 4000)
    return a_pupil(UPN=upn_of(number), Surname=surname, Forename=forename, DOB=born.isoformat(), Sex="FM"[number % 2])


def base_of(size: Filling, number: int) -> int:
    return number % size.bases + 1


def change_of(size: Filling, number: int) -> int:
    return number % size.imports + 1


def digest_of_number(number: int) -> bytes:
    return blake2b(number.to_bytes(8, "big"), digest_size=16).digest()
