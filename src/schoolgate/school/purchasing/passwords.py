"""A service's password, changed from here: the service makes up the new one (reference 2.2), and nobody is locked out.

The answer is the only place where the new password stands. It is stored before the old one is forgotten, and until one
of the two was used `calling` tries both. Before the service is asked that is noted, with a job that asks once more
where no answer was stored: a service that let the answer get lost and still takes the old password gives another one.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.faults import fault_point
from schoolgate.commons.filelock import FileLock
from schoolgate.commons.jobs.kinds import JobKind, Permanent, RunningJob, TryLater, register
from schoolgate.commons.jobs.submitting import submit
from schoolgate.school.purchasing.calling import call
from schoolgate.school.purchasing.models import WebService
from schoolgate.school.purchasing.services import held
from schoolgate.wire.http import TRIES, Again
from schoolgate.wire.soap.errors import ServiceError

ASKED_AGAIN_AFTER = timedelta(minutes=2)


def change_password(service: WebService, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Have the service make up a new password, and use it from now on. Not to be called in a transaction.

    Raises a ServiceError. Where it `may_have_arrived` it is not known whether the password was changed: the service's
    `password_asked_at` stays, and a job asks once more. After any other the old password stays.
    """
    with _one_at_a_time():
        with transaction.atomic():
            row = held(service)
            unfinished = row.password_asked_at
            row.password_asked_at = unfinished or timezone.now()
            row.save(update_fields=["password_asked_at"])
            submit(AskAgain.name, {"service": row.pk}, run_at=timezone.now() + ASKED_AGAIN_AFTER)
            record("new password asked for", by=by, target=row.name, request=request)
        fault_point("passwords.asked")
        try:
            _ask(service, by=by, request=request)
        except ServiceError as error:
            if not (error.may_have_arrived or unfinished):
                WebService.objects.filter(pk=service.pk).update(password_asked_at=None)
            raise


def ask_again(service: WebService) -> bool:
    """Ask once more where the answer to a change of the password was not stored; False: it was.

    Raises a ServiceError. After WrongCredentials the password is one that nobody here knows.
    """
    with _one_at_a_time():
        unanswered = WebService.objects.filter(pk=service.pk).exclude(password_asked_at=None).exists()
        if unanswered:
            _ask(service, by=None, request=None)
    return unanswered


@register
class AskAgain(JobKind):
    """Of a change whose answer was stored nothing is left to do."""

    name = "service-password"
    label = "Changing passwords of web services"
    max_attempts = TRIES
    routine = True

    def words(self, args: dict[str, Any]) -> str:
        return "Making sure of a web service's new password"

    def run(self, running: RunningJob) -> dict[str, Any] | None:
        service = WebService.objects.get(pk=running.args["service"])
        try:
            return {"asked again": ask_again(service)}
        except ServiceError as error:
            if isinstance(error.step, Again):
                raise TryLater(None, error.sentence) from None
            raise Permanent(f"{error.sentence} {what_may_be(service)}") from None


def what_may_be(service: WebService) -> str:
    """What a person is told as long as a change of the password is open; empty: none is."""
    if service.password_asked_at is None:
        return ""
    return (
        f"{service.name} was asked for a new password, and its answer was lost. If it refuses the one that is kept "
        "here, it has one that nobody knows: have it set anew at the supplier’s web site, and enter it here."
    )


def _one_at_a_time() -> FileLock:
    """Who presses the button twice makes two changes, one after the other."""
    return FileLock(Path(settings.SCHOOLGATE_HOME.folder) / "service-password.lock")


def _ask(service: WebService, *, by: User | None, request: HttpRequest | None) -> None:
    password = call(service, lambda client: client.change_password())
    fault_point("passwords.answered")
    with transaction.atomic():
        row = held(service)
        row.password, row.former_password = password, row.password
        row.password_set_at, row.password_asked_at = timezone.now(), None
        row.save(update_fields=["password", "former_password", "password_set_at", "password_asked_at"])
        record("web service's password changed", by=by, target=row.name, request=request)
    fault_point("passwords.kept")
