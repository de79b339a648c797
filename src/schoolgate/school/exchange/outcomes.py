"""What the LA made of a file that arrived: with its answer, and by asking for what has changed since."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from schoolgate.school.exchange import telling
from schoolgate.school.exchange.connecting import Connection, connect, open_http, save_found
from schoolgate.school.exchange.models import Destination, State, Transfer
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


def fetch_outcomes(connection: Connection) -> int:
    """Ask the LA what became of our files since we last asked; how many were told of. Raises an ExchangeError."""
    destination, told = connection.destination, 0
    for _ in range(MOST_PAGES):
        page = connection.client.outcomes(destination.outcomes_cursor)
        ours = Transfer.objects.lean().filter(sha256__in=[entry.sha256 for entry in page.outcomes])
        known = {(transfer.kind, transfer.name, transfer.sha256): transfer for transfer in ours}
        for entry in page.outcomes:
            transfer = known.get((entry.kind, entry.name, entry.sha256))
            if transfer is not None:
                note_outcome(transfer, entry.outcome)
                told += 1
        destination.outcomes_cursor = page.cursor[:60]
        save_found(destination)
        if not page.more:
            break
    return told


def ask_for_outcomes() -> None:
    """Ask each LA that has a file of ours whose outcome is open; one that cannot be asked now is asked next time."""
    open_las = Transfer.objects.filter(state=State.DELIVERED).values("la")
    for destination in Destination.objects.filter(la__in=open_las, trouble=""):
        with open_http() as http, suppress(ExchangeError):
            fetch_outcomes(connect(destination, http))
