"""A round at a supplier's service that is killed is ended by the next: each basket is one order, and is marked."""

import json
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import Any

import pytest
from tests.faults.database import Database
from tests.faults.fetch_process import SCHOOL_DUNS, SUPPLIER_DUNS
from tests.faults.fork_server import ForkServer
from tests.faults.table import note
from tests.school.purchasing.shops import serve_shop
from tests.school.purchasing.stall import Stall

from schoolgate.documents.ebis.baskets import basket_from_json
from schoolgate.documents.ebis.orders import write_order
from schoolgate.documents.ebis.parties import Party

PATIENCE_SECONDS = 300
WALK = ("fetch.listed", "fetch.stored", "fetch.committed", "fetch.imported", "fetch.marked")
"""Killed here one after the other, each at a document that no round before it came to."""
POINTS = WALK
BASKETS = 6


def a_basket(reference: str, *, supplier: str = SUPPLIER_DUNS) -> bytes:
    line = {"product": "BX-100", "description": "Exercise books", "quantity": 3, "unit_price": "4.50"}
    value = {
        "reference": reference,
        "required_by": "2026-12-18",
        "lines": [{**line, "tax_code": "S", "tax_rate": "20"}],
    }
    return write_order(basket_from_json(value, Party("Beacon", supplier), Party("Green Abbey", SCHOOL_DUNS)))


def make_stall() -> Stall:
    """Baskets that are fine, and one of a supplier that nobody knows."""
    stall = Stall()
    for number in range(BASKETS):
        stall.offer(f"B-{number}", a_basket(f"BASKET-{number}"))
    stall.offer("X-1", a_basket("BASKET-X", supplier="999999999"))
    return stall


class Processes:
    """Starts processes of fetch_process."""

    def __init__(self, forks: ForkServer) -> None:
        self._forks = forks

    def run(self, verb: str, fault: str = "") -> tuple[int, bytes]:
        """How it ended, and what it printed."""
        with TemporaryFile() as printed:
            code = self._forks.start([verb], faults=fault, output=printed, errors=printed).wait(PATIENCE_SECONDS)
            printed.seek(0)
            return code, printed.read()

    def at_once(self, verb: str, count: int) -> list[int]:
        """How so many ended that were started together."""
        with TemporaryFile() as printed:
            started = [self._forks.start([verb], faults="", output=printed, errors=printed) for _ in range(count)]
            return [command.wait(PATIENCE_SECONDS) for command in started]


@pytest.fixture(params=[1])
def stalls(request: pytest.FixtureRequest) -> list[Stall]:
    """So many services, each with the same baskets."""
    return [make_stall() for _ in range(request.param)]


@pytest.fixture
def processes(database: Database, stalls: list[Stall]) -> Iterator[Processes]:
    with ExitStack() as stack:
        urls = [stack.enter_context(serve_shop(stall)) for stall in stalls]
        forks = ForkServer("tests.faults.fetch_process", {**database.environment, "URLS": " ".join(urls)})
        stack.callback(forks.close)
        yield Processes(forks)


def test_a_round_killed_at_every_step_is_ended_and_nothing_is_there_twice(
    database: Database, processes: Processes, stalls: list[Stall], request: pytest.FixtureRequest
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
    complaints = ask(json.loads(processes.run("told")[1]), stalls[0])
    note(request, "fetching", database="postgres" if database.url else "sqlite", killed=killed, complaints=complaints)
    assert killed == len(WALK)
    assert not any(complaints.values()), complaints


def ask(told: dict[str, Any], stall: Stall) -> dict[str, list[str]]:
    """The four questions of DESIGN 13."""
    states = dict(told["states"])
    baskets = {f"BASKET-{number}": f"B-{number}" for number in range(BASKETS)}
    lost = [f"{reference} is no order" for reference in baskets if not told["orders"].get(reference)]
    lost += [f"{told['readable']} of {BASKETS + 1} documents can be read"] * (told["readable"] != BASKETS + 1)
    twice = [f"{reference} is {count} orders" for reference, count in told["orders"].items() if count > 1]
    twice += [f"{reference} is an order" for reference in told["orders"] if reference not in baskets]
    twice += [f"{told['files']} files are kept"] * (told["files"] > BASKETS + 1)
    stuck = [f"{doc_id} is {states.get(doc_id)}" for doc_id in baskets.values() if states.get(doc_id) != "imported"]
    stuck += [f"{doc_id} is not marked" for doc_id in baskets.values() if not stall.is_marked(doc_id)]
    stuck += ["it does not know that it marked"] * bool(told["unmarked"])
    stuck += [f"{told['open jobs']} jobs wait"] * bool(told["open jobs"])
    untold = ["the refused one does not wait"] * (states.get("X-1") != "waiting")
    untold += ["the refused one was marked"] * stall.is_marked("X-1")
    untold += ["the journal tells nothing"] * (not told["told"])
    untold += [f"a job failed: {error}" for error in told["failed jobs"]]
    return {"lost": lost, "twice": twice, "stuck": stuck, "untold": untold}


@pytest.mark.parametrize("stalls", [2], indirect=True)
def test_rounds_at_once_at_two_services_make_one_order_of_each_basket(
    processes: Processes, stalls: list[Stall]
) -> None:
    assert processes.run("set up")[0] == 0
    assert processes.at_once("round", 3) == [0, 0, 0]
    told = json.loads(processes.run("told")[1])
    assert told["orders"] == {f"BASKET-{number}": 1 for number in range(BASKETS)}
    assert told["unmarked"] == 0
    marked = [f"B-{number}" for number in range(BASKETS) for stall in stalls if stall.is_marked(f"B-{number}")]
    assert len(marked) == BASKETS
