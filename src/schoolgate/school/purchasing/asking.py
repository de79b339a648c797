"""Asking for documents to be fetched: by the button, the command, and the schedule."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.jobs.models import Job, JobQuerySet, State
from schoolgate.commons.jobs.submitting import submit, work_waiting
from schoolgate.school.purchasing.models import WebService
from schoolgate.wire.soap.errors import WrongCredentials

FETCH = "fetch-documents"
BY_PERSON, BY_ITSELF = 5, 1
"""Priorities: somebody waits for the one before the screen."""


def services_to_ask() -> list[WebService]:
    """Every service that documents are fetched from, in the order of their names."""
    return list(WebService.objects.filter(turned_off=False))


def services_to_ask_by_themselves() -> list[WebService]:
    """Of these those whose login is right as far as is known.

    A wrong one, said again round after round, would lock the school's account at the supplier; when it is entered anew,
    or a person's round gets in, the schedule goes on.
    """
    return [service for service in services_to_ask() if service.trouble != WrongCredentials.CODE]


def ask_for_documents(
    services: Iterable[WebService], *, by: User | None, by_itself: bool = False, request: HttpRequest | None = None
) -> list[Job]:
    """Have these services asked what they have for this school; a job for each, so that none waits for another.

    A round that waits for its next try begins at once instead.
    """
    asked = list(services)
    with transaction.atomic():
        if not by_itself:
            names = ", ".join(service.name for service in asked)
            record("documents asked for", by=by, target=names, request=request)
        return [_ask(service, look=True, priority=BY_ITSELF if by_itself else BY_PERSON) for service in asked]


def ask_to_mark(service: WebService | None) -> None:
    """Have a service told what has ended here, in the caller's transaction. What came by no service needs none."""
    if service is not None and not service.turned_off:
        _ask(service, look=False, priority=BY_ITSELF)


def rounds_of(service: WebService) -> JobQuerySet:
    """The rounds in which a service was asked, the last one first."""
    return Job.objects.filter(kind=FETCH, key=_key(service), args__look=True).order_by("-id")


def coming(service: WebService) -> Job | None:
    """A round of a service that is under way, or waits to begin."""
    return rounds_of(service).filter(state__in=(State.READY, State.RUNNING)).last()


def _ask(service: WebService, *, look: bool, priority: int) -> Job:
    args = {"service": service.pk, "look": look}
    waits = Job.objects.filter(kind=FETCH, key=_key(service), state=State.READY, args__look=look).first()
    if waits is None:
        return submit(FETCH, args, key=_key(service), priority=priority)
    Job.objects.filter(pk=waits.pk, state=State.READY).update(run_at=Now())
    transaction.on_commit(work_waiting.set)
    return waits


def _key(service: WebService) -> str:
    return f"{FETCH}:{service.pk}"
