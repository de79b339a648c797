"""Who is meant by records that stand in no document being imported: by the rules of an import, writing nothing."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.held import HeldInDatabase
from schoolgate.authority.importing.match_preferences import match_settings
from schoolgate.authority.importing.reading import Readable
from schoolgate.authority.importing.recognising import Recogniser, Recognition
from schoolgate.authority.importing.waiting import by_people
from schoolgate.authority.records.subjects import PUPIL, Subject
from schoolgate.documents.students.entries import Record


@dataclass(frozen=True, slots=True)
class _Alone:
    number: int
    raw: bytes
    record: Record
    voucher: Any = None


@dataclass(frozen=True, slots=True)
class _Records:
    """Records of one base, as a document."""

    numbered: Iterable[tuple[int, Record]]

    def judge(self, vouched: Callable[[bytes], Any] | None) -> Iterator[_Alone]:
        for number, record in self.numbered:
            yield _Alone(number, str(number).encode(), record)

    def speaks_of(self, entry: object) -> None:
        """Nobody is added by these."""


def recognise_alone(base: Base, records: Iterable[tuple[int, Record]], subject: Subject = PUPIL) -> Recognition:
    """Who each of these numbered records of a base is, and why nobody knows of the others."""
    recogniser = Recogniser(
        cast("Readable", _Records(records)),
        HeldInDatabase(base, subject),
        {},
        lambda raw: raw,
        _nothing,
        match_settings(),
        job=0,
        today=timezone.localdate(),
        people=by_people(base, subject),
        add_unmatched=False,
    )
    return recogniser.recognise(_nothing)


def _nothing(_: object) -> None:
    pass
