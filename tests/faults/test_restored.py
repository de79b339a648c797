"""A site is put back from a backup: the school's from before it sent a file, the LA's from before it gave a receipt."""

import hashlib
import signal
from pathlib import Path

import pytest
from tests.faults.backups import back_up, put_back
from tests.faults.exchange import LA, SCHOOLS, Exchange
from tests.faults.questions import ask
from tests.faults.sites import KillableSite
from tests.faults.table import note

from schoolgate.commons.filestore import FileStore

POINTS = {"restored.forgotten"}
OFFERED = b"<CESfile>what the LA changed</CESfile>"


def tells_of_the_gap(site: KillableSite) -> bool:
    """Whether the first page and the journal say that something is not in the backup."""
    return site.journal("put back from a backup") == 1 and site.database.rows(
        "SELECT COUNT(*) FROM backups_restoration WHERE seen_at IS NULL"
    ) == [(1,)]


def offer_a_file(exchange: Exchange) -> str:
    """Have a file in the LA's outbox, made a while ago; its name."""
    digest, name = hashlib.sha256(OFFERED).hexdigest(), f"{LA}LLLL_CES_{LA}{SCHOOLS[0]}_001.xml"
    with FileStore(exchange.authority.home / "outbox").incoming() as incoming:
        incoming.write(OFFERED)
        incoming.keep()
    exchange.authority.database.write(
        "INSERT INTO authority_exchange_outboxentry (base_id, kind, state, data, task_name, runs, name, document,"
        ' "group", sha256, size, made_at)'
        " SELECT id, 'file', 'made', '', 'Changes', '[]',"
        f" '{name}', 'student', '', '{digest}', {len(OFFERED)}, '2026-01-01 12:00:00+00:00'"
        f" FROM authority_bases_base WHERE number = '{SCHOOLS[0]}'"
    )
    return name


def imported(exchange: Exchange) -> list[Path]:
    """What lies in *Files Imported* once the school has asked for what the LA has for it."""
    exchange.school.run("import")
    return [path for path in (exchange.root / LA / "Files Imported").iterdir() if path.name[0] != "."]


def test_a_school_put_back_to_before_it_sent_a_file_finds_it_known_and_files_it_once(
    own_exchange: Exchange, request: pytest.FixtureRequest
) -> None:
    exchange = own_exchange
    name = offer_a_file(exchange)
    exchange.drop()
    exchange.export("export.sending")
    backup = back_up(exchange.school, exchange.folder / "backups")
    assert [path.name for path in imported(exchange)] == [name]
    assert exchange.export() == 0
    exchange.school.close()
    # The LA was not told of its file, which lies in its place.
    exchange.authority.database.write("UPDATE authority_exchange_outboxentry SET state = 'made', ended_at = NULL")
    with put_back(exchange.school, backup, exchange.folder / "put-back", exchange.server) as before:
        exchange.school = exchange.school_beside(before.home, before)
        exchange.drop(SCHOOLS[1])
        code = exchange.export()
        files = imported(exchange)
        complaints = ask(exchange)
        results = exchange.school.database.rows("SELECT result FROM school_exchange_attempt ORDER BY id")
        told = tells_of_the_gap(exchange.school)
        offered = exchange.authority.database.rows("SELECT state FROM authority_exchange_outboxentry")
        exchange.school.close()

    note(request, "school restored", database=exchange.database, killed=0, complaints=complaints)
    assert (code, told) == (0, True)
    assert ("known",) in results
    assert ([path.name for path in files], offered) == ([name], [("closed",)])
    assert not any(complaints.values()), f"{complaints} {exchange.log()}"


def test_an_la_put_back_to_before_it_gave_a_receipt_is_sent_the_file_again_and_it_is_told(
    own_exchange: Exchange, request: pytest.FixtureRequest
) -> None:
    exchange = own_exchange
    name = offer_a_file(exchange)
    exchange.drop()
    exchange.export()
    backup = back_up(exchange.authority, exchange.folder / "backups")
    forgotten = exchange.drop(SCHOOLS[1])
    exchange.sent_again.add(forgotten.name)
    exchange.export()
    first = imported(exchange)
    exchange.authority.close()
    with put_back(exchange.authority, backup, exchange.folder / "put-back", exchange.server) as before:
        exchange.authority = KillableSite("authority", before.home, exchange.authority.url, database=before)
        exchange.authority.start()
        exchange.drop(SCHOOLS[2])
        assert exchange.export("restored.forgotten") == -signal.SIGKILL
        code = exchange.export()
        files = imported(exchange)
        complaints = ask(exchange)
        told = exchange.school.journal(f"no longer holds {forgotten.name}")
        gap = tells_of_the_gap(exchange.authority)
        offered = before.rows("SELECT state FROM authority_exchange_outboxentry")
        exchange.authority.close()

    note(request, "LA restored", database=exchange.database, killed=1, complaints=complaints)
    assert (code, told, gap) == (0, 1, True)
    assert ([path.name for path in first], files, offered) == ([name], first, [("closed",)])
    assert not any(complaints.values()), f"{complaints} {exchange.log()}"
