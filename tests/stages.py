"""What `make test` does, stage by stage, each with its time: `python tests/stages.py [--quiet] [STAGE...]`."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
PYTEST = [str(BIN / "pytest"), "-q", "-n", str(min(os.cpu_count() or 2, 4)), "--dist", "worksteal"]
NIGHTLY = os.environ.get("SCHOOLGATE_NIGHTLY") == "1"

# What the tests run besides Python: how to know that it is there, and Debian's package of it.
TOOLS: dict[str, tuple[Callable[[], bool], str]] = {
    "PostgreSQL": (lambda: any(Path("/usr/lib/postgresql").glob("*/bin/initdb")), "postgresql"),
    "Chromium": (lambda: shutil.which("chromium") is not None, "chromium"),
    "squid": (lambda: shutil.which("squid", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is not None, "squid"),
    "xmllint": (lambda: shutil.which("xmllint") is not None, "libxml2-utils"),
}
# Hundreds of processes are started: who forbids Python to keep what it compiled has each of them compile all again.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
# A school's rows lie in SQLite nearly everywhere: by day PostgreSQL sees the ways its files go, by night all.
SCHOOL_ON_POSTGRES = [
    "test_exporting.py",
    "test_finding.py",
    "test_interrupted.py",
    "test_joining.py",
    "test_outcomes.py",
    "test_states.py",
    "test_taking.py",
]
left_out: list[str] = []
output: ContextVar[IO[str] | None] = ContextVar("output", default=None)
"""Where the stages of this thread write, None for the terminal."""


def run(*command: str, **environment: str) -> bool:
    into = output.get()
    errors = None if into is None else subprocess.STDOUT
    env = {**ENVIRONMENT, **environment}
    return subprocess.run(command, cwd=ROOT, env=env, stdout=into, stderr=errors, check=False).returncode == 0


def missing() -> dict[str, str]:
    return {name: package for name, (there, package) in TOOLS.items() if not there()}


def tools() -> bool:
    """Install what is missing from Debian's packages when root; say what is left out otherwise."""
    wanted = missing()
    may = os.environ.get("SCHOOLGATE_TEST_INSTALL", "1") != "0"
    if wanted and may and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        print(
            f"Installing {', '.join(wanted)} from Debian's packages (SCHOOLGATE_TEST_INSTALL=0 forbids it).", flush=True
        )
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        run("apt-get", "update", "-qq", **quiet)
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted.values(), **quiet)
    why = "installing was forbidden" if not may else "it is not installed and only root can install it"
    left_out.extend(f"what needs {name}: {why} (Debian package {package})" for name, package in missing().items())
    return True


def lint() -> bool:
    """Style, types and walls."""
    return all(
        [
            run(str(BIN / "ruff"), "check", "."),
            run(str(BIN / "ruff"), "format", "--check", "."),
            run(str(BIN / "mypy")),
            run(str(BIN / "lint-imports"), "--no-cache"),
        ]
    )


def tests() -> bool:
    marks = without("postgres", *missing_marks())
    return run(*PYTEST, "--ignore=tests/journeys", "--ignore=tests/faults", "-m", marks, "tests")


def postgres() -> bool:
    """What has rows again, on a private PostgreSQL server, with what is marked to need one."""
    if "PostgreSQL" in missing():
        return True
    school = ["tests/school"] if NIGHTLY else [f"tests/school/{file}" for file in SCHOOL_ON_POSTGRES]
    rooms = ["tests/commons", "tests/authority", *school]
    marks = " and ".join(["(database or postgres)", *(f"not {mark}" for mark in missing_marks())])
    return run(sys.executable, "tests/postgres.py", "run", "--", *PYTEST, "-m", marks, *rooms)


def faults() -> bool:
    return run(*PYTEST, "-rs", "-m", without("postgres") if "PostgreSQL" in missing() else "", "tests/faults")


def journeys() -> bool:
    if "Chromium" in missing():
        return True
    return run(*PYTEST, "tests/journeys")


def docs() -> bool:
    return run(*PYTEST, "tests/docs")


def missing_marks() -> list[str]:
    """The marks of tests whose tool is missing and that stand among others."""
    return ["squid"] if "squid" in missing() else []


def without(*marks: str) -> str:
    return " and ".join(f"not {mark}" for mark in marks)


STAGES: dict[str, Callable[[], bool]] = {
    "tools": tools,
    "lint": lint,
    "tests": tests,
    "postgres": postgres,
    "faults": faults,
    "journeys": journeys,
}
ALONE: dict[str, Callable[[], bool]] = {**STAGES, "docs": docs}
# What mostly waits (for processes that die, for a browser) runs beside what computes.
BESIDE = ["lint", "journeys", "faults"]

Time = tuple[str, float, bool]
"""A stage, its seconds, and whether it passed."""


def one_by_one(names: Iterable[str], *, quiet: bool = False) -> list[Time]:
    times = []
    for name in names:
        if not quiet and name != "tools":
            print(f"\n== {name}", file=output.get(), flush=True)
        started = time.monotonic()
        passed = ALONE[name]()
        times.append((name, time.monotonic() - started, passed))
    return times


def side_by_side() -> list[Time]:
    """All stages, those of BESIDE meanwhile; what these say is kept apart and printed whole."""

    def beside(said: IO[str]) -> list[Time]:
        output.set(said)
        return one_by_one(BESIDE)

    times = one_by_one(["tools"])
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said, ThreadPoolExecutor(1) as pool:
        others = pool.submit(beside, said)
        times += one_by_one(name for name in STAGES if name not in {"tools", *BESIDE})
        times += others.result()
        said.seek(0)
        shutil.copyfileobj(said, sys.stdout)
    return times


def main(arguments: list[str]) -> int:
    started = time.monotonic()
    quiet = "--quiet" in arguments
    chosen = [argument for argument in arguments if not argument.startswith("--")]
    times = (
        one_by_one(["tools", *(name for name in chosen if name != "tools")], quiet=quiet) if chosen else side_by_side()
    )
    if not quiet:
        print()
        for name, seconds, passed in [*times, ("all", time.monotonic() - started, all(passed for *_, passed in times))]:
            print(f"{name:10} {seconds:6.1f} s  {'passed' if passed else 'FAILED'}")
    for what in left_out:
        print(f"Left out: {what}")
    return 0 if all(passed for _, _, passed in times) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
