"""The processes of a kill test, and what they left behind."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from tests.faults.database import Database
from tests.faults.fork_server import JOBS, Command, ForkServer

PROGRAM = Path(__file__).parent / "job_process.py"


def prepare(database: Database) -> None:
    """Make the tables."""
    subprocess.run([sys.executable, str(PROGRAM), "prepare"], env=database.environment, check=True)


@dataclass(frozen=True)
class Span:
    """One attempt at a job as its process noted it; `end` of an unfinished one is when its process was killed."""

    number: int
    key: str
    pid: int
    start: float
    end: float
    finished: bool


@dataclass
class Crew:
    """Starts processes on one database, kills them, and reads the tally."""

    database: Database
    folder: Path
    running: list[Command] = field(default_factory=list)
    killed: dict[int, float] = field(default_factory=dict)
    forks: ForkServer | None = None

    @property
    def tally(self) -> Path:
        return self.folder / "tally"

    @property
    def submitted(self) -> Path:
        return self.folder / "submitted"

    def start(self, *arguments: str, faults: str = "", **more: str) -> Command:
        if self.forks is None:
            self.forks = ForkServer(JOBS, self.database.environment)
        told = {"TALLY": str(self.tally), "SUBMITTED": str(self.submitted), **more}
        with (self.folder / "log").open("ab") as log:
            process = self.forks.start(arguments, faults=faults, output=log, errors=log, environment=told)
        self.running.append(process)
        return process

    def submit(self, count: int, *, seconds: float) -> Command:
        return self.start("submit", "0", str(count), str(seconds))

    def work(self, *, faults: str = "", **more: str) -> Command:
        return self.start("work", faults=faults, **more)

    def kill(self, process: Command) -> None:
        process.kill()
        self.note_death(process)

    def put_to_sleep(self, process: Command) -> None:
        """Stop a worker in its work, as a laptop's lid does, while it holds no lock of the database.

        One stopped inside of a write keeps everybody from writing until it wakes: no lease can cure that.
        """
        for _ in range(100):
            process.send_signal(signal.SIGSTOP)
            try:
                self.database.write("UPDATE jobs_job SET priority = priority", patience=0.5)
                self.database.write("UPDATE jobs_workerlife SET slots = slots", patience=0.5)
                return
            except (sqlite3.OperationalError, psycopg.errors.LockNotAvailable):
                process.send_signal(signal.SIGCONT)
                time.sleep(0.05)
        raise AssertionError("it always holds a lock")

    def note_death(self, process: Command) -> None:
        """Wait until a process is dead and remember when."""
        process.wait(60)
        self.killed[process.pid] = time.monotonic()

    def accepted(self) -> set[int]:
        return {int(line) for line in self.submitted.read_text().split()} if self.submitted.exists() else set()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.tally.read_text().splitlines()] if self.tally.exists() else []

    def has_worked(self, process: Command) -> bool:
        return any(line["pid"] == process.pid for line in self.lines())

    def spans(self) -> list[Span]:
        lines = self.lines()
        ends = {(line["number"], line["attempt"], line["pid"]): line["at"] for line in lines if line["what"] == "end"}
        found = []
        for line in (line for line in lines if line["what"] == "start"):
            end = ends.get((line["number"], line["attempt"], line["pid"]))
            until = self.killed.get(line["pid"], float("inf")) if end is None else end
            found.append(Span(line["number"], line["key"], line["pid"], line["at"], until, end is not None))
        return sorted(found, key=lambda span: span.start)

    def jobs(self, columns: str) -> list[tuple[Any, ...]]:
        """These columns of every job, in the order of their tally numbers."""
        rows = self.database.rows(f"SELECT dedup, {columns} FROM jobs_job WHERE kind = 'tally'")
        return [row[1:] for row in sorted(rows, key=lambda row: int(row[0].rpartition("-")[2]))]

    def wait_until(self, true: Callable[[], object], seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, f"stuck: {self.jobs('state, attempt, worker')}"
            time.sleep(0.05)

    def wait_until_done(self, count: int) -> None:
        self.wait_until(lambda: [state for (state,) in self.jobs("state")].count("done") == count)

    def dismiss(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.wait()
        if self.forks is not None:
            self.forks.close()
