"""The supervisor of a site's `web` and `work` (DESIGN 6): keeps both alive, and renews the program under way (ADR 15).

It holds the socket that the site listens on. At SIGHUP it starts a web process of the program as it is installed by
now, waits until that can be called, lets the old one go, and becomes the new program itself, under the same number.
"""

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings

from schoolgate.sites.handing_over import LAST_CALLS_SECONDS, READY
from schoolgate.sites.listening import HANDED_ON, SHARED, is_the_system_s, open_listener
from schoolgate.sites.orphans import end_with_parent, i_am_the_parent
from schoolgate.sites.serving import GRACE_SECONDS, address

LONGEST_PAUSE_SECONDS = 30.0
READY_WITHIN_SECONDS = 120.0
ADOPTED = "SCHOOLGATE_WEB_PID"
"""In the environment of a supervisor that has just become the new program: its web process, which runs already."""

FEW_ARENAS = {"MALLOC_ARENA_MAX": "2"}
"""In the environment of `web`: glibc would keep memory apart for each of its many threads."""

Say = Callable[[str], None]


class Process(Protocol):
    """A child process; `subprocess.Popen` is one."""

    pid: int

    def poll(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""

    def send_signal(self, sig: int) -> None: ...


class Adopted:
    """A child that was started by the program which this process was before."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._code: int | None = None

    def poll(self) -> int | None:
        if self._code is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)


@dataclass
class Child:
    """A process the supervisor keeps alive; each early death doubles the pause before the next start."""

    name: str
    start: Callable[[], Process]
    process: Process | None = None
    started: float = 0.0
    pause: float = 1.0
    start_at: float = 0.0

    def look(self, now: float, say: Say) -> None:
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                return
            self.pause = 1.0 if now - self.started > 60 else min(self.pause * 2, LONGEST_PAUSE_SECONDS)
            self.start_at = now + self.pause
            self.process = None
            say(f"{self.name} ended with {code}; it starts again in {self.pause:.0f} s.")
        if now >= self.start_at:
            self.process = self.start()
            self.started = now


class Supervisor:
    """Starts `web` and `work`, each again when it ends, and ends both with this process."""

    def __init__(self, site: str, say: Say) -> None:
        self._site = site
        self._say = say
        self._listener = open_listener(*address()) if SHARED else None
        self._web = Child("web", self._start_web)
        self._work = Child("work", lambda: self._start("work"))
        adopted = os.environ.pop(ADOPTED, "")
        if adopted:
            self._web.process = Adopted(int(adopted))

    def run(self, stop: threading.Event, renew: threading.Event) -> None:
        """Until `stop` is set. When `renew` is set, the program is renewed; it does not return from that."""
        while not stop.is_set():
            for child in (self._web, self._work):
                child.look(time.monotonic(), self._say)
            if renew.is_set():
                renew.clear()
                self._renew()
            stop.wait(0.2)
        # Where the system holds the socket, callers can wait there for whoever comes after us.
        _end(self._web.process, signal.SIGTERM if is_the_system_s() else signal.SIGINT)
        _end(self._work.process, signal.SIGTERM)
        _wait_for(self._web.process, self._work.process)

    def _start(self, verb: str, *descriptors: int, **environment: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [*_program(), self._site, verb],
            stdin=subprocess.DEVNULL,
            env={**os.environ, **environment},
            pass_fds=descriptors,
        )

    def _start_web(self, tell_ready: int | None = None) -> "subprocess.Popen[bytes]":
        descriptors = {}
        if self._listener is not None:
            descriptors[HANDED_ON] = self._listener.fileno()
        if tell_ready is not None:
            descriptors[READY] = tell_ready
        told = {name: str(number) for name, number in descriptors.items()}
        return self._start("web", *descriptors.values(), **FEW_ARENAS, **told)

    def _renew(self) -> None:
        if self._listener is None:
            return
        new = self._start_web_and_wait()
        if new is None:
            self._say("The new program could not be started; the one before runs on.")
            return
        _end(self._web.process, signal.SIGTERM)
        _end(self._work.process, signal.SIGTERM)
        _wait_for(self._web.process, self._work.process)
        os.environ |= {ADOPTED: str(new.pid), HANDED_ON: str(self._listener.fileno())}
        self._listener.set_inheritable(True)
        # A second renewal waits until the new program can hear of it.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        os.execv(sys.executable, [*_program(), *sys.argv[1:]])  # noqa: S606  there is no shell to be had

    def _start_web_and_wait(self) -> "subprocess.Popen[bytes] | None":
        """A web process that can be called; None when none comes to be within its time."""
        heard, told = os.pipe()
        new = self._start_web(tell_ready=told)
        os.close(told)
        readable, _, _ = select.select([heard], [], [], READY_WITHIN_SECONDS)
        is_ready = bool(readable) and bool(os.read(heard, 1))
        os.close(heard)
        if is_ready:
            return new
        _end(new, signal.SIGINT)
        _wait_for(new)
        return None


def supervise(site: str, say: Say) -> None:
    """Run a site's `web` and `work` until a signal ends this process. Raises ConfigurationError."""
    end_with_parent()
    i_am_the_parent()
    supervisor = Supervisor(site, say)
    stop, renew = threading.Event(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _setter(stop))
    # Who closes a terminal means to end what runs in it.
    if hasattr(signal, "SIGHUP") and not sys.stdin.isatty():
        signal.signal(signal.SIGHUP, _setter(renew))
    say(f"Schoolgate {site} site: {settings.SCHOOLGATE_URL}")
    supervisor.run(stop, renew)


def _setter(event: threading.Event) -> Callable[..., Any]:
    return lambda *_: event.set()


def _program() -> list[str]:
    return [sys.executable, "-m", "schoolgate.sites.cli"]


def _end(process: Process | None, number: int) -> None:
    if process is not None:
        process.send_signal(number)


def _wait_for(*processes: Process | None) -> None:
    """Wait for their ends, and kill those that take too long."""
    deadline = time.monotonic() + LAST_CALLS_SECONDS + GRACE_SECONDS
    for process in processes:
        while process is not None and process.poll() is None:
            if time.monotonic() > deadline:
                process.send_signal(signal.SIGKILL)
            time.sleep(0.02)
