"""A school's site and an authority's, real processes with real homes, that can be killed and asked what they hold."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from tests.faults.database import Database

from schoolgate.documents.samples.files import write_student_sample
from schoolgate.documents.samples.students import make_students
from schoolgate.sites.demo import Site
from schoolgate.sites.orphans import PARENT_VARIABLE

LA = "820"
SCHOOLS = ("4321", "2107", "7004", "3310")
EXPORT_SECONDS = 90
RESPAWN_SECONDS = 30
PROGRAM = [sys.executable, "-m", "schoolgate.sites.cli"]


@dataclass(frozen=True)
class Dropped:
    """A file that was put into *Files Not Exported*: its whole name, and the sha256 of its bytes."""

    name: str
    sha256: str


@dataclass
class KillableSite(Site):
    """A site whose database may be PostgreSQL, and which dies where `faults` says."""

    database: Database = field(default_factory=lambda: Database(Path(), ""))
    faults: str = ""

    def environment(self) -> dict[str, str]:
        chosen = {
            "SCHOOLGATE_DATABASE_URL": self.database.url,
            "SCHOOLGATE_FAULTS": self.faults,
            "SCHOOLGATE_JOB_LEASE_SECONDS": "2",
            # What is started here must not outlive the tests.
            PARENT_VARIABLE: str(os.getpid()),
        }
        return {name: value for name, value in (super().environment() | chosen).items() if value}

    def start(self) -> None:
        """Serve pages and API alone, as a group of processes that can be killed as one."""
        with (self.home / "logs" / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*PROGRAM, self.kind, "web"],
                env=self.environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.wait_until_up()

    def kill(self) -> None:
        """Kill -9 of all of it, as when the machine loses its power."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def serving(self) -> set[int]:
        """The living processes that the server's main one started."""
        assert self.process is not None
        listed = subprocess.run(
            ["ps", "-A", "-o", "pid=", "-o", "ppid=", "-o", "stat="], capture_output=True, text=True, check=True
        ).stdout
        rows = [line.split() for line in listed.splitlines()]
        return {int(pid) for pid, parent, state in rows if int(parent) == self.process.pid and state[0] != "Z"}


@dataclass
class Exchange:
    """An authority with its accounts, and a school site that sends for all of SCHOOLS."""

    folder: Path
    school: KillableSite
    authority: KillableSite
    keys: dict[str, Any] = field(default_factory=dict)
    broken: list[Dropped] = field(default_factory=list)
    good: list[Dropped] = field(default_factory=list)
    serials: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def database(self) -> str:
        """What both sites keep their rows in, for the table."""
        return "postgres" if self.school.database.url else "sqlite"

    @property
    def root(self) -> Path:
        return self.folder / "root"

    @property
    def waiting(self) -> Path:
        return self.root / LA / "Files Not Exported"

    @property
    def exported(self) -> Path:
        return self.root / LA / "Files Exported"

    def set_up(self) -> None:
        """Both sites from nothing, by the commands that people use; the authority serves at the end."""
        self.authority.run("init", "--la", LA, "--name", "Bedfordshire")
        password = self.folder / "password"
        password.write_text("Plain-Lantern-42")
        account = ("--user", f"{LA}{SCHOOLS[0]}", "--password-file", str(password))
        for number in SCHOOLS:
            self.authority.run("accounts", "add", "--la", LA, "--school", number, *account)
        self.school.run("init", "--root-folder", str(self.root))
        self.school.run("destinations", "add", "--la", LA, "--url", self.authority.url, *account)
        self.school.database.write(
            "INSERT INTO preferences_storedpreference (name, value, changed_at)"
            " VALUES ('settle-seconds', '1', CURRENT_TIMESTAMP)"
        )
        self.authority.start()
        self.keys = httpx.get(f"{self.authority.url}/exchange/v1/keys", trust_env=False).raise_for_status().json()

    def drop(self, school: str, *, broken: bool = False) -> None:
        """Put a small made-up file, like no other, into the folder for the LA."""
        serial = next(self.serials)
        sample = make_students(
            la=LA,
            school=school,
            destination_la=LA,
            pupils=2,
            seed=serial,
            faults=("missing-dob",) if broken else (),
        )
        path = write_student_sample(self.waiting, sample, serial=serial)
        plain = path.read_bytes()
        (self.broken if broken else self.good).append(Dropped(path.name, hashlib.sha256(plain).hexdigest()))

    def start_export(self) -> "subprocess.Popen[bytes]":
        with (self.folder / "export.log").open("ab") as log:
            return subprocess.Popen(
                [*PROGRAM, "school", "export", "--json"], env=self.school.environment(), stdout=log, stderr=log
            )

    def export(self, faults: str = "") -> int:
        """`schoolgate school export` to its end, whatever that is: its exit code, negative when it was killed."""
        self.school.faults = faults
        process = self.start_export()
        self.school.faults = ""
        try:
            return process.wait(EXPORT_SECONDS)
        finally:
            process.kill()

    def restart_authority(self, faults: str = "") -> None:
        self.authority.kill()
        self.authority.faults = faults
        self.authority.start()
        self.authority.faults = ""

    def authority_was_killed(self, before: set[int]) -> bool:
        """Whether what served there at that time is dead; a while is given to it to become so."""
        deadline = time.monotonic() + RESPAWN_SECONDS
        while before & self.authority.serving():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def take_away_broken(self) -> None:
        for file in self.broken:
            (self.waiting / file.name).unlink()
        self.broken.clear()

    def log(self) -> str:
        """The last of what both sites said, for a failure's message."""
        logs = [self.folder / "export.log", self.authority.home / "logs" / "serve.log"]
        return json.dumps([log.read_text("utf-8", "replace")[-3000:] for log in logs if log.exists()], indent=1)
