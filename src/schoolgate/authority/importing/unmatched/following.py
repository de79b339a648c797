"""Who else waits and is the same child, by the rules of an import and by what people decided."""

from collections.abc import Iterator
from dataclasses import replace

from django.db.models import Q

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.models import KnownAs, Unmatched
from schoolgate.authority.importing.recognising import Recognised
from schoolgate.authority.importing.recognising_alone import recognise_alone
from schoolgate.authority.importing.waiting import incoming_of_text
from schoolgate.authority.records.groups.identifiers import IDENTIFIERS
from schoolgate.authority.records.groups.registry import write_groups
from schoolgate.authority.records.models import Pupil
from schoolgate.documents.students.entries import Record

MOST = 50
"""So many records of one child are looked at in one step; there are as many as schools that send it."""


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
    by_base: dict[Base, list[Unmatched]] = {}
    rows = rows.filter(alike, seen_in__subject=held.subject, held_back=Unmatched.HeldBack.NO, not_of=None)
    for row in rows.order_by("pk")[:MOST]:
        by_base.setdefault(row.base, []).append(row)
    for base, records in by_base.items():
        found = recognise_alone(base, ((row.pk, _said(row)) for row in records), held.subject).to_do
        for row in records:
            whose = found.get(row.pk)
            if whose is not None and whose.pupil == pupil:
                yield row, replace(whose, digest=b"")


def _said(row: Unmatched) -> Record:
    incoming = incoming_of_text(row.entry_text)
    said = write_groups(incoming.payloads)
    for one in incoming.invalid:
        if (one.group, one.item) == (IDENTIFIERS, "UPN"):
            said.setdefault("UPN", one.value)
    return said
