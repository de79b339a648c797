"""Sixty files go while one side is killed again and again, at moments drawn by a seed: each arrives once."""

import random
import time
from collections.abc import Callable

import pytest
from tests.faults.exchange import SCHOOLS, Exchange
from tests.faults.fork_server import Command
from tests.faults.questions import ask
from tests.faults.table import note

FILES = 60
KILLS = 5
LONGEST_SECONDS = 90

Kill = Callable[[Exchange, Command], Command]


def kill_school(exchange: Exchange, export: Command) -> Command:
    """Kill the export under way and begin another."""
    assert export.poll() is None, "the export ended before it could be killed"
    export.kill()
    export.wait()
    return exchange.start_export()


def kill_authority(exchange: Exchange, export: Command) -> Command:
    """Kill the server under way, let the export notice it, start both again."""
    exchange.authority.kill()
    export.wait(LONGEST_SECONDS)
    exchange.authority.start()
    return exchange.start_export()


@pytest.mark.parametrize(("side", "kill"), [("school", kill_school), ("authority", kill_authority)])
def test_of_sixty_files_each_arrives_once_though_a_side_is_killed_at_random(
    exchange: Exchange, side: str, kill: Kill, request: pytest.FixtureRequest
) -> None:
    """The moments are numbers of steps made: files that the school spooled (as it does first), that the LA has."""
    chance = random.Random(side)
    for number in range(FILES):
        exchange.drop(SCHOOLS[number % len(SCHOOLS)])
    steps = range(FILES if side == "authority" else 1, 2 * FILES - 1)
    before = steps_made(exchange)

    export = exchange.start_export()
    for moment in sorted(chance.sample(steps, KILLS)):
        wait_for(exchange, export, before + moment)
        export = kill(exchange, export)
    export.wait(LONGEST_SECONDS)
    exchange.export()
    complaints = ask(exchange)

    note(request, f"{side} at random", database=exchange.database, killed=KILLS, complaints=complaints)
    assert not any(complaints.values()), f"{complaints} {exchange.log()}"


def steps_made(exchange: Exchange) -> int:
    folders = (exchange.school.home / "spool", exchange.authority.home / "files")
    return sum(1 for folder in folders for _ in folder.glob("??/*.xml.gz"))


def wait_for(exchange: Exchange, export: Command, steps: int) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while steps_made(exchange) < steps:
        assert export.poll() is None, f"the export ended before {steps} steps: {exchange.log()}"
        assert time.monotonic() < deadline, f"nothing goes on: {exchange.log()}"
        time.sleep(0.002)
