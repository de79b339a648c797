"""Sending an order is killed at every step: nothing is lost, nothing sent twice where that harms, and all is told."""

import json
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from tempfile import TemporaryFile
from typing import Any

import pytest
from tests.faults.database import Database
from tests.faults.fork_server import ForkServer
from tests.faults.table import note
from tests.school.purchasing.shops import serve_shop
from tests.smtp import Inbox, listening
from tests.wire.soap.shop import Shop

from schoolgate.documents.ebis.orders import read_order
from schoolgate.wire.soap.calls import Call

PATIENCE_SECONDS = 120
POINTS = ("send.noted", "send.called", "send.answered")
CALLS_BEFORE = {"send.noted": 0, "send.called": 1, "send.answered": 1}
"""How often the service had the order when the process died."""


@dataclass
class Counter(Shop):
    """A service that takes every order; while `thinks` is set it has the order and does not answer."""

    thinks: threading.Event = field(default_factory=threading.Event)
    has_it: threading.Event = field(default_factory=threading.Event)
    may_go_on: threading.Event = field(default_factory=threading.Event)

    def _take(self, call: Call) -> bool:
        self.sent.append(call.text("Document"))
        if self.thinks.is_set():
            self.has_it.set()
            self.may_go_on.wait(PATIENCE_SECONDS)
        return True

    def times(self, number: str) -> int:
        """How often it had the order with this number."""
        return sum(read_order(sent).number == number for sent in self.sent)


@dataclass
class Site:
    """The school's site: each verb is a process of its own."""

    forks: ForkServer
    url: str
    inbox: Inbox
    database: Database

    @property
    def environment(self) -> dict[str, str]:
        return {"URL": self.url, "SMTP_PORT": str(self.inbox.port)}

    def run(self, *words: str, fault: str = "") -> tuple[int, bytes]:
        with TemporaryFile() as printed:
            command = self.forks.start(
                words, faults=fault, output=printed, errors=printed, environment=self.environment
            )
            code = command.wait(PATIENCE_SECONDS)
            printed.seek(0)
            return code, printed.read()

    def die_at(self, point: str) -> bool:
        """Whether work died there. No job may count it as its third death: each of these kills is its own case."""
        killed = self.run("work", fault=point)[0] == -signal.SIGKILL
        self.database.write("UPDATE jobs_job SET deaths = 0")
        return killed

    def told(self) -> dict[str, Any]:
        code, printed = self.run("told")
        assert code == 0, printed
        told: dict[str, Any] = json.loads(printed)
        return told


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def site(database: Database, counter: Counter) -> Iterator[Site]:
    forks = ForkServer("tests.faults.send_process", database.environment)
    with serve_shop(counter) as url, listening(Inbox()) as inbox:
        yield Site(forks, url, inbox, database)
        counter.may_go_on.set()
    forks.close()


@pytest.mark.parametrize("kind", ["safe", "unsafe", "mail"])
def test_an_order_whose_sending_is_killed_at_every_step_ends_as_what_it_is(
    site: Site, counter: Counter, kind: str, request: pytest.FixtureRequest
) -> None:
    killed = 0
    for point in POINTS:
        assert site.run("authorise", kind, point)[0] == 0
        killed += site.die_at(point)
        code, printed = site.run("work")
        assert code == 0, printed
    told = site.told()
    if kind == "mail":
        counter.sent = [attached(mail) for mail in site.inbox.taken]
    went = "handed to the mail server" if kind == "mail" else "sent"
    complaints = judge(told, {point: counter.times(point) for point in POINTS}, safe=kind == "safe", went=went)
    where = "sending, by e-mail" if kind == "mail" else f"sending, {kind} service"
    note(request, where, database="postgres" if site.database.url else "sqlite", killed=killed, complaints=complaints)
    assert killed == len(POINTS)
    assert not any(complaints.values()), (complaints, told)
    # What is sent again is the very same.
    assert len(set(counter.sent)) == len({read_order(sent).number for sent in counter.sent})


def attached(mail: EmailMessage) -> str:
    """The order in a mail."""
    (attachment,) = mail.iter_attachments()
    return str(attachment.get_content(), "utf-8")


def judge(told: dict[str, Any], times: dict[str, int], *, safe: bool, went: str) -> dict[str, list[str]]:
    """The questions of DESIGN 13. Only what was written down, or may be said again, can be known to have arrived."""
    complaints: dict[str, list[str]] = {"lost": [], "twice": [], "stuck": [], "untold": []}
    unsure = 0
    for point, order in told["orders"].items():
        known = safe or point == "send.answered"
        unsure += not known
        if order["state"] != ("sent" if known else "unsure"):
            complaints["stuck"].append(f"{point}: {order}")
        if known and not times[point]:
            complaints["lost"].append(point)
        if not safe and times[point] != CALLS_BEFORE[point]:
            complaints["twice"].append(f"{point}: {times[point]} times")
        if "" in order["outcomes"]:
            complaints["untold"].append(f"{point}: an attempt without an end")
        sentence = f"Order {point} was {went}" if known else f"Nobody knows whether order {point} has arrived."
        if sum(line.startswith(sentence) for line in told["journal"]) != 1:
            complaints["untold"].append(f"{point}: {told['journal']}")
    if told["open jobs"]:
        complaints["stuck"].append(f"{told['open jobs']} jobs")
    if told["to do"].get("unsure", 0) != unsure:
        complaints["untold"].append(f"to do: {told['to do']}")
    return complaints


@pytest.mark.parametrize(("kind", "state", "times"), [("safe", "sent", 2), ("unsafe", "unsure", 1)])
def test_a_process_that_is_killed_while_the_service_thinks_leaves_nobody_sure(
    site: Site, counter: Counter, kind: str, state: str, times: int
) -> None:
    assert site.run("authorise", kind, "PO-1")[0] == 0
    counter.thinks.set()
    with TemporaryFile() as printed:
        worker = site.forks.start(["work"], faults="", output=printed, errors=printed, environment=site.environment)
        assert counter.has_it.wait(PATIENCE_SECONDS)
        worker.kill()
        worker.wait(PATIENCE_SECONDS)
    counter.thinks.clear()
    counter.may_go_on.set()
    assert site.run("work")[0] == 0
    assert site.told()["orders"]["PO-1"]["state"] == state
    assert counter.times("PO-1") == times
