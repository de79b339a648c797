"""What people, other programs and the network do to the folder while it is looked into and sent from."""

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from tests.faults.bad_line import BadLine, Harm, bad_line
from tests.faults.database import new_database
from tests.faults.exchange import SCHOOLS, SETTLE_AT_ONCE, Exchange
from tests.faults.questions import arrivals, ask
from tests.faults.table import note
from tests.wire.conftest import RawRequest

on_sqlite = pytest.mark.parametrize("exchange", ["sqlite"], indirect=True)
own_on_sqlite = pytest.mark.parametrize("own_exchange", ["sqlite"], indirect=True)
SETTLE_SECONDS = 2
AGENTS_FILES = 40
MEET_SECONDS = 50
RECEIPT = ".receipt.json"
RECEIVED = "SELECT name FROM authority_exchange_receivedfile"


@pytest.fixture
def settling(exchange: Exchange) -> Iterator[Exchange]:
    """The exchange, with a school that waits until files settle."""
    exchange.prefer("settle-seconds", SETTLE_SECONDS)
    yield exchange
    exchange.prefer("settle-seconds", SETTLE_AT_ONCE)


def all_is_well(exchange: Exchange, request: pytest.FixtureRequest, what: str) -> None:
    complaints = ask(exchange)
    note(request, what, database=exchange.database, killed=0, complaints=complaints)
    assert not any(complaints.values()), f"{complaints} {exchange.log()}"


def while_sent(act: Callable[[], object]) -> Harm:
    """Do this while a file is on its way, then carry it."""

    def harm(line: BadLine, request: RawRequest, connection: socket.socket) -> bytes:
        act()
        return line.carry(request)

    return harm


def sent_by_another_too(line: BadLine, request: RawRequest, _: socket.socket) -> bytes:
    """Keep the file until the same one is sent to there once more."""
    deadline = time.monotonic() + MEET_SECONDS
    while line.calls("PUT", request.path) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    return line.carry(request)


def export_meanwhile(exchange: Exchange, act: Callable[[], object]) -> int:
    """Export, and do this while the first file is being sent."""
    with bad_line(exchange.authority.url, while_sent(act)) as line:
        exchange.call(line.server.address)
        code = exchange.export()
    exchange.call(exchange.authority.url)
    return code


def rows_of(exchange: Exchange, name: str) -> list[tuple[object, ...]]:
    return exchange.school.database.rows(f"SELECT state FROM school_exchange_transfer WHERE name = '{name}'")


@on_sqlite
def test_a_file_that_grows_is_taken_when_it_is_whole(settling: Exchange, request: pytest.FixtureRequest) -> None:
    whole = settling.make(settling.folder).read_bytes()
    name = next(settling.folder.glob("*_CES_*.xml")).name
    growing = settling.waiting / name
    (settling.folder / name).unlink()
    stop = threading.Event()

    def grow() -> None:
        while not stop.wait(SETTLE_SECONDS / 20):
            with growing.open("ab") as file:
                file.write(whole[file.tell() : file.tell() + 10])

    growing.write_bytes(whole[:50])
    writer = threading.Thread(target=grow)
    writer.start()
    settling.export()
    stop.set()
    writer.join()
    assert rows_of(settling, name) == []
    assert settling.school.database.rows("SELECT * FROM school_exchange_heldbackfile") == []

    with growing.open("ab") as file:
        file.write(whole[file.tell() :])
    settling.expect(growing)
    assert settling.export() == 0
    all_is_well(settling, request, "file grows")


@on_sqlite
def test_a_file_that_vanishes_while_it_settles_leaves_nothing_behind(
    settling: Exchange, request: pytest.FixtureRequest
) -> None:
    path = settling.drop()
    away = settling.folder / "away.xml"
    export = settling.start_export()
    seen = f"SELECT * FROM school_exchange_sighting WHERE name = '{path.name}'"
    while not settling.school.database.rows(seen):
        assert export.poll() is None
        time.sleep(0.02)
    path.rename(away)
    assert export.wait(60) == 0
    assert rows_of(settling, path.name) == []
    away.rename(path)
    assert settling.export() == 0
    all_is_well(settling, request, "file vanishes")


@on_sqlite
def test_a_file_that_vanishes_while_it_is_sent_is_kept_with_its_receipt(
    exchange: Exchange, request: pytest.FixtureRequest
) -> None:
    path = exchange.drop()
    assert export_meanwhile(exchange, path.unlink) == 0
    all_is_well(exchange, request, "file vanishes when sent")


