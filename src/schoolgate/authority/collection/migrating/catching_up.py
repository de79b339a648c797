"""What a base lacks whose first run after its migration came too late: asked for once more, or taken as it is."""

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.migrating.tracking import in_words
from schoolgate.authority.collection.models import BaseMigration, CollectionRun, Data
from schoolgate.authority.collection.running import ask_for_run
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record


class NoGap(Exception):
    """Nothing of the base is told to be missing, or no more; the message is a sentence for who asked."""

    def __init__(self) -> None:
        super().__init__("Nothing can be missing any more: somebody has caught it up, or taken it as it is.")


@transaction.atomic
def plan_catch_up(base: Base, *, by: User | None, request: HttpRequest | None = None) -> CollectionRun | None:
    """Have what can be missing collected now, by one run: a snapshot if there is none since, and the marks of the days.

    One run reads both, so that nobody's marks come before the pupil. None: that is going on already. Raises NoGap, and
    Locked where the school keeps its tasks to itself.
    """
    migration = _held(base)
    assert migration.gap is not None
    data = Data.ATTENDANCE if migration.has_snapshot else Data.SNAPSHOT
    run = ask_for_run(None, base, data, by=by, days=migration.gap)
    if run is not None:
        record("catch-up asked for", by=by, target=base.dfe_number, details=_days(migration), request=request)
    return run


@transaction.atomic
def take_as_it_is(base: Base, *, by: User | None, request: HttpRequest | None = None) -> BaseMigration:
    """Mark the base no longer, though something of these days can be missing. Raises NoGap."""
    migration = _held(base)
    migration.gap_closed_at, migration.gap_closed_by = timezone.now(), by
    migration.save(update_fields=["gap_closed_at", "gap_closed_by"])
    record(
        "gap after migration taken as it is", by=by, target=base.dfe_number, details=_days(migration), request=request
    )
    return migration


def _held(base: Base) -> BaseMigration:
    """The migration of a base that is marked."""
    found = BaseMigration.objects.select_for_update(of=("self",)).filter(base=base).first()
    if found is None or found.gap is None:
        raise NoGap
    return found


def _days(migration: BaseMigration) -> str:
    return f"{in_words(migration.gap_first)} to {in_words(migration.gap_last)}"
