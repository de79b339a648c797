"""What LAs ask for: files that somebody here is to export from the MIS. Read whole from each LA's outbox.

A request is the LA's and ends there, by the import of a file that fits. Here it is only told, and what the outbox does
not name any more is forgotten; so nothing is lost while there is no line.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from schoolgate.school.exchange import telling
from schoolgate.school.exchange.asking import ask_for_imports
from schoolgate.school.exchange.connecting import Connection, connect, open_http
from schoolgate.school.exchange.folders import folders_if_any
from schoolgate.school.exchange.logins import Login, own_logins
from schoolgate.school.exchange.models import Destination, FileRequest
from schoolgate.school.exchange.places import STUDENT
from schoolgate.school.exchange.troubles import is_of_login
from schoolgate.wire.exchange import ExchangeClient, OutboxEntry
from schoolgate.wire.exchange_errors import ExchangeError, ServiceTooOld

REQUEST, FILE = "request", "file"
ASKED_EVERY = timedelta(minutes=30)
ASKED_AT_ONCE = 200
"""Logins of one LA in one round: signing in costs the LA a slow hash for each."""
MOST_PAGES = 100
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def fetch_requests(connection: Connection, login: Login) -> int:
    """Read what the LA asks of a login's schools; how many requests are open. An LA without an outbox asks for nothing.

    Pupil files that wait there too are asked to be imported.

    Raises an ExchangeError, and then what was known stays.
    """
    client = connection.client(login)
    login.note(requests_asked_at=timezone.now())
    try:
        entries = _read_whole(client)
    except ServiceTooOld:
        entries = []
    asked = [entry for entry in entries if entry.kind == REQUEST]
    la = connection.destination.la
    if any(entry.kind == FILE and entry.document == STUDENT for entry in entries):
        ask_for_imports([la], user=login.user, by_person=False)
    with transaction.atomic():
        for entry in asked:
            _keep(la, login, entry)
        open_now = {entry.number for entry in asked}
        FileRequest.objects.filter(destination_la=la, user=login.user).exclude(number__in=open_now).delete()
    # Said once it is kept here; what is not said now is said next time.
    for entry in asked:
        if not entry.fetched:
            client.collected(entry.number)
            FileRequest.objects.filter(destination_la=la, number=entry.number).update(said_at=timezone.now())
    return len(asked)


def ask_for_requests(*, at_once: bool = False) -> None:
    """Ask each LA what it wants of the schools here; what cannot be asked now is asked next time.

    `at_once`: those too that were asked lately.
    """
    for destination in Destination.objects.all():
        _forget_former_logins(destination)
        if not destination.line_trouble and _to_ask(destination, at_once=at_once):
            with open_http() as http, suppress(ExchangeError):
                connection = connect(destination, http)
                # Read again: connecting may have ended a change of password.
                for login in _to_ask(destination, at_once=at_once):
                    _ask_with(connection, login)
    FileRequest.objects.exclude(destination_la__in=Destination.objects.values("la")).delete()


@dataclass(frozen=True)
class Where:
    """Whither a file for an LA goes: its folder as people read it, empty where it has none yet."""

    la_name: str
    folder: str


def where_to(la: str) -> Where:
    """For the page of requests. No folder is looked into: the share it lies on may hang."""
    folders = folders_if_any(la)
    name = Destination.objects.filter(la=la).values_list("name", flat=True).first() or f"LA {la}"
    return Where(name, str(folders.not_exported) if folders else "")


def _read_whole(client: ExchangeClient) -> list[OutboxEntry]:
    entries: list[OutboxEntry] = []
    cursor = ""
    for _ in range(MOST_PAGES):
        page = client.outbox(cursor)
        entries += page.entries
        cursor = page.cursor
        if not page.more:
            break
    return entries


def _keep(la: str, login: Login, entry: OutboxEntry) -> None:
    request, new = FileRequest.objects.update_or_create(
        destination_la=la,
        number=entry.number,
        defaults={
            "user": login.user,
            "la": entry.la[:3],
            "school": entry.school[:4],
            "school_name": entry.name[:150],
            "data": entry.data[:20],
            "task": entry.task[:100],
            "made_at": entry.made or timezone.now(),
        },
    )
    if new:
        telling.file_asked_for(request)


def _ask_with(connection: Connection, login: Login) -> None:
    """One school's login that fails leaves the others'. Raises an ExchangeError that is about the LA or the line."""
    try:
        fetch_requests(connection, login)
    except ExchangeError as error:
        if not is_of_login(error):
            raise


def _logins(destination: Destination) -> list[Login]:
    return [destination, *own_logins(destination).values()]


def _to_ask(destination: Destination, *, at_once: bool) -> list[Login]:
    """The usable logins that were not asked for a while, those that wait longest first."""
    now = timezone.now()
    due = [
        login
        for login in _logins(destination)
        if login.has_credentials
        and not login.trouble
        and (at_once or not (login.requests_asked_at and now - ASKED_EVERY < login.requests_asked_at <= now))
    ]
    due.sort(key=lambda login: login.requests_asked_at or LONG_AGO)
    return due if at_once else due[:ASKED_AT_ONCE]


def _forget_former_logins(destination: Destination) -> None:
    users = {login.user for login in _logins(destination) if login.has_credentials}
    FileRequest.objects.filter(destination_la=destination.la).exclude(user__in=users).delete()