@on_sqlite
def test_an_empty_file_is_held_back_until_it_is_filled(exchange: Exchange, request: pytest.FixtureRequest) -> None:
    path = exchange.make(exchange.waiting)
    content = path.read_bytes()
    path.write_bytes(b"")
    assert exchange.export() == 1
    held = exchange.school.database.rows("SELECT name, sentence <> '' FROM school_exchange_heldbackfile")
    assert [(name, bool(told)) for name, told in held] == [(path.name, True)]
    path.write_bytes(content)
    exchange.expect(path)
    assert exchange.export() == 0
    all_is_well(exchange, request, "zero bytes")


@own_on_sqlite
def test_a_file_replaced_while_it_is_sent_arrives_and_so_does_what_replaced_it(own_exchange: Exchange) -> None:
    exchange = own_exchange
    path = exchange.drop()
    first = path.read_bytes()
    other = exchange.make(exchange.folder)
    second = other.read_bytes()

    export_meanwhile(exchange, lambda: other.replace(path))
    assert path.read_bytes() == second
    assert exchange.school.journal("was changed after it was taken") == 1
    exchange.export()

    assert not path.exists()
    kept = {file.name: file.read_bytes() for file in exchange.exported.glob("*.xml")}
    assert kept == {path.name: first, f"{path.stem}-2.xml": second}
    assert len(list(exchange.exported.glob("*.receipt.json"))) == 2
    arrived = exchange.authority.database.rows("SELECT name, sha256 FROM authority_exchange_receivedfile")
    assert len(arrived) == len(set(arrived)) == 2


@own_on_sqlite
def test_a_share_that_goes_away_and_comes_back_holds_all_and_gets_what_arrived_meanwhile(
    own_exchange: Exchange, request: pytest.FixtureRequest
) -> None:
    exchange = own_exchange
    exchange.drop()
    away = exchange.folder / "share-away"

    export_meanwhile(exchange, lambda: exchange.root.rename(away))
    assert exchange.school.journal("could not be put into Files Exported yet") == 1
    assert exchange.export() == 1
    assert exchange.school.journal("cannot be read") == 1
    assert not exchange.root.exists()

    away.rename(exchange.root)
    exchange.drop(SCHOOLS[1])
    assert exchange.export() == 0
    all_is_well(exchange, request, "share gone")


def test_two_agents_on_one_folder_deliver_each_file_once(
    own_exchange: Exchange, request: pytest.FixtureRequest
) -> None:
    exchange = own_exchange
    for number in range(AGENTS_FILES):
        exchange.drop(SCHOOLS[number % len(SCHOOLS)])
    with ExitStack() as stack:
        line = stack.enter_context(bad_line(exchange.authority.url, sent_by_another_too))
        exchange.call(line.server.address)
        like = exchange.school.database
        database = stack.enter_context(new_database(exchange.folder / "second", exchange.server, like=like))
        second = exchange.school_beside(database.home, database)
        for site in (exchange.school, second):
            site.run("files")  # so that both begin at once
        exports = [exchange.start_export(), exchange.start_export(second)]
        for export in exports:
            export.wait(90)
        for site in (second, exchange.school):
            exchange.start_export(site).wait(90)
        states = [
            row
            for site in (exchange.school, second)
            for row in site.database.rows("SELECT state, filed_at IS NULL FROM school_exchange_transfer")
        ]
        told = arrivals(exchange.school) + arrivals(second)
        known = "SELECT COUNT(*) FROM school_exchange_attempt WHERE result = 'known'"
        sent_by_both = sum(site.database.rows(known)[0][0] for site in (exchange.school, second))
        second.close()

    names = {file.name for file in exchange.good}
    received = [name for (name,) in exchange.authority.database.rows(RECEIVED)]
    kept = {path.name for path in exchange.exported.iterdir()}
    complaints = {
        "lost": sorted((names - set(received)) | (names - kept)),
        "twice": sorted(
            (Counter(received) - Counter(names)) + Counter(kept - names - {f"{name}{RECEIPT}" for name in names})
        ),
        "stuck": [
            *exchange.waiting.iterdir(),
            *((state, open_) for state, open_ in states if state != "delivered" or open_),
        ],
        "untold": sorted(names - told.keys()),
    }
    assert sent_by_both, "the two were never at the same file: this test proved nothing"
    note(request, "two agents", database=exchange.database, killed=0, complaints=complaints)
    assert not any(complaints.values()), f"{complaints} {exchange.log()}"
