"""Pupils of whom marks came before they were held: their marks are read once they are."""

from collections.abc import Collection
from datetime import date

from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models import CollectionRun, NotYetHeld
from schoolgate.authority.importing.matching.keys import LONGEST_GUID, normal_guid


def held_now_since(base: Base, connector: str, scope: str, known: frozenset[str]) -> date | None:
    """The day on which the first of them was noted who are held by now: marks from before it are to be read."""
    waiting = NotYetHeld.objects.filter(base=base, connector=connector, scope=scope).values_list("key", "since")
    held = [since for key, since in waiting if normal_guid(key) in known]
    return timezone.localtime(min(held)).date() if held else None


def note_not_held(run: CollectionRun, scope: str, keys: Collection[str]) -> None:
    """Keep of whom marks came though they are not held, in the caller's transaction."""
    rows = (
        NotYetHeld(base=run.base, connector=run.connector, scope=scope, key=key)
        for key in keys
        if len(key) <= LONGEST_GUID
    )
    NotYetHeld.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def note_read(run: CollectionRun, scope: str, known: frozenset[str]) -> None:
    """Say of those who were held when a run began that it has read their marks by days, in the caller's transaction."""
    waiting = NotYetHeld.objects.filter(base=run.base, connector=run.connector, scope=scope)
    held = [row.pk for row in waiting if normal_guid(row.key) in known]
    NotYetHeld.objects.filter(pk__in=held).update(read_by=run)
