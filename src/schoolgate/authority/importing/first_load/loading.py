"""A first load carried out: each school's rows by the very same import as its files."""

from collections import Counter
from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.carrying_out import Ruling, Telling, carry_out_document
from schoolgate.authority.importing.counting import Counts
from schoolgate.authority.importing.first_load.sorting import RowsDocument, Sorted
from schoolgate.authority.importing.models import FirstLoad, Import, Waiting
from schoolgate.authority.importing.reading import Readable
from schoolgate.commons.audit.recording import record
from schoolgate.documents.students.header import Header


def load(
    first: FirstLoad,
    header: Header,
    found: Sorted,
    ruling: Ruling,
    *,
    job: int,
    on_progress: Callable[[int, int, str], None],
) -> None:
    """Load the sorted rows, school by school, and end the first load.

    Done again after a crash it goes on where it was: what is loaded is known by the first load and the school.
    `on_progress` is told how many pupils of how many are dealt with, and what is being done; it may end the work by
    raising. `job` is the number of the job that does it, the same each time.
    """
    bases = Base.objects.in_bulk(list(found.documents))
    total = Counts()
    done = 0
    for number, document in found.documents.items():
        this, _ = Import.objects.get_or_create(
            first_load=first,
            base=bases[number],
            defaults={
                "source_name": first.name,
                "source_key": first.sha256,
                "full": False,
                "written_at": timezone.make_aware(header.created),
                # Older than what a school sent it may well be: it takes no place of that.
                "agreed": [Waiting.OLDER],
            },
        )
        if this.job_id != job:
            this.job_id = job
            this.save(update_fields=["job"])

        def progress(of_school: int, _: int, text: str, done: int = done) -> None:
            on_progress(done + (of_school if text == "importing" else 0), found.rows, "loading")

        carry_out_document(this, partial(_same, document), ruling, job=job, telling=Telling(progress))
        total += Counts.from_json(this.counts)
        done += len(document.lines)
    with transaction.atomic():
        first.loaded_at = timezone.now()
        first.outcome = {**first.outcome, "loaded": total.as_json(), "examples": []}
        first.save(update_fields=["loaded_at", "outcome"])
        record("existing records loaded", by=first.by, target=first.name, details=_in_words(total.pupils))


def _same(document: RowsDocument) -> Readable:
    return document


def _in_words(pupils: Counter[str]) -> str:
    return ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in pupils.items() if count) or "no pupil"
