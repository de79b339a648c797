"""A folder may not be written or read for a while: nothing is lost, it is told, and all is well once it may.

Root may do everything, so where the tests run as root the school's site runs without that privilege.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.faults.conftest import Prepared
from tests.faults.exchange import Exchange, copied_exchange
from tests.faults.questions import ask
from tests.faults.table import note

# Files of root's own are then as closed to it as their permissions say.
UNPRIVILEGED = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")


@pytest.fixture(scope="module")
def exchange(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """An exchange whose school is run by somebody who may not do everything; on SQLite."""
    under = UNPRIVILEGED if os.geteuid() == 0 else ()
    if under and subprocess.run([*under, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("root's privileges cannot be given up here: setpriv is missing, or there are none to give up")
    with copied_exchange(tmp_path_factory.mktemp("permissions"), None, like=prepared(None)) as made:
        made.school.under = under
        yield made


def forbid(exchange: Exchange, folder: Path, mode: int) -> None:
    """Export once with these permissions on a folder, then give it back those of before."""
    before = folder.stat().st_mode
    folder.chmod(mode)
    exchange.export()
    folder.chmod(before)


def all_is_well(exchange: Exchange, request: pytest.FixtureRequest, what: str) -> None:
    assert exchange.export() == 0
    complaints = ask(exchange)
    note(request, what, database=exchange.database, killed=0, complaints=complaints)
    assert not any(complaints.values()), f"{complaints} {exchange.log()}"


@pytest.mark.parametrize("name", ["Files Exported", "Files Not Exported"])
def test_what_arrived_is_put_away_once_the_folder_can_be_written(
    exchange: Exchange, name: str, request: pytest.FixtureRequest
) -> None:
    told = exchange.school.journal("could not be put into Files Exported yet")
    path = exchange.drop()
    forbid(exchange, exchange.waiting.parent / name, 0o555)
    rows = exchange.school.database.rows(
        f"SELECT state, filed_at FROM school_exchange_transfer WHERE name = '{path.name}'"
    )
    assert rows == [("delivered", None)]
    assert path.exists()
    assert exchange.school.journal("could not be put into Files Exported yet") == told + 1
    all_is_well(exchange, request, f"{name} read-only")


def test_a_folder_that_cannot_be_read_is_told_and_looked_into_later(
    exchange: Exchange, request: pytest.FixtureRequest
) -> None:
    exchange.drop()
    forbid(exchange, exchange.waiting, 0)
    assert exchange.school.journal("cannot be read") == 1
    all_is_well(exchange, request, "Files Not Exported unreadable")


def test_a_file_that_cannot_be_read_is_told_and_sent_later(exchange: Exchange, request: pytest.FixtureRequest) -> None:
    path = exchange.drop()
    path.chmod(0)
    assert exchange.export() == 1
    reasons = exchange.school.database.rows("SELECT name, reason FROM school_exchange_heldbackfile")
    assert [name for name, _ in reasons] == [path.name]
    path.chmod(0o644)
    all_is_well(exchange, request, "file unreadable")
