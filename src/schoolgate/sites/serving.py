"""How a site runs: `serve` is web and jobs in one command (DESIGN 6).

School: one process, waitress and job threads, so that an office PC (Windows too) runs it as it is.
Authority and supplier: a supervisor over `web` (granian) and `work` (`supervising`); here is what those two do.
"""

import contextlib
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from schoolgate.commons.jobs.identity import take_identity
from schoolgate.sites.base import DEFAULT_PORTS
from schoolgate.sites.configuration import ConfigurationError
from schoolgate.sites.orphans import end_with_parent, i_am_the_parent

GRACE_SECONDS = 20.0


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
    take_identity(settings.SCHOOLGATE_HOME.serving)
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
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from schoolgate.sites.web_server import WebServer

    end_with_parent()
    i_am_the_parent()
    take_identity(settings.SCHOOLGATE_HOME.serving)
    host, port = address()
    configuration = settings.SCHOOLGATE_CONFIGURATION
    certificate, key = configuration.text("tls_certificate"), configuration.text("tls_key")
    WebServer(
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
