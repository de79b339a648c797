"""What people do with existing records: give a file to be tried, try it again, load it, discard it.

Each step holds the row, so that of two who try at once one succeeds; each stands in the audit.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.authority.importing.first_load.job import LoadExistingRecords, keep_trial
from schoolgate.authority.importing.first_load.opening import kept_files
from schoolgate.authority.importing.first_load.trying import Trial
from schoolgate.authority.importing.models import FirstLoad, FirstLoadState
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.filestore import Stored
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.jobs.periodic import every
from schoolgate.commons.jobs.submitting import cancel, start_again, submit
from schoolgate.documents.first_load.reading import FirstLoadFile

KEPT_FOR = timedelta(days=30)
"""So long a file waits to be loaded before its bytes go: it holds every child's data once more."""

LEFT_ALONE_FOR = timedelta(days=1)


def give(chunks: Iterable[bytes], name: str, *, by: User | None, request: HttpRequest | None = None) -> FirstLoad:
    """Take a file of existing records and ask for its being tried. Raises NoSpace."""
    stored = _keep(chunks)
    with transaction.atomic():
        first = FirstLoad.objects.create(name=name[-200:], sha256=stored.sha256, size=stored.size, by=by)
        record("existing records given", by=by, target=first.name, details="tried without saving", request=request)
        _submit(first, save=False)
    return first


def load_as_tried(chunks: Iterable[bytes], first: FirstLoad, file: FirstLoadFile, trial: Trial) -> FirstLoad:
    """Take a file that the command line has tried, and ask for its being loaded. Raises NoSpace.

    `first` is not saved yet, and gets its row.
    """
    stored = _keep(chunks)
    with transaction.atomic():
        first.sha256, first.size, first.wanted_at = stored.sha256, stored.size, timezone.now()
        first.save()
        keep_trial(first, file, trial)
        record("existing records being loaded", by=None, target=first.name, details=first.sha256)
        _submit(first, save=True)
    return first


def try_again(first: FirstLoad, *, by: User | None, request: HttpRequest | None = None) -> bool:
    """Try a file once more: bases have been added, say. False: it is at work, loaded or discarded."""
    with transaction.atomic():
        first = _locked(first)
        if first.wanted_at or first.state not in {
            FirstLoadState.TRIED,
            FirstLoadState.UNREADABLE,
            FirstLoadState.FAILED,
        }:
            return False
        record("existing records tried again", by=by, target=first.name, request=request)
        _submit(first, save=False)
    return True


def load_now(
    first: FirstLoad, tried_at: datetime | None, *, by: User | None, request: HttpRequest | None = None
) -> bool:
    """Load what was tried at `tried_at`, which is what the person looked at; or go on with a load that broke off.

    False: it was tried anew since, is at work, loaded or discarded.
    """
    with transaction.atomic():
        first = _locked(first)
        goes_on = first.state is FirstLoadState.FAILED and first.wanted_at is not None
        if goes_on:
            return _go_on(first, by, request)
        if first.state is not FirstLoadState.TRIED or first.tried_at != tried_at:
            return False
        first.wanted_at, first.by = timezone.now(), by
        first.save(update_fields=["wanted_at", "by"])
        record("existing records being loaded", by=by, target=first.name, details=first.sha256, request=request)
        _submit(first, save=True)
    return True


def discard(first: FirstLoad, *, by: User | None, request: HttpRequest | None = None) -> bool:
    """Stop what is at work on a file and remove the file; what is loaded of it stays. False: it is gone already."""
    with transaction.atomic():
        first = _locked(first)
        if first.content_gone_at or first.loaded_at:
            return False
        if (job := Job.objects.filter(pk=first.job_id or 0).first()) is not None:
            cancel(job)
        record("existing records discarded", by=by, target=first.name, request=request)
        _let_go(first)
    return True


@every(hours=1, words="Remove files of existing records that are loaded or not wanted")
def sweep_first_loads() -> None:
    """Let go of files that are loaded, or wait longer than `KEPT_FOR`, and of bytes that no row speaks of."""
    before = timezone.now() - KEPT_FOR
    over = FirstLoad.objects.filter(content_gone_at=None).filter(
        Q(loaded_at__isnull=False) | Q(at__lt=before, tried_at=None) | Q(tried_at__lt=before, wanted_at=None)
    )
    for number in over.values_list("pk", flat=True):
        with transaction.atomic():
            first = over.select_for_update().filter(pk=number).first()
            if first is not None:
                _let_go(first)
    known = set(FirstLoad.objects.filter(content_gone_at=None).values_list("sha256", flat=True))
    kept_files().sweep(known, LEFT_ALONE_FOR)


def _keep(chunks: Iterable[bytes]) -> Stored:
    with kept_files().incoming() as incoming:
        for chunk in chunks:
            incoming.write(chunk)
        return incoming.keep()


def _let_go(first: FirstLoad) -> None:
    """Forget the file's bytes, which the next sweep removes, and whoever is named in what the trial found."""
    first.content_gone_at = timezone.now()
    first.outcome = {**first.outcome, "examples": []}
    first.save(update_fields=["content_gone_at", "outcome"])


def _locked(first: FirstLoad) -> FirstLoad:
    return FirstLoad.objects.select_for_update().get(pk=first.pk)


def _go_on(first: FirstLoad, by: User | None, request: HttpRequest | None) -> bool:
    """By the same job, so that all changes of the load are found by its number. False: somebody has started it."""
    job = Job.objects.filter(pk=first.job_id or 0).first()
    if job is None:
        _submit(first, save=True, number=first.job_id)
    elif not start_again(job):
        return False
    record("existing records loaded on", by=by, target=first.name, request=request)
    return True


def _submit(first: FirstLoad, *, save: bool, number: int | None = None) -> None:
    """First loads are worked on one at a time."""
    args = {"first_load": first.pk, "name": first.name, "save": save}
    first.job = submit(LoadExistingRecords.name, args, key=LoadExistingRecords.name, number=number)
    first.save(update_fields=["job"])
