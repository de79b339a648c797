"""`schoolgate SITE VERB` called as an operator calls it: each call a process of its own.

To start Python and set Django up takes a second of work, most of what such a call costs. So where a machine can fork,
a home's calls are forks of one process that has set that home's site up; calls that make a home or are given standard
input are started from nothing.
"""

import atexit
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.faults.fork_server import ForkServer
from tests.tables import lay_tables

MOST_HOMES = 3
"""Each holds a whole site in memory."""
WAIT_SECONDS = 300
_set_up: dict[tuple[str, str], ForkServer] = {}


def schoolgate(*arguments: str, given: str = "") -> "subprocess.CompletedProcess[str]":
    """The end of a call. `given` is what it reads."""
    home = arguments[arguments.index("--home") + 1] if "--home" in arguments else ""
    if hasattr(os, "fork") and home and not given and arguments[1] != "init" and Path(home, "db.sqlite3").exists():
        return _forked(arguments, home)
    if home:
        _forget(arguments[0], home)
    command = [sys.executable, "-m", "schoolgate.sites.cli", *arguments]
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False)


def told(*arguments: str, given: str = "") -> Any:
    """The JSON that a call prints, which must go well."""
    result = schoolgate(*arguments, "--json", given=given)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def new_home(site: str, home: Path | str, *options: str) -> Any:
    """Make a home by `init`, which finds its tables laid; what it prints."""
    lay_tables(site, Path(home))
    return told(site, "init", *options, "--home", str(home))


def _forked(arguments: Sequence[str], home: str) -> "subprocess.CompletedProcess[str]":
    site, *words = arguments
    if (site, home) not in _set_up:
        for former in list(_set_up)[: 1 - MOST_HOMES]:
            _forget(*former)
        _set_up[site, home] = ForkServer(site, {**os.environ, "SCHOOLGATE_HOME": home})
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        code = _set_up[site, home].start(words, faults="", output=output, errors=errors).wait(WAIT_SECONDS)
        for file in (output, errors):
            file.seek(0)
        return subprocess.CompletedProcess(arguments, code, output.read().decode(), errors.read().decode())


def _forget(site: str, home: str) -> None:
    if server := _set_up.pop((site, home), None):
        server.close()


@atexit.register
def _forget_all() -> None:
    for site, home in list(_set_up):
        _forget(site, home)
