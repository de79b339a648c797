"""A request is written down, taken on by somebody, and closed with what was answered. Each step stands in the audit."""

import calendar
from datetime import date

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.authority.records.looking import about, about_number
from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.rooms_above import on_merging
from schoolgate.authority.requests.models import DataRequest, Kind, State
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record


class Closed(Exception):
    """Somebody else has closed the request meanwhile."""


def due_after(received: date) -> date:
    """One calendar month later, as the Information Commissioner counts: the same day, else the month's last.

    Where that day is a Saturday, a Sunday or a bank holiday the law gives until the next working day; that is not
    counted on here.
    """
    year, month = divmod(received.year * 12 + received.month, 12)
    return date(year, month + 1, min(received.day, calendar.monthrange(year, month + 1)[1]))


@transaction.atomic
def write_down(
    pupil: Pupil,
    kind: Kind,
    *,
    asked_by: str,
    received: date,
    by: User | None,
    request: HttpRequest | None = None,
) -> DataRequest:
    """Write a request down; who writes it (None: the command line) looks after it from then on."""
    asked = DataRequest.objects.create(
        kind=kind,
        pupil=pupil,
        number=pupil.pk,
        subject=pupil.subject,
        asked_by=asked_by,
        received=received,
        due=due_after(received),
        owner=by,
        written_by=by,
    )
    record(
        "request written down", by=by, target=about(pupil), details=_told(asked), request=request, about=about(pupil)
    )
    return asked


@on_merging
def bring_along(gone: Pupil, keep: Pupil) -> None:
    """What was asked of one who goes is asked of the one who stays."""
    DataRequest.objects.filter(pupil=gone).update(pupil=keep, number=keep.pk)


@transaction.atomic
def take_on(asked: DataRequest, *, by: User, request: HttpRequest | None = None) -> None:
    """Look after a request from now on. Raises Closed."""
    asked = held(asked.pk)
    asked.owner = by
    asked.save(update_fields=["owner"])
    note(asked, "request taken on", by=by, request=request)


@transaction.atomic
def close(
    asked: DataRequest, state: State, outcome: str, *, by: User | None, request: HttpRequest | None = None
) -> None:
    """Close a request as done or refused, with what was answered. Raises Closed."""
    asked = held(asked.pk)
    end(asked, state, outcome, by=by)
    note(asked, f"request {state}", outcome, by=by, request=request)


def held(number: int) -> DataRequest:
    """An open request, held until the transaction ends. Raises Closed."""
    found = DataRequest.objects.select_for_update(of=("self",)).open().filter(pk=number).first()
    if found is None:
        raise Closed("This request was closed meanwhile. It is shown as it is now.")
    return found


def end(asked: DataRequest, state: State, outcome: str, *, by: User | None) -> None:
    """Write the end of a request that is held."""
    asked.state, asked.outcome, asked.closed_by, asked.closed_at = state, outcome, by, timezone.now()
    asked.save(update_fields=["state", "outcome", "closed_by", "closed_at"])


def note(
    asked: DataRequest, did: str, details: str = "", *, by: User | None, request: HttpRequest | None = None
) -> None:
    """Note in the audit, by the person's number, what was done about a request."""
    target = about_number(asked.number, asked.told_of)
    told = "; ".join(part for part in (_told(asked), details) if part)
    record(did, by=by, target=target, details=told, request=request, about=target)


def _told(asked: DataRequest) -> str:
    return f"{asked.ref}, {asked.get_kind_display().lower()}"
