"""The job that imports a received file, and who is told how it ends."""

import logging
from collections.abc import Callable
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.bases.la import LA_NUMBER
from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.alerts import note_import
from schoolgate.authority.exchange.import_outcome import CONTENT_GONE
from schoolgate.authority.exchange.import_words import pupils_in_words
from schoolgate.authority.exchange.kinds import KINDS, FileKind
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.exchange.store import received_files
from schoolgate.authority.importing.addresses.listed import address_rule
from schoolgate.authority.importing.base_rules import base_rules
from schoolgate.authority.importing.carrying_out import Ruling, Telling, carry_out_document
from schoolgate.authority.importing.match_preferences import match_settings
from schoolgate.authority.importing.models import Import, Waiting
from schoolgate.authority.importing.opening import Opener, open_document, opens
from schoolgate.authority.importing.reading import Document, Refused
from schoolgate.authority.records.models import Change
from schoolgate.commons.jobs.kinds import JobKind, Permanent, RunningJob, register
from schoolgate.commons.jobs.models import State
from schoolgate.commons.jobs.periodic import every
from schoolgate.commons.jobs.submitting import submit
from schoolgate.commons.journal import writing as journal
from schoolgate.documents.problems import DocumentError, Problem
from schoolgate.documents.students.versions import SchemaShelf, default_shelf

log = logging.getLogger(__name__)

HEAD_BYTES = 64 * 1024
CAUGHT_UP_AT_ONCE = 200
GONE = "The file's content is not kept here any more. The school is told, and exports it anew."
COLLECTED_GONE = "What was collected is not kept here any more. Run the task again."
ON_IMPORT_ENDED: list[Callable[[Import], None]] = []
"""Told when an import completes, fails or begins to wait, in its own commit: rooms that wait for it add themselves."""
ENDED_BADLY = (State.FAILED, State.PARKED, State.CANCELLED)


class _CalledOff(Exception):
    """Somebody asked to stop the job; what is imported stays."""


@register
class ImportFile(JobKind):
    """One import of a received file, or of what was collected."""

    name = "import"
    label = "Importing files"
    state_words = {State.READY: "Queued", State.RUNNING: "Processing", State.DONE: "Completed"}

    def words(self, args: dict[str, Any]) -> str:
        return f"Importing {args['name']}"

    def run(self, running: RunningJob) -> dict[str, Any] | None:
        this = Import.objects.select_related("base").get(pk=running.args["import"])
        still_asked = bool(this.waiting)
        if still_asked or this.job_id != running.job_id:
            # Somebody answered while this job's worker was dead, or is still asked: another job goes on.
            return None

        def progress(done: int, total: int, text: str) -> None:
            running.progress(done, total, text)
            if running.cancel_asked():
                raise _CalledOff

        ruling = ruling_of(this.base)
        try:
            carry_out_document(
                this,
                lambda: open_document(this, demo=ruling.demo),
                ruling,
                job=running.job_id,
                telling=Telling(progress, tell),
            )
        except _CalledOff:
            return None
        if this.failed_at:
            raise Permanent(_why_refused(this))
        if this.waiting:
            return {"waiting": this.waiting}
        return {"pupils": this.pupils, **this.counts.get("pupils", {})}


def ruling_of(base: Base) -> Ruling:
    """By what a base's documents are matched and decided, as it is set now."""
    by = base_rules(base)
    return Ruling(
        match_settings(),
        by.rule_set.rules,
        add_unmatched=by.add_unmatched,
        addresses=address_rule(),
        demo=settings.SCHOOLGATE_DEMO,
        ask_first=by.ask_first,
    )


def content_of(this: Import) -> BinaryIO:
    """The plain bytes of the file. Raises Refused when they are not kept any more, which the school is then told."""
    try:
        return received_files().open(this.source_key)
    except FileNotFoundError:
        gone = Problem(
            CONTENT_GONE,
            GONE,
            rule="the authority's site does not keep the bytes of this file any more",
            remedy="Export the file again from your MIS, and send it.",
        )
        raise Refused([gone], 1) from None


class ReceivedDocuments(Opener):
    """Student and personnel files, as they were received."""

    def open(self, this: Import, *, demo: bool) -> Document:
        return Document(lambda: content_of(this), schemas_of_today(), demo=demo)

    def is_kept(self, this: Import) -> bool:
        return received_files().has(this.source_key)


opens(Change.Source.FILE, ReceivedDocuments())


