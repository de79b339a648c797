"""The snapshot after a migration: advised, taken by one click, or left out by who has all changes (seed, "Run a
snapshot")."""

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models import BaseMigration, CollectionRun, Data
from schoolgate.authority.collection.running import ask_for_run
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record


@transaction.atomic
def take_snapshot(base: Base, *, by: User | None, request: HttpRequest | None = None) -> CollectionRun | None:
    """Have everything of a base collected now. None: that is going on already. Raises Locked."""
    run = ask_for_run(None, base, Data.SNAPSHOT, by=by)
    if run is not None:
        record("run asked for", by=by, target=f"{run.task_name} of {base.dfe_number}", request=request)
    return run


@transaction.atomic
def want_snapshot(base: Base, wanted: bool, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Say that no snapshot is needed after the migration, since all changes are here; or that one is wanted after all.

    What is said already stays as it was said.
    """
    migration = BaseMigration.objects.select_for_update(of=("self",)).get(base=base, migrated_at__isnull=False)
    if wanted == (migration.snapshot_not_wanted_at is None):
        return
    migration.snapshot_not_wanted_at = None if wanted else timezone.now()
    migration.save(update_fields=["snapshot_not_wanted_at"])
    did = "snapshot after migration wanted" if wanted else "snapshot after migration not wanted"
    record(did, by=by, target=base.dfe_number, request=request)
