"""The walk of a file: killed at every step of its way, it arrives once, and everything is told (DESIGN 13)."""

import signal
from typing import Literal

import pytest
from tests.faults.exchange import SCHOOLS, Exchange
from tests.faults.questions import ask
from tests.faults.table import note

Side = Literal["school", "authority"]

STORE = ("filestore.written", "filestore.synced", "filestore.renamed")
JOB = ("jobs.claimed", "jobs.worked", "jobs.ended")
TAKE = ("seen", "found", "spooled", "checked", "transfer-row")
SEND = ("sending", "sent", "answered", "receipt-written", "moved", "filed")
RECEIVE = ("written", "stored", "before-commit", "committed")

WAY: list[tuple[Side, str]] = [
    *(("school", point) for point in (*JOB, *STORE, *(f"export.{step}" for step in (*TAKE, *SEND)))),
    *(("authority", point) for point in (*STORE, *(f"receive.{step}" for step in RECEIVE))),
]
POINTS = {point for _, point in WAY}
# In which row a kill at the school is told: of the attempt that was under way, else of the job. At its very end the
# job is done already, so that there is nothing to tell.
ATTEMPT_UNDER_WAY = {"export.sending", "export.sent"}
NOTHING_TO_TELL = {"jobs.ended"}


@pytest.mark.parametrize(("side", "point"), WAY, ids=[f"{side}-{point}" for side, point in WAY])
def test_a_file_arrives_once_though_a_process_is_killed_at(
    exchange: Exchange, side: Side, point: str, request: pytest.FixtureRequest
) -> None:
    for school in SCHOOLS[:2]:
        exchange.drop(school)
    exchange.drop(SCHOOLS[1], broken=True)

    told_before = told(exchange, side, point)
    killed = kill_at(exchange, side, point)
    last_code = exchange.export()
    complaints = ask(exchange)
    if killed and point not in NOTHING_TO_TELL and told(exchange, side, point) == told_before:
        complaints["untold"].append("no row tells of the kill")

    note(request, f"{side} {point}", database=exchange.database, killed=int(killed), complaints=complaints)
    assert killed, f"nothing was killed at {point}: {exchange.log()}"
    assert last_code == 1, f"the file that is held back must be told by the exit code: {exchange.log()}"
    assert not any(complaints.values()), f"{complaints} {exchange.log()}"
    exchange.take_away_broken()


def kill_at(exchange: Exchange, side: Side, point: str) -> bool:
    """Send with this point switched on, and run on without it: whether a process died there."""
    if side == "school":
        return exchange.export(point) == -signal.SIGKILL
    exchange.authority.restart(point)
    before = exchange.authority.serving()
    exchange.export()
    killed = exchange.authority.was_killed(before)
    exchange.authority.restart()
    return killed


def told(exchange: Exchange, side: Side, point: str) -> int:
    """How many rows tell of a process that died at such a point."""
    if side == "authority":
        where = "school_exchange_attempt WHERE result = 'failed'"
    elif point in ATTEMPT_UNDER_WAY:
        where = "school_exchange_attempt WHERE result = 'interrupted'"
    else:
        where = "jobs_job WHERE deaths > 0"
    return int(exchange.school.database.rows(f"SELECT COUNT(*) FROM {where}")[0][0])
