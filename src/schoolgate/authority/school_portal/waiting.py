"""Files that the authority has for a school, as its own people read of them."""

from dataclasses import dataclass

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.kinds import OF_PUPILS
from schoolgate.authority.exchange.models import OutboxEntry


@dataclass(frozen=True)
class Waiting:
    """A file that the school does not have yet. What tells of staff is fetched by the school's program only."""

    entry: OutboxEntry

    @property
    def may_be_taken(self) -> bool:
        """Whether the school's people may take it in the portal."""
        return self.entry.document in OF_PUPILS


def waiting_for(base: Base) -> list[Waiting]:
    """The oldest first: they are to be imported in this order."""
    return list(map(Waiting, OutboxEntry.objects.files().open().filter(base=base).order_by("pk")))
