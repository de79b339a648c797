"""A disk is full: nothing is lost, it is told, and all arrives once there is room again."""

import pytest
from tests.faults.exchange import SCHOOLS, Exchange
from tests.faults.questions import ask
from tests.faults.small_disk import small_disk
from tests.faults.table import note

on_sqlite = pytest.mark.parametrize("own_exchange", ["sqlite"], indirect=True)
MEBIBYTES = 8


def all_is_well(exchange: Exchange, request: pytest.FixtureRequest, where: str) -> None:
    complaints = ask(exchange)
    note(request, where, database=exchange.database, killed=0, complaints=complaints)
    assert not any(complaints.values()), f"{complaints} {exchange.log()}"


@on_sqlite
def test_a_file_waits_in_its_folder_while_the_spool_is_full(
    own_exchange: Exchange, request: pytest.FixtureRequest
) -> None:
    exchange = own_exchange
    with small_disk(exchange.school.home / "spool", mebibytes=MEBIBYTES) as disk:
        path = exchange.drop()
        disk.fill()
        assert exchange.export() == 1
        assert path.exists()
        assert exchange.school.journal("disk of this site is full") == 1
        assert exchange.school.database.rows("SELECT * FROM school_exchange_transfer") == []
        disk.make_room()
        assert exchange.export() == 0
        all_is_well(exchange, request, "spool full")


@on_sqlite
def test_a_file_that_arrived_stays_until_its_receipt_can_be_written(
    own_exchange: Exchange, request: pytest.FixtureRequest
) -> None:
    exchange = own_exchange
    with small_disk(exchange.root, mebibytes=MEBIBYTES) as disk:
        path = exchange.drop()
        disk.fill()
        exchange.export()
        assert exchange.school.database.rows("SELECT state, filed_at FROM school_exchange_transfer") == [
            ("delivered", None)
        ]
        assert path.exists()
        assert exchange.school.journal("could not be put into Files Exported yet") == 1
        disk.make_room()
        assert exchange.export() == 0
        all_is_well(exchange, request, "Files Exported full")


@on_sqlite
def test_a_file_is_tried_again_while_the_store_of_the_la_is_full(
    own_exchange: Exchange, request: pytest.FixtureRequest
) -> None:
    exchange = own_exchange
    with small_disk(exchange.authority.home / "files", mebibytes=MEBIBYTES) as disk:
        exchange.drop()
        disk.fill()
        assert exchange.export() == 1
        assert last_attempts(exchange) == [("failed", "no-space")]
        assert exchange.authority.journal("no space") == 1
        assert [path.name for path in disk.folder.iterdir() if path.name not in {".filler", ".lock"}] == []
        disk.make_room()
        assert exchange.export() == 0
        all_is_well(exchange, request, "LA's store full")


@on_sqlite
def test_a_file_is_tried_again_while_the_database_of_the_la_is_full(
    own_exchange: Exchange, request: pytest.FixtureRequest
) -> None:
    exchange = own_exchange
    exchange.authority.close()
    with small_disk(exchange.authority.home, mebibytes=2 * MEBIBYTES) as disk:
        exchange.authority.start()
        for school in SCHOOLS:
            exchange.drop(school)
        disk.fill()
        assert exchange.export() == 1
        troubles = exchange.school.database.rows("SELECT trouble FROM school_exchange_destination")
        assert troubles == [("no-space",)]
        disk.make_room()
        assert exchange.export() == 0
        all_is_well(exchange, request, "LA's database full")
        exchange.authority.close()


@on_sqlite
def test_a_school_whose_own_database_is_full_sends_all_once_there_is_room(
    own_exchange: Exchange, request: pytest.FixtureRequest
) -> None:
    exchange = own_exchange
    exchange.school.close()
    with small_disk(exchange.school.home, mebibytes=2 * MEBIBYTES) as disk:
        for school in SCHOOLS:
            exchange.drop(school)
        disk.fill()
        assert exchange.export() != 0
        disk.make_room()
        assert exchange.export() == 0
        all_is_well(exchange, request, "school's database full")
        exchange.school.close()


def last_attempts(exchange: Exchange) -> list[tuple[str, str]]:
    rows = exchange.school.database.rows(
        "SELECT a.result, a.code FROM school_exchange_attempt a JOIN school_exchange_transfer t"
        " ON a.transfer_id = t.id AND a.number = t.attempts"
    )
    return [(result, code) for result, code in rows]