def ask_for_import(file: ReceivedFile, kind: FileKind) -> Import:
    """Ask for the import of a file, in the transaction that accepts it.

    Imports of a base run one at a time, by the date in the header, then by arrival (DESIGN 7): so that date is when the
    job is due. Raises DocumentError when the header cannot be read.
    """
    with received_files().open(file.sha256) as stream:
        dated = kind.dated(stream.read(HEAD_BYTES))
    this = Import.objects.create(
        base=file.base,
        source_name=file.name,
        source_key=file.sha256,
        subject=kind.tells_of,
        full=dated.full,
        written_at=dated.written_at,
        arrived_at=file.received_at,
    )
    file.its_import = this
    file.save(update_fields=["its_import"])
    submit_import(this)
    return this


def submit_import(this: Import, *, number: int | None = None) -> None:
    """Give an import a job, in the caller's transaction. ``number`` is that of its own job, where that was pruned."""
    args = {"import": this.pk, "name": this.source_name}
    due = min(this.written_at, timezone.now())
    this.job = submit(ImportFile.name, args, key=f"import {this.base.dfe_number}", run_at=due, number=number)
    this.save(update_fields=["job"])


@every(minutes=1, words="See that every file is imported, and every end is told")
def catch_up() -> None:
    """Ask for the import of files that came before there was one, and tell of imports whose job ended badly."""
    for file in ReceivedFile.objects.filter(its_import=None).select_related("base").order_by("pk")[:CAUGHT_UP_AT_ONCE]:
        try:
            with transaction.atomic():
                ask_for_import(file, KINDS[file.kind])
        except (DocumentError, OSError) as error:
            log.error("received file %d cannot be imported: %s", file.pk, type(error).__name__)
    stranded = Import.objects.filter(completed_at=None, failed_at=None, waiting="", job__state__in=ENDED_BADLY)
    for number in stranded.values_list("pk", flat=True)[:CAUGHT_UP_AT_ONCE]:
        with transaction.atomic():
            # Asked once more while it is held: somebody may have started it again.
            this = stranded.select_for_update(of=("self",)).select_related("base").filter(pk=number).first()
            if this is not None:
                this.failed_at = timezone.now()
                this.save(update_fields=["failed_at"])
                tell(this)


def tell(this: Import) -> None:
    """The school, by the outcome it asks for, and people here by journal and alerts; in the import's own commit."""
    page = reverse("import", args=[this.pk], urlconf=settings.ROOT_URLCONF)
    link = page
    if (file := ReceivedFile.objects.filter(its_import=this).first()) is not None:
        file.outcome_changed_at = timezone.now()
        file.save(update_fields=["outcome_changed_at"])
        link = reverse("received-file", args=[file.pk], urlconf=settings.ROOT_URLCONF)
    level, message = _in_words(this)
    journal.write(
        level,
        message,
        la=this.base.la,
        destination_la=LA_NUMBER.get(),
        school=this.base.number,
        link=link,
    )
    note_import(this, page)
    for note_end in ON_IMPORT_ENDED:
        note_end(this)


def _in_words(this: Import) -> tuple[journal.Level, str]:
    if this.completed_at:
        told = pupils_in_words(this) or f"no {this.people}"
        return "WARN" if this.problems else "INFO", f"{this.source_name} imported: {told}."
    if this.not_imported_because:
        return "INFO", f"{this.source_name} is not imported: a person decided so."
    if this.waiting:
        return "WARN", f"{this.source_name} waits for you. {Waiting(this.waiting).label}"
    if this.problems:
        return "ERROR", f"{this.source_name} was not imported. {_why_refused(this)}"
    how_far = f"{this.done:,} of {this.pupils:,} {this.people}"
    return "ERROR", f"{this.source_name} was not imported whole: {how_far}. Its job says why."


def _why_refused(this: Import) -> str:
    first = this.problems[0]
    if first["code"] == CONTENT_GONE:
        return GONE if this.source == Change.Source.FILE else COLLECTED_GONE
    where = f" in line {first['line']:,}" if first.get("line") else ""
    return (
        f"The file is not as its schema wants it; the first problem is {first['code']}{where}. "
        "Nothing of it was imported. The school is told, and exports it again."
    )


def schemas_of_today() -> SchemaShelf:
    """The schemas of today, those in the operator's folder included."""
    return default_shelf(settings.SCHOOLGATE_HOME.schemas)
