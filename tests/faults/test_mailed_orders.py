"""Taking orders from a message is killed at every step: whoever gives the file again has each order once."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Protocol

import pytest
from tests.faults.database import Database
from tests.faults.fetch_process import SUPPLIER_DUNS
from tests.faults.fork_server import ForkServer
from tests.faults.table import note
from tests.faults.test_fetching import a_basket
from tests.school.purchasing.letters import a_mail
from tests.school.purchasing.taking import edited

PATIENCE_SECONDS = 300
POINTS = ("mailed.kept", "mailed.taken")
ORDERS = 3
WALK = [f"{point}:{turn}" for turn in range(1, ORDERS + 1) for point in POINTS]
"""Each order of the message, at each step, one kill after the other."""


class Run(Protocol):
    """Have a process of its own do something (mail_process), and say how it ended and what it printed."""

    def __call__(self, *words: str, fault: str = "") -> tuple[int, bytes]: ...


@pytest.fixture
def forks(database: Database) -> Iterator[ForkServer]:
    made = ForkServer("tests.faults.mail_process", {**database.environment, "URLS": ""})
    yield made
    made.close()


@pytest.fixture
def run(forks: ForkServer) -> Run:
    def do(*words: str, fault: str = "") -> tuple[int, bytes]:
        with TemporaryFile() as printed:
            code = forks.start(words, faults=fault, output=printed, errors=printed).wait(PATIENCE_SECONDS)
            printed.seek(0)
            return code, printed.read()

    return do


@pytest.fixture
def message(tmp_path: Path) -> Path:
    """A message with orders that come in, and one that names another account number."""
    numbers = [*["A-1"] * ORDERS, "A-2"]
    orders = (
        edited(
            a_basket(f"BASKET-{place}"),
            ("Buyer/BuyerReferences/SuppliersCodeForBuyer", number),
            ("Supplier/SupplierReferences/BuyersCodeForSupplier", SUPPLIER_DUNS),
        )
        for place, number in enumerate(numbers)
    )
    file = tmp_path / "baskets.eml"
    file.write_bytes(a_mail(*orders))
    return file


def test_a_message_whose_taking_is_killed_at_every_step_is_given_again_and_nothing_is_there_twice(
    database: Database, run: Run, message: Path, request: pytest.FixtureRequest
) -> None:
    assert run("set up")[0] == 0
    killed = sum(run("give", str(message), fault=fault)[0] == -signal.SIGKILL for fault in WALK)
    code, printed = run("give", str(message))
    assert code == 0, printed
    complaints = ask(json.loads(run("told")[1]), dict(json.loads(printed)))
    where, kind = "orders by e-mail", "postgres" if database.url else "sqlite"
    note(request, where, database=kind, killed=killed, complaints=complaints)
    assert killed == len(WALK)
    assert not any(complaints.values()), complaints


def test_a_message_that_several_people_give_at_once_is_taken_once(run: Run, forks: ForkServer, message: Path) -> None:
    assert run("set up")[0] == 0
    with TemporaryFile() as printed:
        started = [forks.start(["give", str(message)], faults="", output=printed, errors=printed) for _ in range(3)]
        assert [command.wait(PATIENCE_SECONDS) for command in started] == [0, 0, 0]
    told = json.loads(run("told")[1])
    assert told["orders"] == {f"BASKET-{place}": 1 for place in range(ORDERS)}
    assert told["states"] == {"imported": ORDERS, "waiting": 1}


def ask(told: dict[str, Any], said: dict[str, str]) -> dict[str, list[str]]:
    """The four questions of DESIGN 13."""
    references = [f"BASKET-{place}" for place in range(ORDERS)]
    lost = [f"{reference} is no order" for reference in references if reference not in told["orders"]]
    lost += [f"{told['readable']} of {ORDERS + 1} can be read"] * (told["readable"] != ORDERS + 1)
    twice = [f"{reference} is {count} orders" for reference, count in told["orders"].items() if count > 1]
    right = {"imported": ORDERS, "waiting": 1}
    stuck = [f"documents are {told['states']}, not {right}"] * (told["states"] != right)
    untold = [f"{name} is told as {state}" for name, state in said.items() if state not in ("known", "waiting")]
    untold += [f"of {ORDERS + 1} orders {len(said)} are told"] * (len(said) != ORDERS + 1)
    return {"lost": lost, "twice": twice, "stuck": stuck, "untold": untold}
