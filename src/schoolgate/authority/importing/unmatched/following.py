"""Who else waits and is the same child, by the rules of an import and by what people decided."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, cast

from django.db.models import Q
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.held import HeldInDatabase
from schoolgate.authority.importing.match_preferences import match_settings
from schoolgate.authority.importing.models import KnownAs, Unmatched
from schoolgate.authority.importing.reading import Readable
from schoolgate.authority.importing.recognising import Recognised, Recogniser
from schoolgate.authority.importing.waiting import by_people, incoming_of_text
from schoolgate.authority.records.groups.identifiers import IDENTIFIERS
from schoolgate.authority.records.groups.registry import write_groups
from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.subjects import Subject
from schoolgate.documents.students.entries import Record

MOST = 50
"""So many records of one child are looked at in one step; there are as many as schools that send it."""


@dataclass(frozen=True, slots=True)
class _Stored:
    """A record that waits, as an entry of a document."""

    number: int
    raw: bytes
    record: Record
    voucher: Any = None


@dataclass(slots=True)
class _Records:
    """Records of one base that wait, as a document."""

    rows: list[Unmatched] = field(default_factory=list)

    def judge(self, vouched: Callable[[bytes], Any] | None) -> Iterator[_Stored]:
        """Each of them, its number in the database for its place."""
        for row in self.rows:
            incoming = incoming_of_text(row.entry_text)
            said = write_groups(incoming.payloads)
            for one in incoming.invalid:
                if (one.group, one.item) == (IDENTIFIERS, "UPN"):
                    said.setdefault("UPN", one.value)
            yield _Stored(row.pk, str(row.pk).encode(), said)

    def speaks_of(self, entry: object) -> None:
        """Nobody is added by these."""


def who_follow(pupil: int) -> Iterator[tuple[Unmatched, Recognised]]:
    """The records that wait and are this held pupil by now, and by which rule; held until the transaction ends.

    One that somebody else holds at this moment is left to the next import: two who decide on namesakes would wait for
    each other for good.
    """
    held = Pupil.people.get(pk=pupil)
    known = KnownAs.objects.filter(pupil=pupil)
    births = {held.born, *(one.keys["born"] or None for one in known)} - {None}
    upns = {held.upn, *(one.keys["upn"] for one in known)} - {""}
    alike = Q(born__in=births) | Q(upn__in=upns) | Q(surname_key=held.surname_key)
    rows = Unmatched.objects.select_for_update(of=("self",), skip_locked=True).select_related("base", "seen_in__base")
    by_base: dict[Base, _Records] = {}
    rows = rows.filter(alike, seen_in__subject=held.subject, held_back=Unmatched.HeldBack.NO, not_of=None)
    for row in rows.order_by("pk")[:MOST]:
        by_base.setdefault(row.base, _Records()).rows.append(row)
    for base, records in by_base.items():
        found = _recognise(base, records, held.subject)
        for row in records.rows:
            whose = found.get(row.pk)
            if whose is not None and whose.pupil == pupil:
                yield row, replace(whose, digest=b"")


def _nothing(_: object) -> None:
    pass


def _recognise(base: Base, records: _Records, subject: Subject) -> dict[int, Recognised]:
    recogniser = Recogniser(
        cast("Readable", records),
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
    return recogniser.recognise(_nothing).to_do
