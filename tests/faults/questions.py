"""The four questions of DESIGN 13, asked from outside: of both databases, both stores and the school's folders.

Each answers with a list of complaints, empty when all is well.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.faults.exchange import Dropped, Exchange
from tests.faults.sites import KillableSite

from schoolgate.commons.filestore import FileStore
from schoolgate.wire.receipts import ReceiptError, verify_receipt_file

Question = Callable[[Exchange], list[str]]


def lost(exchange: Exchange) -> list[str]:
    """Each good file is at the LA, readable, by its digest; proven and put away at the school; the rest still lies."""
    rows = exchange.authority.database.rows("SELECT name, sha256, ref FROM authority_exchange_receivedfile")
    received, on_record = {row[:2] for row in rows}, {row[::2] for row in rows}
    to_import = {name for (name,) in exchange.authority.database.rows(ASKED_IMPORTS)}
    complaints = []
    for file in exchange.good:
        if (file.name, file.sha256) not in received:
            complaints.append(f"{file.name} has no row at the LA")
        if file.name not in to_import:
            complaints.append(f"{file.name} waits for no import")
        if not _stored(exchange, file):
            complaints.append(f"{file.name} cannot be read from the LA's store")
        complaints += _not_proven(exchange, file, on_record)
        if _digest(exchange.exported / file.name) != file.sha256:
            complaints.append(f"{file.name} is not in Files Exported")
    for file in exchange.broken:
        if _digest(exchange.waiting / file.name) != file.sha256:
            complaints.append(f"{file.name} was held back, and is gone")
    return complaints


def twice(exchange: Exchange) -> list[str]:
    """One row a file at both sides, one file in each store, one pair in the folder, one journal line of its arrival."""
    there = exchange.authority.database.rows("SELECT name FROM authority_exchange_receivedfile")
    here = exchange.school.database.rows("SELECT name FROM school_exchange_transfer")
    held_back = exchange.school.database.rows("SELECT name FROM school_exchange_heldbackfile")
    imports = exchange.authority.database.rows(ASKED_IMPORTS)
    complaints = [f"{name} has several rows" for rows in (there, here, held_back, imports) for name in _repeated(rows)]
    expected = {file.name for file in exchange.good}
    complaints += [f"{name} is at the LA and should not" for (name,) in there if name not in expected]
    stored = sum(1 for _ in (exchange.authority.home / "files").glob("??/*.xml.gz"))
    if stored > len(exchange.good):
        complaints.append(f"{stored} files in the LA's store")
    kept = {path.name for path in exchange.exported.iterdir() if not path.name.startswith(".schoolgate-")}
    receipts = {f"{name}.receipt.json" for name in expected}
    former = {f"{name}.former-receipt.json" for name in exchange.sent_again}
    complaints += sorted(kept - expected - receipts - former)
    complaints += [
        f"{name} still lies in Files Not Exported" for name in expected if (exchange.waiting / name).exists()
    ]
    for site in (exchange.authority, exchange.school):
        told = arrivals(site)
        complaints += [
            f"{file.name} arrived twice in the journal of the {site.kind}"
            for file in exchange.good
            if told[file.name] > 1 + (file.name in exchange.sent_again)
        ]
    return complaints


def stuck(exchange: Exchange) -> list[str]:
    """No file is on its way or waits to be put away, no job is under way or waits.

    The LA's site serves without a worker here: that its imports are finished is asked in test_imports.
    """
    school = exchange.school.database
    complaints = [
        f"{name} is {state}, filed at {filed}"
        for name, state, filed in school.rows("SELECT name, state, filed_at FROM school_exchange_transfer")
        if state not in {"delivered", "imported"} or filed is None
    ]
    for site in (exchange.school, exchange.authority):
        complaints += [
            f"job {kind} of the {site.kind} is {state}"
            for kind, state in site.database.rows(OPEN_JOBS)
            if not (exchange.may_park and state == "parked") and (site.kind, kind, state) != IMPORT_WAITS
        ]
    return complaints


def untold(exchange: Exchange) -> list[str]:
    """Each arrival stands in both journals with its receipt, each try in its row, each refusal with its reason."""
    complaints = []
    for site in (exchange.authority, exchange.school):
        told = arrivals(site)
        complaints += [
            f"the journal of the {site.kind} does not tell of {file.name}"
            for file in exchange.good
            if not told[file.name]
        ]
    school = exchange.school.database
    reasons = dict(school.rows("SELECT name, reason FROM school_exchange_heldbackfile"))
    if reasons != {file.name: "content" for file in exchange.broken}:
        complaints.append(f"held back are {reasons}")
    attempts = school.rows(
        "SELECT t.name, t.attempts, COUNT(a.id), SUM(CASE WHEN a.result IN ('delivered', 'known') THEN 1 ELSE 0 END)"
        " FROM school_exchange_transfer t LEFT JOIN school_exchange_attempt a ON a.transfer_id = t.id"
        " GROUP BY t.id, t.name, t.attempts"
    )
    complaints += [
        f"{name} has {rows} rows of {number} attempts, {arrived} of them arrived"
        for name, number, rows, arrived in attempts
        if rows != number or arrived != 1 + (name in exchange.sent_again)
    ]
    return complaints


QUESTIONS: dict[str, Question] = {"lost": lost, "twice": twice, "stuck": stuck, "untold": untold}
OPEN_JOBS = "SELECT kind, state FROM jobs_job WHERE state <> 'done' AND kind <> 'periodic'"
"""What comes round by itself waits for its next time."""
IMPORT_WAITS = ("authority", "import", "ready")
ASKED_IMPORTS = (
    "SELECT i.source_name FROM authority_importing_import i"
    " JOIN authority_exchange_receivedfile f ON f.its_import_id = i.id JOIN jobs_job j ON i.job_id = j.id"
)
ARRIVAL = re.compile(r"(\S+), receipt B-")


def ask(exchange: Exchange) -> dict[str, list[str]]:
    return {name: question(exchange) for name, question in QUESTIONS.items()}


def arrivals(site: KillableSite) -> Counter[str]:
    """How often a site's journal tells of each file's arrival: "... received: NAME, receipt B-..." at the LA, much so
    at the school."""
    lines = site.database.rows("SELECT message FROM journal_journalline WHERE message LIKE '%received%, receipt B-%'")
    return Counter(found[1] for (line,) in lines if (found := ARRIVAL.search(line)))


def _stored(exchange: Exchange, file: Dropped) -> bool:
    try:
        with FileStore(exchange.authority.home / "files").open(file.sha256) as stream:
            return hashlib.sha256(stream.read()).hexdigest() == file.sha256
    except (OSError, EOFError):
        return False


def _not_proven(exchange: Exchange, file: Dropped, on_record: set[tuple[str, str]]) -> Iterator[str]:
    """The receipt beside the file is genuine, for this file and its bytes, and the one the LA has on record."""
    try:
        text = (exchange.exported / f"{file.name}.receipt.json").read_text("utf-8")
        with (exchange.exported / file.name).open("rb") as plain:
            receipt = verify_receipt_file(text, exchange.keys, plain)
    except (OSError, ReceiptError) as error:
        yield f"{file.name} has no receipt that proves it: {error}"
        return
    if receipt.name != file.name or (file.name, receipt.ref) not in on_record:
        yield f"the receipt of {file.name} is another's: {receipt.name}, {receipt.ref}"


def _repeated(rows: list[tuple[str]]) -> list[str]:
    return [name for (name,), times in Counter(rows).items() if times > 1]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
