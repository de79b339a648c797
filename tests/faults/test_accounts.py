"""Joining an LA and changing a password, killed at every step: the account is never lost, and files go on."""

import json
import signal
from itertools import count

import pytest
from tests.faults.exchange import EXPORT_SECONDS, LA, SCHOOLS, Exchange
from tests.faults.questions import ask
from tests.faults.table import note

JOIN = ("join.kept", "join.answered", "join.stored")
PASSWORD = ("password.kept", "password.taken", "password.adopted")
POINTS = {*JOIN, *PASSWORD}

NUMBERS = count(5001)
"""Schools that nobody else in these tests has."""


@pytest.mark.parametrize("point", JOIN)
def test_a_code_gives_its_account_though_the_program_is_killed_at(
    exchange: Exchange, point: str, request: pytest.FixtureRequest
) -> None:
    school = f"{next(NUMBERS)}"
    connect = ("connect", "--url", exchange.authority.url, "--code", make_code(exchange, school))
    killed = run(exchange, *connect, faults=point) == -signal.SIGKILL
    joined = run(exchange, *connect)
    exchange.drop(school)
    code = exchange.export()
    complaints = ask(exchange)
    note(request, f"school {point}", database=exchange.database, killed=int(killed), complaints=complaints)
    assert killed, f"nothing was killed at {point}: {exchange.log()}"
    assert (joined, code) == (0, 0), exchange.log()
    assert not any(complaints.values()), f"{complaints} {exchange.log()}"


@pytest.mark.parametrize("point", PASSWORD)
def test_an_account_still_signs_in_though_the_program_is_killed_at(
    exchange: Exchange, point: str, request: pytest.FixtureRequest
) -> None:
    killed = run(exchange, "password", "--la", LA, faults=point) == -signal.SIGKILL
    exchange.drop(SCHOOLS[0])
    code = exchange.export()
    complaints = ask(exchange)
    note(request, f"school {point}", database=exchange.database, killed=int(killed), complaints=complaints)
    assert killed, f"nothing was killed at {point}: {exchange.log()}"
    assert code == 0, exchange.log()
    assert not any(complaints.values()), f"{complaints} {exchange.log()}"
    unfinished = exchange.school.database.rows("SELECT COUNT(*) FROM school_exchange_passwordchange")
    assert unfinished[0][0] == 0


def make_code(exchange: Exchange, school: str) -> str:
    """Have the authority add the school, with a connection code."""
    listed = exchange.folder / f"school-{school}.csv"
    listed.write_text(f"School,LA no.,School no.\nSchool {school},{LA},{school}\n")
    codes = exchange.folder / f"codes-{school}.csv"
    exchange.authority.run("bases", "import", str(listed), "--codes-out", str(codes))
    rows = exchange.authority.run("codes")
    return str(next(row["code"] for row in rows if school in json.dumps(row)))


def run(exchange: Exchange, *arguments: str, faults: str = "") -> int:
    """A command of the school's site to its end, whatever that is: its exit code, negative when it was killed."""
    exchange.school.faults = faults
    command = exchange.school.begin(*arguments, log=exchange.folder / "export.log")
    exchange.school.faults = ""
    return command.wait(EXPORT_SECONDS)
