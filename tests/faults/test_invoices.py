"""A round that is killed while it books invoices is ended by the next: each is booked, counted and marked once."""

import json
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from tests.faults.database import Database
from tests.faults.fork_server import ForkServer
from tests.faults.invoice_process import ORDERS, QUANTITY
from tests.faults.table import note
from tests.faults.test_fetching import Processes
from tests.school.purchasing.billing_documents import a_bill, a_credit_bill, line
from tests.school.purchasing.shops import serve_shop
from tests.school.purchasing.stall import Stall

WALK = ("fetch.listed", "fetch.stored", "fetch.committed", "invoices.booked", "fetch.imported", "fetch.marked")
"""Killed here one after the other, each at a document that no round before it came to."""
POINTS = WALK
CREDITED = 1


@pytest.fixture
def stall() -> Stall:
    """An invoice of each order, a credit note for the first, and an invoice of an order that nobody made."""
    made = Stall()
    for number in range(ORDERS):
        made.offer(f"I-{number}", a_bill(all_of_it(), number=f"SI-{number}", order_number=f"PO-{number}"), "invoice")
    note = a_credit_bill(line(1, CREDITED, "4.50", of=1), credits="SI-0", order_number="PO-0")
    made.offer("C-0", note, "creditnote")
    made.offer("X-1", a_bill(all_of_it(), number="SI-X", order_number="PO-X"), "invoice")
    return made


def all_of_it() -> Any:
    return line(1, QUANTITY, "4.50", of=1)


@pytest.fixture
def processes(database: Database, stall: Stall) -> Iterator[Processes]:
    with serve_shop(stall) as url:
        forks = ForkServer("tests.faults.invoice_process", {**database.environment, "URLS": url})
        yield Processes(forks)
        forks.close()


def test_a_round_killed_at_every_step_books_each_invoice_once(
    database: Database, processes: Processes, stall: Stall, request: pytest.FixtureRequest
) -> None:
    assert processes.run("set up")[0] == 0
    assert processes.run("ask")[0] == 0
    killed = 0
    for point in WALK:
        killed += processes.run("work", point)[0] == -signal.SIGKILL
        # No job may count it as its third death: each of these kills is a case of its own.
        database.write("UPDATE jobs_job SET deaths = 0")
    code, printed = processes.run("work")
    assert code == 0, printed
    complaints = ask(json.loads(processes.run("told")[1]), stall)
    database_name = "postgres" if database.url else "sqlite"
    note(request, "importing invoices", database=database_name, killed=killed, complaints=complaints)
    assert killed == len(WALK)
    assert not any(complaints.values()), complaints


def ask(told: dict[str, Any], stall: Stall) -> dict[str, list[str]]:
    """The four questions of DESIGN 13."""
    right = {f"I-{number}": f"SI-{number}" for number in range(ORDERS)} | {"C-0": "CN-1"}
    lost = [f"{number} is not booked" for number in right.values() if not told["booked"].get(number)]
    lost += [f"{number} has no line" for number in right.values() if not told["lines"].get(number)]
    twice = [f"{number} is booked {count} times" for number, count in told["booked"].items() if count > 1]
    twice += [f"{number} has {count} lines" for number, count in told["lines"].items() if count > 1]
    twice += [f"{number} is booked" for number in told["booked"] if number not in right.values()]
    twice += [f"{told['files']} files are kept"] * (told["files"] > len(right) + 1)
    for number in range(ORDERS):
        wanted = QUANTITY - (CREDITED if number == 0 else 0)
        if (counted := told["invoiced"][f"PO-{number}"]) != str(wanted):
            (lost if int(counted) < wanted else twice).append(f"{counted} of PO-{number} are invoiced")
    states = told["states"]
    stuck = [f"{doc_id} is {states.get(doc_id)}" for doc_id in right if states.get(doc_id) != "imported"]
    stuck += [f"{doc_id} is not marked" for doc_id in right if not stall.is_marked(doc_id)]
    stuck += [f"{number} is {state}" for number, state in told["orders"].items() if state != order_state(number)]
    stuck += ["it does not know that it marked"] * bool(told["unmarked"])
    stuck += [f"{told['open jobs']} jobs wait"] * bool(told["open jobs"])
    untold = ["the refused one does not wait"] * (states.get("X-1") != "waiting")
    untold += ["the refused one was marked"] * stall.is_marked("X-1")
    untold += ["the journal tells nothing"] * (not told["told"])
    untold += [f"a job failed: {error}" for error in told["failed jobs"]]
    return {"lost": lost, "twice": twice, "stuck": stuck, "untold": untold}


def order_state(number: str) -> str:
    return "part-invoiced" if number == "PO-0" else "complete"
