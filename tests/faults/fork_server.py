"""Runs `schoolgate` commands as processes of their own, without starting an interpreter for each.

As a program (`python fork_server.py KIND`, standard input is a socket) it sets up a site's Django once; every command
is a fork of that, with its own faults, and dies as alone as any other process. `ForkServer` is the tests' end of it.
KIND is a site, or a module of the tests whose `main` takes the commands' words.
"""

import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, Any

JOBS = "tests.faults.job_process"
IMPORTS = "tests.faults.import_process"
LARGEST_REQUEST = 65536
IMPORTED_LATE = ("django.db.models.sql.compiler", "httpcore", "h11")
"""What Django and httpx import at the first query and call: with the migrations, half of a short command's work."""


@dataclass
class Command:
    """A command under way, to be waited for and killed like a `subprocess.Popen`."""

    pid: int
    line: socket.socket
    returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit code once it has ended, negative when a signal ended it."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, `timeout` in seconds. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            self.line.settimeout(timeout)
            try:
                said = self.line.recv(64)
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired("schoolgate", timeout or 0) from None
            self.returncode = int(said or -signal.SIGKILL)
            self.line.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill_group(self) -> None:
        """Kill it and all it started, as when the machine loses its power."""
        if self.poll() is None:
            os.killpg(self.pid, signal.SIGKILL)


class ForkServer:
    """One site's; `under` is a command that its processes run under."""

    def __init__(self, kind: str, environment: Mapping[str, str], *, under: Sequence[str] = ()) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [*under, sys.executable, __file__, kind],
                env=dict(environment),
                stdin=theirs.fileno(),
                # What ends the tests must leave it to end the processes.
                start_new_session=True,
            )

    def start(
        self,
        arguments: Sequence[str],
        *,
        faults: str,
        output: IO[bytes],
        errors: IO[bytes],
        environment: Mapping[str, str] | None = None,
    ) -> Command:
        """Start `schoolgate KIND ARGUMENTS`; `environment` is what it has besides the server's."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            asked = {"arguments": list(arguments), "faults": faults, "environment": dict(environment or {})}
            request = json.dumps(asked).encode()
            socket.send_fds(self._control, [request], [theirs.fileno(), output.fileno(), errors.fileno()])
        return Command(int(ours.recv(64)), ours)

    def close(self) -> None:
        self._control.close()
        self._process.wait(30)


def serve(kind: str) -> None:
    if "." in kind:
        sys.path.insert(0, str(Path(__file__).parents[2]))
        import_module(kind)
    else:
        _set_up_site(kind)
    for module in IMPORTED_LATE:
        import_module(module)
    from django.db import connections

    assert connections["default"].connection is None, "a connection must not be shared with a fork"
    # What is there before the fork is no garbage of a command: none need look through it, and copy it by that.
    gc.collect()
    gc.freeze()
    control = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, LARGEST_REQUEST, 3)
        if not request:
            return
        if os.fork() == 0:
            control.close()
            _watch(kind, json.loads(request), *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _set_up_site(kind: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = f"schoolgate.sites.{kind}"
    import django

    django.setup(set_prefix=False)
    from django.conf import settings
    from django.db.migrations.loader import MigrationLoader

    import schoolgate.sites.cli

    # Not the doors: a server's worker begins to watch its parent when it imports them.
    for urls in (settings.ROOT_URLCONF, *settings.SCHOOLGATE_PROGRAM_DOORS.values()):
        import_module(urls)
    # Every command asks whether its database has all migrations, and imports them for that.
    MigrationLoader(None)
    if kind == "school":
        import schoolgate.school.exchange.export_now  # noqa: F401


def _watch(kind: str, request: dict[str, Any], line: int, output: int, errors: int) -> None:
    """Be the command's parent, which alone learns how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        os.close(line)
        _run(kind, request, output, errors)
    os.write(line, str(pid).encode())
    # What nobody waits for any more must not outlive the tests.
    ended = os.pidfd_open(pid)
    if ended not in select.select([ended, line], [], [])[0]:
        os.killpg(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    os.write(line, str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _run(kind: str, request: dict[str, Any], output: int, errors: int) -> None:
    import random

    from django.conf import settings

    from schoolgate.sites.orphans import PARENT_VARIABLE

    os.setsid()
    os.dup2(output, 1)
    os.dup2(errors, 2)
    random.seed()
    os.environ[PARENT_VARIABLE] = str(os.getppid())
    os.environ.update(request["environment"])
    os.environ["SCHOOLGATE_FAULTS"] = settings.SCHOOLGATE_FAULTS = request["faults"]
    code = 1
    try:
        if "." in kind:
            import_module(kind).main(request["arguments"])
        else:
            from schoolgate.sites.cli import main

            sys.argv = ["schoolgate", kind, *request["arguments"]]
            main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    # Its own folder is no place to import from: a module of the tests there has a module of Python's name.
    sys.path.remove(str(Path(__file__).parent))
    serve(sys.argv[1])
