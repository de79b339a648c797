"""What the LA made of a file that arrived: with its answer, and by asking for what has changed since."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from schoolgate.school.exchange import telling
from schoolgate.school.exchange.connecting import Connection, Login, connect, open_http
from schoolgate.school.exchange.logins import logins_in_use
from schoolgate.school.exchange.models import Destination, State, Transfer
from schoolgate.school.exchange.still_held import send_forgotten_again
from schoolgate.wire.exchange_errors import ExchangeError

COMPLETED, FAILED = "completed", "failed"
MOST_PAGES = 100


def note_outcome(transfer: Transfer, outcome: Mapping[str, Any]) -> None:
    """Keep what the LA says, and take the step it means: imported, not accepted, or none yet."""
    state = outcome.get("state")
    if transfer.outcome != outcome:
        transfer.outcome = dict(outcome)
        Transfer.objects.filter(pk=transfer.pk).update(outcome=transfer.outcome)
    if transfer.state != State.DELIVERED or state not in {COMPLETED, FAILED}:
        return
    if transfer.take("import" if state == COMPLETED else "reject"):
        telling.file_outcome(transfer)


def fetch_outcomes(connection: Connection, login: Login) -> int:
    """Ask the LA what became of a login's files since we last asked; how many were told of. Raises an ExchangeError."""
    told = 0
    for _ in range(MOST_PAGES):
        page = connection.client(login).outcomes(login.outcomes_cursor)
        ours = Transfer.objects.lean().filter(sha256__in=[entry.sha256 for entry in page.outcomes])
        known = {(transfer.kind, transfer.name, transfer.sha256): transfer for transfer in ours}
        for entry in page.outcomes:
            transfer = known.get((entry.kind, entry.name, entry.sha256))
            if transfer is not None:
                note_outcome(transfer, entry.outcome)
                told += 1
        login.note(outcomes_cursor=page.cursor[:60])
        if not page.more:
            break
    return told


def ask_for_outcomes() -> None:
    """Ask each LA that has a file of ours whose outcome is open; one that cannot be asked now is asked next time."""
    open_files = Transfer.objects.filter(state=State.DELIVERED)
    for destination in Destination.objects.filter(la__in=open_files.values("la")):
        pairs = open_files.filter(la=destination.la).values_list("source_la", "source_school").distinct()
        schools = [la + number for la, number in pairs]
        if _usable(destination, schools) and not destination.line_trouble:
            with open_http() as http, suppress(ExchangeError):
                connection = connect(destination, http)
                logins = _usable(destination, schools)
                # What it has forgotten is due at once, and sent by the next look round.
                send_forgotten_again(connection, logins)
                for login in logins:
                    fetch_outcomes(connection, login)


def _usable(destination: Destination, schools: list[str]) -> list[Login]:
    logins = logins_in_use(destination, schools)
    return [login for login in logins if login.has_credentials and not login.trouble]
