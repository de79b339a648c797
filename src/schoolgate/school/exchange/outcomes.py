"""What the LA made of a file that arrived: with its answer, and by asking for what has changed since."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from schoolgate.school.exchange import telling
from schoolgate.school.exchange.connecting import Connection, connect, open_http
from schoolgate.school.exchange.correcting import fetch_lists, note_to_be_fetched
from schoolgate.school.exchange.logins import Login, Receiver, own_logins, receivers, travels_with
from schoolgate.school.exchange.models import PersonnelSchool, State, Transfer
from schoolgate.school.exchange.models.transfer import StepName, TransferQuerySet
from schoolgate.school.exchange.requested import fetch_requests
from schoolgate.school.exchange.still_held import send_forgotten_again
from schoolgate.school.exchange.troubles import is_of_login
from schoolgate.wire.exchange_errors import ExchangeError

COMPLETED, FAILED = "completed", "failed"
MOST_PAGES = 100
SELDOM = timedelta(days=1)
LATELY = timedelta(days=28)


def note_outcome(transfer: Transfer, outcome: Mapping[str, Any], *, told_anew: bool = False) -> None:
    """Keep what the LA says, and take the step it means: imported, not accepted, or none yet.

    ``told_anew``: the LA tells of the file again, so that its list has changed where the outcome has not.
    """
    state = outcome.get("state")
    step: StepName | None = "import" if state == COMPLETED else "reject" if state == FAILED else None
    with transaction.atomic():
        news = transfer.outcome != outcome
        if news:
            transfer.outcome = dict(outcome)
            Transfer.objects.filter(pk=transfer.pk).update(outcome=transfer.outcome)
        taken = step is not None and transfer.may(step) and transfer.take(step)
        if taken:
            telling.file_outcome(transfer)
        if state == COMPLETED and (news or taken or told_anew):
            note_to_be_fetched(transfer)


def fetch_outcomes(connection: Connection, login: Login) -> int:
    """Ask the LA what became of a login's files since we last asked, and what it did not take of those it imported.

    Also what it asks for. How many were told of. Raises an ExchangeError.
    """
    told = 0
    for _ in range(MOST_PAGES):
        told_before = bool(login.outcomes_cursor)
        page = connection.client(login).outcomes(login.outcomes_cursor)
        ours = Transfer.objects.lean().filter(sha256__in=[entry.sha256 for entry in page.outcomes])
        known = {(transfer.kind, transfer.name, transfer.sha256): transfer for transfer in ours}
        for entry in page.outcomes:
            transfer = known.get((entry.kind, entry.name, entry.sha256))
            if transfer is not None:
                note_outcome(transfer, entry.outcome, told_anew=told_before)
                told += 1
        login.note(outcomes_cursor=page.cursor[:60])
        if not page.more:
            break
    fetch_lists(connection.client(login), travels_with(login))
    if not isinstance(login, PersonnelSchool):
        # What an LA asks for are pupil files.
        fetch_requests(connection, login)
    return told


def ask_for_outcomes() -> None:
    """Ask each LA that has a file of ours whose outcome is open; what cannot be asked now is asked next time."""
    for destination in receivers():
        if not destination.line_trouble and _to_ask(destination):
            with open_http() as http, suppress(ExchangeError):
                connection = connect(destination, http)
                # Read again: connecting may have ended a change of password.
                logins = _to_ask(destination)
                # What it has forgotten is due at once, and sent by the next look round.
                send_forgotten_again(connection, logins)
                for login in logins:
                    login.note(outcomes_asked_at=timezone.now())
                    ask_for_one(connection, login)


def is_time_to_ask(now: datetime, newest: datetime, asked: datetime | None) -> bool:
    """Whether to ask about files of which the newest arrived then: ever more seldom as they age, each day in the end.

    Signing in costs the LA a slow hash for each school, and an outcome that was open for a week may be so for long.
    """
    wait = min((now - newest) / 12, SELDOM)
    return asked is None or asked > now or now - asked >= wait


def ask_for_one(connection: Connection, login: Login) -> None:
    """One school's login that fails leaves the others'. Raises an ExchangeError that is about the LA or the line."""
    try:
        fetch_outcomes(connection, login)
    except ExchangeError as error:
        if not is_of_login(error):
            raise


def _to_ask(destination: Receiver) -> list[Login]:
    """The usable logins with open outcomes that it is time to ask for."""
    now, own = timezone.now(), own_logins(destination)
    newest: dict[Login, datetime] = {}
    schools = _open_files().at(destination.place).values_list("source_la", "source_school")
    for la, number, arrived in schools.annotate(Max("received_at")).order_by("source_la", "source_school"):
        login = own.get(la + number, destination)
        newest[login] = max(newest.get(login, arrived), arrived)
    return [
        login
        for login, arrived in newest.items()
        if login.has_credentials and not login.trouble and is_time_to_ask(now, arrived, login.outcomes_asked_at)
    ]


def _open_files() -> TransferQuerySet:
    """Those that the LA may have more to say of.

    It has yet to say what became of them, or what of them it did not take; one that it refused it may import after all,
    and of what it did import a person there may discard something.
    """
    lately = timezone.now() - LATELY
    more_to_say = (
        Q(state=State.DELIVERED)
        | Q(state=State.IMPORTED, correction_list__due=True)
        | Q(state__in=[State.IMPORTED, State.REJECTED], received_at__gt=lately)
    )
    return Transfer.objects.filter(more_to_say, received_at__isnull=False)
