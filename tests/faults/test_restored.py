"""A site is put back to what it was: the school to before it sent a file, the LA to before it gave a receipt."""

import signal

import pytest
from tests.faults.database import new_database
from tests.faults.exchange import SCHOOLS, Exchange
from tests.faults.questions import ask
from tests.faults.sites import KillableSite
from tests.faults.table import note

POINTS = {"restored.forgotten"}


def test_a_school_restored_to_before_it_sent_a_file_finds_it_known_and_files_it_once(
    own_exchange: Exchange, request: pytest.FixtureRequest
) -> None:
    exchange = own_exchange
    exchange.drop()
    exchange.export("export.sending")
    exchange.school.close()
    with new_database(exchange.folder / "backup", exchange.server, like=exchange.school.database) as before:
        assert exchange.export() == 0
        exchange.school.close()
        exchange.school = exchange.school_beside(before.home, before)
        exchange.drop(SCHOOLS[1])
        code = exchange.export()
        complaints = ask(exchange)
        results = exchange.school.database.rows("SELECT result FROM school_exchange_attempt ORDER BY id")
        exchange.school.close()

    note(request, "school restored", database=exchange.database, killed=0, complaints=complaints)
    assert code == 0
    assert ("known",) in results
    assert not any(complaints.values()), f"{complaints} {exchange.log()}"


def test_an_la_restored_to_before_it_gave_a_receipt_is_sent_the_file_again_and_it_is_told(
    own_exchange: Exchange, request: pytest.FixtureRequest
) -> None:
    exchange = own_exchange
    exchange.drop()
    exchange.export()
    exchange.authority.close()
    with new_database(exchange.folder / "backup", exchange.server, like=exchange.authority.database) as before:
        exchange.authority.start()
        forgotten = exchange.drop(SCHOOLS[1])
        exchange.sent_again.add(forgotten.name)
        exchange.export()
        exchange.authority.close()
        exchange.authority = KillableSite("authority", before.home, exchange.authority.url, database=before)
        exchange.authority.start()
        exchange.drop(SCHOOLS[2])
        assert exchange.export("restored.forgotten") == -signal.SIGKILL
        code = exchange.export()
        complaints = ask(exchange)
        told = exchange.school.journal(f"no longer holds {forgotten.name}")
        exchange.authority.close()

    note(request, "LA restored", database=exchange.database, killed=1, complaints=complaints)
    assert (code, told) == (0, 1)
    assert not any(complaints.values()), f"{complaints} {exchange.log()}"
