"""granian on a socket that outlives it, and that it leaves without dropping a call (ADR 15)."""

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from typing import Any

from granian._granian import SocketHolder
from granian.server.mp import MPServer

from schoolgate.sites import handing_over
from schoolgate.sites.handing_over import LAST_CALLS_SECONDS, HandingOver
from schoolgate.sites.listening import BACKLOG, SHARED, is_the_system_s, open_listener, was_handed_on


class WebServer(MPServer):
    """granian's server. SIGTERM lets another process take its place where one can; SIGINT ends it at once.

    Elsewhere than on Linux it is granian as it comes.
    """

    _listener_of_site: Any = None
    _handing_over: HandingOver | None = None

    def serve(self, *arguments: Any, **named: Any) -> None:
        """Serve until a signal ends it."""
        _let_run_on()
        super().serve(*arguments, **named)

    def _init_shared_socket(self) -> None:
        """granian opens a socket a worker, and connections that wait at one are lost with it: here all share ours."""
        if not SHARED:
            super()._init_shared_socket()  # type: ignore[no-untyped-call]
            return
        # Workers find the socket at the same number.
        multiprocessing.set_start_method("fork", force=True)
        self._listener_of_site = open_listener(self.bind_addr, self.bind_port)
        self._ssp = self._sso = None
        descriptor = os.dup(self._listener_of_site.fileno())
        holder: Any = SocketHolder  # its stub knows no arguments
        self._shd = holder(descriptor, False, BACKLOG)
        self._handing_over = handing_over.current = HandingOver(self._listener_of_site)

    def signal_handler_interrupt(self, number: int = signal.SIGINT, *_: Any) -> None:
        handing, self._handing_over = self._handing_over, None
        if handing is not None and number == signal.SIGTERM and (is_the_system_s() or was_handed_on()):
            threading.Thread(target=self._end_after_last_calls, args=(handing,), name="last-calls").start()
        else:
            super().signal_handler_interrupt()  # type: ignore[no-untyped-call]

    def signal_handler_reload(self, *_: Any) -> None:
        """Workers are renewed with the whole process alone: a fork of this one would be of the old program."""

    def _end_after_last_calls(self, handing: HandingOver) -> None:
        handing.begin()
        time.sleep(LAST_CALLS_SECONDS)
        super().signal_handler_interrupt()  # type: ignore[no-untyped-call]


def _let_run_on() -> None:
    """Threads of this process and its workers do not interrupt each other when they wake (Linux: SCHED_BATCH).

    One that wakes can do nothing before the other lets go of Python; to try costs both of them time.
    """
    if hasattr(os, "SCHED_BATCH"):
        # Some containers forbid it.
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
