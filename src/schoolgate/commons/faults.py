"""Points at which a process can be made to die, so that tests can prove that no step loses or doubles anything."""

import os
import signal
import threading

from django.conf import settings

_passed: dict[str, int] = {}
_lock = threading.Lock()


def fault_point(name: str) -> None:
    """Do nothing, unless SCHOOLGATE_FAULTS named this point at start: then this process dies at once, as by kill -9.

    SCHOOLGATE_FAULTS is a list like `receive.stored, export.sent:3`; the number says at which passing (first: 1).
    Write `name` as a literal: a test lists all points from the source.
    """
    # A restore that goes on where another died does so before there are settings.
    if not settings.configured or not settings.SCHOOLGATE_FAULTS:
        return
    wanted = dict(_read(entry) for entry in settings.SCHOOLGATE_FAULTS.split(","))
    with _lock:
        _passed[name] = _passed.get(name, 0) + 1
        if wanted.get(name) == _passed[name]:
            # On Windows, where SIGKILL is not, os.kill with SIGTERM is TerminateProcess.
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def _read(entry: str) -> tuple[str, int]:
    name, _, number = entry.strip().partition(":")
    return name, int(number or 1)
