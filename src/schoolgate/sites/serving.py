"""How a site runs: `serve` is web and jobs in one command (DESIGN 6).

School: one process, waitress and job threads, so that an office PC (Windows too) runs it as it is.
Authority: a supervisor over `web` (granian) and `work`; either may die and is started again.
"""

import contextlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from schoolgate.sites.base import DEFAULT_PORTS
from schoolgate.sites.configuration import ConfigurationError
from schoolgate.sites.orphans import end_with_parent, i_am_the_parent

GRACE_SECONDS = 20.0
LONGEST_PAUSE_SECONDS = 30.0


def address() -> tuple[str, int]:
    """Where this site listens: host and port."""
    configuration = settings.SCHOOLGATE_CONFIGURATION
    return configuration.text("bind"), configuration.number("port") or DEFAULT_PORTS[settings.SCHOOLGATE_SITE]


def serve_in_one_process(say: Callable[[str], None]) -> None:
    """Waitress and the job threads in this process, until a signal ends it."""
    import waitress

    from schoolgate.sites.doors import make_application

    end_with_parent()
    host, port = address()
    try:
        server = waitress.create_server(
            make_application(), host=host, port=port, threads=16, ident="", clear_untrusted_proxy_headers=False
        )
    except OSError as error:
        raise ConfigurationError(f"Cannot listen on {host}:{port}: {error.strerror}. Name another --port.") from None
    stop = threading.Event()
    worker = threading.Thread(target=_work_until, args=(stop,), name="jobs")
    worker.start()

    def end(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    say(f"Schoolgate {settings.SCHOOLGATE_SITE} site: {settings.SCHOOLGATE_URL}")
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    stop.set()
    server.close()
    worker.join(GRACE_SECONDS)


def serve_web() -> None:
    """granian serving this site's doors, until a signal ends it."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    end_with_parent()
    i_am_the_parent()
    host, port = address()
    configuration = settings.SCHOOLGATE_CONFIGURATION
    certificate, key = configuration.text("tls_certificate"), configuration.text("tls_key")
    Granian(
        "schoolgate.sites.doors:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=configuration.number("web_threads"),
        respawn_failed_workers=True,
        log_access=False,
        # Its warnings are advice on our many threads, which wait for slow uploads.
        log_level=LogLevels.error,
        ssl_cert=Path(certificate) if certificate else None,
        ssl_key=Path(key) if key else None,
    ).serve()


def work() -> None:
    """The job threads alone, until a signal ends them."""
    end_with_parent()
    stop = threading.Event()

    def end(number: int, frame: Any) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    _work_until(stop)


def _work_until(stop: threading.Event) -> None:
    from schoolgate.commons.jobs.worker import Worker

    Worker(slots=settings.SCHOOLGATE_CONFIGURATION.number("job_slots")).run(stop)


@dataclass
class Child:
    """A process the supervisor keeps alive; each early death doubles the pause before the next start."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 1.0
    start_at: float = field(default=0.0)

    def look(self, now: float, say: Callable[[str], None]) -> None:
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                return
            self.pause = 1.0 if now - self.started > 60 else min(self.pause * 2, LONGEST_PAUSE_SECONDS)
            self.start_at = now + self.pause
            self.process = None
            say(f"{self.name} ended with {code}; it starts again in {self.pause:.0f} s.")
        if now >= self.start_at:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL)
            self.started = now


def supervise(site: str, say: Callable[[str], None]) -> None:
    """Start `web` and `work`, start each again when it ends, and end both with this process."""
    end_with_parent()
    i_am_the_parent()
    program = [sys.executable, "-m", "schoolgate.sites.cli", site]
    children = [Child(name, [*program, name]) for name in ("web", "work")]
    stop = threading.Event()

    def end(number: int, frame: Any) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    say(f"Schoolgate {site} site: {settings.SCHOOLGATE_URL}")
    while not stop.is_set():
        for child in children:
            child.look(time.monotonic(), say)
        stop.wait(0.2)
    running = [child.process for child in children if child.process is not None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for process in running:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
