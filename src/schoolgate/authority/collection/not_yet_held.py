"""Pupils of whom marks came before they were held: their marks are read once they are."""

from collections.abc import Collection

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models import CollectionRun, NotYetHeld
from schoolgate.authority.importing.matching.keys import LONGEST_GUID, normal_guid


def some_are_held_now(base: Base, connector: str, scope: str, known: frozenset[str]) -> bool:
    """Whether one of them is held by now, so that marks before the cursor are to be read."""
    waiting = NotYetHeld.objects.filter(base=base, connector=connector, scope=scope).values_list("key", flat=True)
    return any(normal_guid(key) in known for key in waiting)


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
