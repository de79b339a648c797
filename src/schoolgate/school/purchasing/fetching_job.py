"""Fetching as jobs: a round at one service, what waited and may come in now, and the runs of the schedule."""

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.filestore import NoSpace
from schoolgate.commons.jobs.engine import without_values
from schoolgate.commons.jobs.kinds import JobKind, Permanent, RunningJob, TryLater, register
from schoolgate.commons.journal.writing import Level, write
from schoolgate.commons.schedules.models import Run
from schoolgate.school.purchasing.asking import FETCH, ask_for_documents, ask_to_mark, services_to_ask_by_themselves
from schoolgate.school.purchasing.documents import TRY_WAITING
from schoolgate.school.purchasing.fetching import Round, fetch_from
from schoolgate.school.purchasing.importing import import_document
from schoolgate.school.purchasing.models import DocumentState, FetchedDocument, WebService
from schoolgate.school.purchasing.scheduling import FETCH_BY_SCHEDULE
from schoolgate.wire.http import Again
from schoolgate.wire.soap.errors import ServiceError

log = logging.getLogger(__name__)

GONE = "The web service is not there any more, or it is turned off. Nothing is to be done."


@register
class FetchDocuments(JobKind):
    """A round at one service. Without `look` only what former rounds began is brought to its end."""

    name = FETCH
    label = "Importing orders and invoices"
    max_attempts = 8

    def words(self, args: dict[str, Any]) -> str:
        service = WebService.objects.filter(pk=args["service"]).first()
        of = service.name if service else "a service that is gone"
        return f"Importing from {of}" if args["look"] else f"Telling {of} what was imported"

    def run(self, running: RunningJob) -> dict[str, Any]:
        service = WebService.objects.filter(pk=running.args["service"], turned_off=False).first()
        if service is None:
            raise Permanent(GONE)
        this = fetch_from(
            service, look=running.args["look"], on_progress=running.progress, cancelled=running.cancel_asked
        )
        _tell(service, this)
        if this.error is not None:
            _raise(this.error)
        return this.as_result()


def _tell(service: WebService, this: Round) -> None:
    """A line of the journal for what came in; of the service's own trouble there is one already."""
    if this.count.found or this.count.imported or this.count.waiting:
        level: Level = "WARN" if this.count.waiting else "INFO"
        write(level, f"{service.name}: {this.count.words}.", link=reverse("purchasing-documents"))


def _raise(error: Exception) -> None:
    """End the job by the table of retries. What is no service's error goes up as it is."""
    if isinstance(error, NoSpace):
        raise Permanent(str(error)) from error
    if not isinstance(error, ServiceError):
        raise error
    sentence = f"{error.sentence} {error.remedy}"
    if isinstance(error.step, Again):
        raise TryLater(error.step.after, sentence) from error
    raise Permanent(sentence) from error


@register
class TryWaitingAgain(JobKind):
    """Documents that wait by one rule are tried again, since what they lacked was made."""

    name = TRY_WAITING
    label = "Importing orders and invoices"

    def words(self, args: dict[str, Any]) -> str:
        return "Trying documents that wait"

    def run(self, running: RunningJob) -> dict[str, Any]:
        waiting = FetchedDocument.objects.filter(state=DocumentState.WAITING, rule=running.args["rule"]).order_by("pk")
        documents = list(waiting.select_related("service"))
        imported = 0
        trouble: Exception | None = None
        for done, document in enumerate(documents):
            running.progress(done, len(documents), f"{imported:,} imported")
            if running.cancel_asked():
                break
            try:
                import_document(document)
            except Exception as error:  # noqa: BLE001  whatever is the matter with it, the others come in first
                log.error("document %d: %s", document.pk, without_values(error))
                trouble = error
            if document.state == DocumentState.IMPORTED:
                imported += 1
                ask_to_mark(document.service)
        if imported:
            write("INFO", f"{imported:,} imported that had waited.", link=reverse("purchasing-documents"))
        if trouble is not None:
            raise trouble
        return {"imported": imported}


@register
class FetchBySchedule(JobKind):
    """A run of the schedule: it asks for a round at every service whose login is not known to be wrong."""

    name = FETCH_BY_SCHEDULE
    label = "Scheduled runs"

    def words(self, args: dict[str, Any]) -> str:
        due = timezone.localtime(datetime.fromisoformat(args["due"]))
        return f"Scheduled import of orders of {due:%A} {due.day} {due:%B %H:%M}"

    def run(self, running: RunningJob) -> None:
        run = Run.objects.filter(job=running.job_id).first()
        if run is None:
            return
        with transaction.atomic():
            if run.begin():
                ask_for_documents(services_to_ask_by_themselves(), by=None, by_itself=True)
