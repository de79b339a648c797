"""Many files go while either side is killed again and again, at moments drawn by a seed: each arrives once."""

import os
import random
import time

import pytest
from tests.faults.database import KINDS
from tests.faults.exchange import SCHOOLS, Exchange
from tests.faults.fork_server import Command
from tests.faults.questions import ask
from tests.faults.table import note

NIGHTLY = os.environ.get("SCHOOLGATE_NIGHTLY") == "1"
FILES = 2000 if NIGHTLY else 500
KILLS = 50 if NIGHTLY else 5
LONGEST_SECONDS = 300
LOOK_EVERY_SECONDS = 0.02
MOST_STEPS_A_SECOND = 400
"""To count them all is work itself: who is far from the moment looks later."""


# PostgreSQL by night alone: test_walk kills there at every step by day too.
@pytest.mark.parametrize("own_exchange", KINDS if NIGHTLY else KINDS[:1], indirect=True)
def test_of_many_files_each_arrives_once_though_either_side_is_killed_at_random(
    own_exchange: Exchange, request: pytest.FixtureRequest
) -> None:
    """The moments are numbers of steps made: files that the school spooled (as it does first), that the LA has."""
    exchange = own_exchange
    exchange.may_park = True
    chance = random.Random(exchange.database)
    for number in range(FILES):
        exchange.drop(SCHOOLS[number % len(SCHOOLS)], serial=number // len(SCHOOLS) + 1)

    export = exchange.start_export()
    for moment in sorted(chance.sample(range(1, 2 * FILES - 1), KILLS)):
        wait_for(exchange, export, moment)
        if steps_made(exchange) <= FILES or chance.random() < 0.5:
            export.kill()
            export.wait(LONGEST_SECONDS)
        else:
            exchange.authority.kill()
            export.wait(LONGEST_SECONDS)
            exchange.authority.start()
        export = exchange.start_export()
    export.wait(LONGEST_SECONDS)
    exchange.export()
    complaints = ask(exchange)

    note(request, f"either side, {FILES} files", database=exchange.database, killed=KILLS, complaints=complaints)
    assert not any(complaints.values()), (
        f"{ {question: told[:5] for question, told in complaints.items()} } {exchange.log()}"
    )


def steps_made(exchange: Exchange) -> int:
    folders = (exchange.school.home / "spool", exchange.authority.home / "files")
    return sum(1 for folder in folders for _ in folder.glob("??/*.xml.gz"))


def wait_for(exchange: Exchange, export: Command, steps: int) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while (left := steps - steps_made(exchange)) > 0:
        assert export.poll() is None, f"the export ended before {steps} steps: {exchange.log()}"
        assert time.monotonic() < deadline, f"nothing goes on: {exchange.log()}"
        time.sleep(max(LOOK_EVERY_SECONDS, left / MOST_STEPS_A_SECOND))
