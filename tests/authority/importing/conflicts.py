"""Conflicts in tests: how they come to wait, and what a person wishes who sees them."""

from collections.abc import Iterable

from tests.authority.importing.importing_files import bring_in

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.carrying_out import Ruling
from schoolgate.authority.importing.conflicts.choices import Choice, Wish
from schoolgate.authority.importing.conflicts.side_by_side import side_by_side
from schoolgate.authority.importing.deciding import Effect, Rules
from schoolgate.authority.importing.models import Conflict, Import
from schoolgate.documents.students.entries import Record

BY_CONFLICT = Ruling(demo=True, rules=Rules(Effect.ALWAYS_CONFLICT))


def bring_in_conflict(base: Base, held: Iterable[Record], incoming: Iterable[Record]) -> Import:
    """A file that is taken, and one after it whose differences wait."""
    bring_in(base, held)
    return bring_in(base, incoming, ruling=BY_CONFLICT)


def wishes(choice: Choice, *items: str) -> list[Wish]:
    """One choice for all open conflicts, or for those of these items, as they stand now."""
    pairs = side_by_side(list(Conflict.objects.open().select_related("base")))
    return [
        Wish(pair.conflict.pupil_id, pair.conflict.pk, choice, pair.seen)
        for pair in pairs
        if not items or pair.conflict.item in items
    ]


def waiting() -> list[tuple[str, object]]:
    return [(one.item, one.incoming) for one in Conflict.objects.open()]
