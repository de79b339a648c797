"""The one place through which every call to a web service goes: with the right password, and its outcome noted.

After a change of the password it may be the new one or the one before that the service knows (a lost answer, a service
that was restored): both are tried, and the one that was taken stays.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.audit.recording import record
from schoolgate.commons.journal.writing import write
from schoolgate.school.purchasing import alerts
from schoolgate.school.purchasing.models import WebService
from schoolgate.school.purchasing.services import NO_TROUBLE, held, service_for
from schoolgate.wire.soap.client import SupplierService
from schoolgate.wire.soap.errors import (
    DocumentNotThere,
    DocumentRefused,
    NoPassword,
    ServiceError,
    WrongCredentials,
)

T = TypeVar("T")
Calls = Callable[[SupplierService], T]

OF_A_DOCUMENT = (DocumentNotThere, DocumentRefused)
"""What a service that is all right says of one document."""

_CALLED_WITH = ["url", "username", "password", "former_password", "soap_version", "history_method", "trouble"]


def call(service: WebService, do: Calls[T]) -> T:
    """What the service answers to the one call that `do` makes. Not to be called in a transaction.

    `do` may run again with another password, only where the service refused the first. `service` is read anew as far
    as its login is concerned. Raises a ServiceError, which is noted as the service's trouble unless it is about one
    document.
    """
    service.refresh_from_db(fields=_CALLED_WITH)
    began = timezone.now()
    try:
        answer = _with_right_password(service, do)
    except OF_A_DOCUMENT:
        _note_well(service, began)
        raise
    except ServiceError as error:
        _note_trouble(service, error, began)
        raise
    _note_well(service, began)
    return answer


def _with_right_password(service: WebService, do: Calls[T]) -> T:
    refused: set[str] = set()
    wrong: ServiceError = NoPassword()
    # Read anew each time: somebody may have changed it while we called.
    while password := _untried(service, refused):
        try:
            answer = do(service_for(service, password))
        except WrongCredentials as error:
            wrong = error
            refused.add(password)
            service.refresh_from_db(fields=_CALLED_WITH)
        except OF_A_DOCUMENT:
            _keep_right_one(service, password, refused)
            raise
        else:
            _keep_right_one(service, password, refused)
            return answer
    raise wrong


def _untried(service: WebService, refused: set[str]) -> str:
    return next((one for one in (service.password, service.former_password) if one and one not in refused), "")


def _keep_right_one(service: WebService, password: str, refused: set[str]) -> None:
    """The service let us in with this one: the other is no longer needed.

    The former one replaces the present only where that was refused: a call that began before a change ends after it.
    """
    if not service.former_password:
        return
    with transaction.atomic():
        row = held(service)
        if row.password == password:
            row.former_password = ""
        elif row.former_password == password and row.password in refused:
            row.password, row.former_password, row.password_set_at = password, "", None
            told = "the service knows the one before the last change"
            record("web service's password", by=None, target=row.name, details=told)
        else:
            return
        row.save(update_fields=["password", "former_password", "password_set_at"])


def _note_well(service: WebService, at: datetime) -> None:
    with transaction.atomic():
        if service.trouble:
            write("INFO", f"The web service {service.name} answers again.", link=_page_of(service))
        _row(service).update(last_call_at=at, last_success_at=at, **NO_TROUBLE)


def _note_trouble(service: WebService, error: ServiceError, at: datetime) -> None:
    """One line in the journal for each new trouble; what lasts is told on the pages."""
    found = {"last_call_at": at, "trouble": error.code[:40], "said": f"{error.sentence} {error.remedy}"[:500]}
    with transaction.atomic():
        if not service.trouble:
            found["trouble_since"] = at
        if service.trouble != error.code:
            if isinstance(error, WrongCredentials):
                alerts.note_wrong_password(service)
            write(
                "WARN",
                f"The web service {service.name} cannot be used now. {error.sentence}",
                details=f"{error.remedy} ({error.code})",
                link=_page_of(service),
            )
        _row(service).update(**found)


def _row(service: WebService) -> "QuerySet[WebService]":
    return WebService.objects.filter(pk=service.pk)


def _page_of(service: WebService) -> str:
    return reverse("purchasing-service", args=[service.pk])
