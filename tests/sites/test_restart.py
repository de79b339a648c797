"""A supplier's service is renewed and replaced while schools call it: every call is answered (ADR 15)."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.ports import free_port
from tests.tables import lay_tables

from schoolgate.sites.demo_site import Site
from schoolgate.wire.soap.answers import write_call
from schoolgate.wire.soap.client import call_headers

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a web process opens its own socket")

SLOWEST_SECONDS = 60
SERVE = [sys.executable, "-m", "schoolgate.sites.cli", "supplier", "serve"]


@dataclass
class School:
    """Calls from several threads, of which some keep their connection and some never do."""

    port: int
    body: bytes
    answered: int = 0
    went_wrong: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self) -> None:
        for keeps, pause in ((True, 0.0), (False, 0.0), (False, 0.0), (True, 0.1)):
            self._threads.append(threading.Thread(target=self._call_on, args=(keeps, pause)))
            self._threads[-1].start()

    def end(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def wait_for_calls(self, more: int) -> None:
        until = self.answered + more
        self.wait_until(lambda: self.answered >= until)

    def wait_until(self, happened: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SLOWEST_SECONDS
        while not happened():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.02)

    def _call_on(self, keeps: bool, pause: float) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SLOWEST_SECONDS)
        while not self._over.wait(pause):
            try:
                line.request("POST", "/Service.asmx", self.body, call_headers("1.1", "FetchIndex"))
                answer = line.getresponse()
                text = answer.read()
                if answer.status == 200 and b"FetchIndexResult" in text:
                    self.answered += 1
                else:
                    self.went_wrong.append(f"{answer.status} {text!r}")
            except (OSError, http.client.HTTPException) as error:
                self.went_wrong.append(repr(error))
                line.close()
            if not keeps:
                line.close()
        line.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    home = tmp_path_factory.mktemp("restart") / "home"
    lay_tables("supplier", home)
    return Site("supplier", home, f"http://127.0.0.1:{free_port()}")


@pytest.fixture(scope="module")
def body(site: Site) -> bytes:
    """A call by a school of this site."""
    buyer = ["buyers", "add", "--name", "Green Abbey School", "--duns", "987654321", "--user", "greenabbey"]
    _, added = site.run_several(["init", "--name", "Riverside", "--duns", "123456789"], buyer)
    return write_call("1.1", "FetchIndex", {}, added["user"], added["password"])


@pytest.fixture
def listener(site: Site) -> Iterator[socket.socket]:
    """The socket, held by somebody else than the site, as systemd does."""
    with socket.create_server(("127.0.0.1", _port(site)), backlog=128) as held:
        yield held


AS_SYSTEMD = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execv(sys.argv[2], sys.argv[2:])
"""


def serve_on(listener: socket.socket, site: Site) -> "subprocess.Popen[bytes]":
    """Start the site as systemd does: the socket is its descriptor 3, and it is told so by its own number."""
    number = listener.fileno()
    command = [sys.executable, "-c", AS_SYSTEMD, str(number), *SERVE]
    return subprocess.Popen(command, env=site.environment(), pass_fds=[number])


def _port(site: Site) -> int:
    return int(site.url.rpartition(":")[2])


def _children(pid: int) -> set[int]:
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()}


def _policies(pids: set[int]) -> set[int]:
    """How the system schedules the threads of these processes."""
    return {os.sched_getscheduler(int(task.name)) for pid in pids for task in Path(f"/proc/{pid}/task").iterdir()}


@pytest.mark.skipif(not hasattr(os, "SCHED_BATCH"), reason="the system has no such policy")
def test_threads_that_serve_do_not_interrupt_each_other(site: Site, body: bytes) -> None:
    site.start()
    site.wait_until_up()
    assert site.process is not None
    main = site.process.pid
    school = School(_port(site), body)
    school.begin()
    try:
        # Then the threads are there that calls need.
        school.wait_for_calls(50)
        serving = set[int]().union(*map(_children, _children(main)))
        assert (_policies(serving), _policies({main})) == ({os.SCHED_BATCH}, {os.SCHED_OTHER})
    finally:
        school.end()
        site.stop()


def test_a_renewal_drops_no_call_and_leaves_none_of_the_old_processes(site: Site, body: bytes) -> None:
    site.start()
    site.wait_until_up()
    assert site.process is not None
    main = site.process.pid
    school = School(_port(site), body)
    school.wait_until(lambda: len(_children(main)) == 2)
    old = _children(main)
    school.begin()
    try:
        school.wait_for_calls(50)
        os.kill(main, signal.SIGHUP)
        school.wait_until(lambda: len(_children(main)) == 2 and not old & _children(main))
        school.wait_for_calls(50)
    finally:
        school.end()
        site.stop()
    assert school.went_wrong == []


def test_a_site_that_is_replaced_as_a_whole_drops_no_call(site: Site, body: bytes, listener: socket.socket) -> None:
    school = School(_port(site), body)
    school.begin()
    first = serve_on(listener, site)
    second = None
    try:
        school.wait_for_calls(50)
        first.terminate()
        assert first.wait(SLOWEST_SECONDS) == 0
        second = serve_on(listener, site)
        school.wait_for_calls(50)
    finally:
        school.end()
        for process in filter(None, (first, second)):
            process.terminate()
            process.wait(SLOWEST_SECONDS)
    assert school.went_wrong == []
