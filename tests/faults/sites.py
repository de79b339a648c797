"""A real site with a real home, whose processes can be killed at a named step, and asked what they hold."""

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.database import Database
from tests.faults.fork_server import Command, ForkServer
from tests.ports import free_port

from schoolgate.sites.demo_site import DemonstrationFailed, Site

STOP_SECONDS = 60


def free_address() -> str:
    """A web address on this machine at which nobody listens."""
    return f"http://127.0.0.1:{free_port()}"


@dataclass
class KillableSite(Site):
    """A site whose database may be PostgreSQL, and which dies where `faults` says.

    `more` are further environment variables; `under` is a command that its processes run under.
    """

    database: Database = field(default_factory=lambda: Database(Path(), ""))
    faults: str = ""
    more: dict[str, str] = field(default_factory=dict)
    under: tuple[str, ...] = ()
    forks: ForkServer | None = None
    web: Command | None = None

    def environment(self) -> dict[str, str]:
        chosen = {
            "SCHOOLGATE_DATABASE_URL": self.database.url,
            "SCHOOLGATE_JOB_LEASE_SECONDS": "2",
            **self.more,
        }
        return {name: value for name, value in (super().environment() | chosen).items() if value}

    def begin(self, *arguments: str, log: Path, verb_output: Path | None = None) -> Command:
        """Start one command, its words and errors going to the end of `log` (its words elsewhere, if so said)."""
        if self.forks is None:
            self.forks = ForkServer(self.kind, self.environment(), under=self.under)
        with log.open("ab") as errors, (verb_output or log).open("ab") as output:
            return self.forks.start(arguments, faults=self.faults, output=output, errors=errors)

    def run(self, *arguments: str, may_find_faults: bool = False) -> Any:
        """Run one command of this site and return the JSON it prints, as `Site.run` does."""
        with tempfile.TemporaryDirectory() as folder:
            words, errors = Path(folder, "words"), Path(folder, "errors")
            code = self.begin(*arguments, "--json", log=errors, verb_output=words).wait(STOP_SECONDS)
            said = words.read_text("utf-8")
            if code not in ({0, 1} if may_find_faults and said else {0}):
                raise DemonstrationFailed(f"schoolgate {self.kind} {' '.join(arguments)}: {errors.read_text() or said}")
        return json.loads(said)

    @property
    def log(self) -> Path:
        return self.home / "logs" / "serve.log"

    def start(self) -> None:
        """Serve pages and API alone, as a group of processes that can be killed as one."""
        self.web = self.begin("web", log=self.log)
        self.wait_until_up()

    def kill(self) -> None:
        """Kill -9 of all that serves, as when the machine loses its power."""
        if self.web is not None:
            self.web.kill_group()
            self.web.wait(STOP_SECONDS)
            self.web = None

    def restart(self, faults: str = "") -> None:
        """Kill what serves and serve anew, to die at `faults`."""
        self.kill()
        self.faults = faults
        self.start()
        self.faults = ""

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Nothing of this site runs within the block, and nobody is connected to its database."""
        serving = self.web is not None
        self.close()
        yield
        if serving:
            self.start()

    def close(self) -> None:
        """End all that runs."""
        self.kill()
        if self.forks is not None:
            self.forks.close()
            self.forks = None

    def serving(self) -> set[int]:
        """The living processes that the server's main one started."""
        assert self.web is not None
        listed = subprocess.run(
            ["ps", "-A", "-o", "pid=", "-o", "ppid=", "-o", "stat="], capture_output=True, text=True, check=True
        ).stdout
        rows = [line.split() for line in listed.splitlines()]
        return {int(pid) for pid, parent, state in rows if int(parent) == self.web.pid and state[0] != "Z"}

    def was_killed(self, before: set[int]) -> bool:
        """Whether what served at that time is dead; a while is given to it to become so."""
        deadline = time.monotonic() + STOP_SECONDS
        while before & self.serving():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def journal(self, words: str) -> int:
        """How many lines of the journal hold these words."""
        rows = self.database.rows(f"SELECT COUNT(*) FROM journal_journalline WHERE message LIKE '%{words}%'")
        return int(rows[0][0])
