"""What the authority asks a school for, as the school's own people see it: the open requests of the outbox."""

from dataclasses import dataclass

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.kinds import KINDS
from schoolgate.authority.exchange.models import OutboxEntry, ReceivedFile
from schoolgate.authority.importing.models import ImportState

_ON_ITS_WAY = frozenset({ImportState.QUEUED, ImportState.PROCESSING, ImportState.WAITING})


@dataclass(frozen=True)
class Asked:
    """An open request, and the file that `came` since and is not imported yet: nothing is to be done before it is."""

    entry: OutboxEntry
    came: ReceivedFile | None


def asked_of(base: Base) -> list[Asked]:
    """The oldest first. An uploaded file closes those that it answers when it is imported, as one from a program."""
    files = ReceivedFile.objects.filter(base=base, kind=KINDS["student"].name).select_related("its_import__job")
    newest = files.first()
    if newest is not None and newest.outcome["state"] not in _ON_ITS_WAY:
        newest = None
    return [
        Asked(entry, newest if newest is not None and newest.received_at >= entry.made_at else None)
        for entry in OutboxEntry.objects.requests().open().filter(base=base).order_by("made_at", "pk")
    ]
