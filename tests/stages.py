"""What `make test` does, stage by stage, each with its time: `python tests/stages.py [--quiet] [STAGE...]`."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
CORES = min(os.cpu_count() or 2, 4)
PROCESSES = CORES + 1
"""So many share the tests: now and then one waits, for a disk, a lease that ends."""
PYTEST = [str(BIN / "pytest"), "-q", "-n", str(PROCESSES), "--dist", "worksteal"]
WAITING = [*PYTEST, "-n", str(PROCESSES + 1)]
"""For tests that mostly wait: for processes that start, a browser."""
NIGHTLY = os.environ.get("SCHOOLGATE_NIGHTLY") == "1"

# What the tests run besides Python: how to know that it is there, and Debian's package of it.
TOOLS: dict[str, tuple[Callable[[], bool], str]] = {
    "PostgreSQL": (lambda: any(Path("/usr/lib/postgresql").glob("*/bin/initdb")), "postgresql"),
    "Chromium": (lambda: shutil.which("chromium") is not None, "chromium"),
    "squid": (lambda: shutil.which("squid", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is not None, "squid"),
    "xmllint": (lambda: shutil.which("xmllint") is not None, "libxml2-utils"),
    "PHP's SoapClient": (lambda: any(Path("/usr/lib/php").glob("*/soap.so")), "php-cli php-soap"),
    "Perl's SOAP::Lite": (lambda: Path("/usr/share/perl5/SOAP/Lite.pm").exists(), "libsoap-lite-perl"),
    "Node.js": (lambda: shutil.which("npm") is not None, "npm"),
    **({"Mono": (lambda: shutil.which("wsdl") is not None, "mono-devel mono-mcs")} if NIGHTLY else {}),
}
MARKS = {
    "squid": "squid",
    "Chromium": "chromium",
    "PHP's SoapClient": "php",
    "Perl's SOAP::Lite": "perl",
    "Node.js": "node",
}
"""What stands among other tests, by the tool that it needs."""
# Hundreds of processes are started: who forbids Python to keep what it compiled has each of them compile all again.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
MADE_ONCE = "SCHOOLGATE_TESTS_MADE_ONCE"
"""The folder of what tests/tables.py makes once for all stages."""
ON_POSTGRES = ["tests/commons", "tests/school", "tests/authority", "tests/supplier"]
# By day PostgreSQL sees jobs, the ways a school's files go, what an import writes, people at once, what a supplier's
# service does, and what is collected.
ON_POSTGRES_BY_DAY = [
    "tests/commons/jobs",
    "tests/commons/test_bulk.py",
    "tests/commons/test_prepared.py",
    "tests/commons/test_turns.py",
    "tests/commons/schedules/test_due.py",
    *(
        f"tests/school/test_{what}.py"
        for what in ("exporting", "finding", "interrupted", "joining", "outcomes", "taking")
    ),
    *(
        f"tests/authority/collection/test_{what}.py"
        for what in ("attendance", "collecting", "locks_at_once", "running", "task_import_at_once", "tools")
    ),
    "tests/authority/collection/migrating/test_migrate.py",
    "tests/authority/exchange/test_import_job.py",
    "tests/authority/exchange/test_outbox.py",
    "tests/authority/exchange/test_receiving.py",
    *(
        f"tests/authority/importing/test_{what}.py"
        for what in (
            "absence",
            "carrying_out",
            "conflicts_at_once",
            "import_properties",
            "merging_at_once",
            "met",
            "restricted_at_once",
            "settling",
            "undoing",
            "unmatched_at_once",
            "waiting",
            "whole_way",
        )
    ),
    *(
        f"tests/school/purchasing/test_{what}.py"
        for what in (
            "authorising_at_once",
            "years_at_once",
        )
    ),
    "tests/supplier/service",
    "tests/supplier/api/test_once.py",
    "--ignore-glob=*_screens.py",
    "--ignore-glob=*/test_openapi.py",
]
FORTY_DAYS = (
    "tests/authority/collection/test_forty_days.py::test_after_forty_days_the_authority_has_what_the_schools_have"
)
# What the night alone does: a whole way, or a walk through pages, once more that is tested in parts; forty days of what
# three months see, too; every page with what real files brought; installing from the zip, whose parts are tested by
# themselves; pictures for the documentation; and Mono, which takes long to install. By day CI has twenty minutes.
LEFT_TO_THE_NIGHT = (
    []
    if NIGHTLY
    else [
        f"--deselect={FORTY_DAYS}",
        *(
            f"--ignore=tests/{what}"
            for what in (
                "release/test_installing.py",
                "sites/test_through_a_proxy.py",
                "journeys/test_every_page.py",
                "journeys/test_journal.py",
                "journeys/test_late_migration.py",
                "journeys/test_old_tasks.py",
                "journeys/test_pictures.py",
                "journeys/test_preview_and_undo.py",
                "journeys/test_three_hundred.py",
                "journeys/test_two_way.py",
                "journeys/test_where_from.py",
                "clients/test_mono.py",
            )
        ),
    ]
)
BY_PLACES = ("tests/faults", "tests/journeys", "tests/clients")
"""What has a stage of its own."""
ROOM_IN_MEMORY = 8 * 1024**3
"""Bytes that the temporary folders of a run may take."""
left_out: list[str] = []
ahead: list[Callable[[], bool]] = []
"""What is done beside the linters, which leave a core idle, where tests follow."""


def run(*command: str, **environment: str) -> bool:
    return subprocess.run(command, cwd=ROOT, env={**ENVIRONMENT, **environment}, check=False).returncode == 0


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
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *" ".join(wanted.values()).split(), **quiet)
    why = "installing was forbidden" if not may else "it is not installed and only root can install it"
    left_out.extend(f"what needs {name}: {why} (Debian package {package})" for name, package in missing().items())
    return True


def lint() -> bool:
    """Style, types and walls, each on a core of its own; before tests also what each of their processes would do."""
    tools = (["lint-imports", "--no-cache"], ["ruff", "check", "."], ["ruff", "format", "--check", "."])
    with ThreadPoolExecutor(CORES) as pool:
        # The longest first.
        checks = [pool.submit(run, str(BIN / "mypy")), *map(pool.submit, ahead)]
        checks += [pool.submit(run, str(BIN / tool[0]), *tool[1:]) for tool in tools]
        return all(check.result() for check in checks)


def collect() -> bool:
    """Read all tests; what pytest makes of their files is kept, and is not made in each process of each stage."""
    command = [str(BIN / "pytest"), "-q", "--collect-only", "tests"]
    found = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, check=False, capture_output=True, text=True)
    if found.returncode:
        print(found.stdout, found.stderr, flush=True)
    return found.returncode == 0


def lay_tables() -> bool:
    """Make the database that the processes of the tests copy."""
    return run(sys.executable, "-m", "tests.tables")


def tests() -> bool:
    marks = without("postgres", *missing_marks())
    elsewhere = [f"--ignore={place}" for place in BY_PLACES]
    return run(*PYTEST, *elsewhere, *LEFT_TO_THE_NIGHT, "-m", marks, "tests")


def postgres() -> bool:
    """What has rows again, on a private PostgreSQL server, with what is marked to need one."""
    if "PostgreSQL" in missing():
        return True
    marks = " and ".join(["(database or postgres) and not sqlite", *(f"not {mark}" for mark in missing_marks())])
    return run(
        sys.executable,
        "tests/postgres.py",
        "run",
        "--",
        *PYTEST,
        "-m",
        marks,
        *(ON_POSTGRES if NIGHTLY else ON_POSTGRES_BY_DAY),
    )


def faults() -> bool:
    return run(*WAITING, "-rs", "-m", without("postgres") if "PostgreSQL" in missing() else "", "tests/faults")


def journeys() -> bool:
    """What people do in a browser, and what programs do that others wrote."""
    marks = without("postgres", *missing_marks())
    return run(*WAITING, *LEFT_TO_THE_NIGHT, "-m", marks, "tests/journeys", "tests/clients")


def docs() -> bool:
    return run(*PYTEST, "tests/docs")


def missing_marks() -> list[str]:
    """The marks of tests whose tool is missing and that stand among others."""
    return [mark for tool, mark in MARKS.items() if tool in missing()]


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


def _quick_folder() -> str | None:
    """Memory where it has the room, since tests write to disks without end; None: the usual temporary folder."""
    shared = Path("/dev/shm")
    return str(shared) if shared.is_dir() and shutil.disk_usage(shared).free > ROOM_IN_MEMORY else None


def main(arguments: list[str]) -> int:
    quiet = "--quiet" in arguments
    chosen = [argument for argument in arguments if not argument.startswith("--")] or list(STAGES)
    if chosen != ["tools"] and "tools" not in chosen:
        chosen = ["tools", *chosen]
    if "lint" in chosen and "tests" in chosen:
        ahead.extend([collect, lay_tables])
    times: list[tuple[str, float, bool]] = []
    with (
        tempfile.TemporaryDirectory(prefix="schoolgate-tests-", dir=_quick_folder()) as temporary,
        tempfile.TemporaryDirectory(prefix="schoolgate-made-once-", dir=temporary) as made_once,
    ):
        # PostgreSQL's server has a user of its own.
        Path(temporary).chmod(0o1777)
        ENVIRONMENT.update({"TMPDIR": temporary, MADE_ONCE: made_once})
        for name in chosen:
            if not quiet and name != "tools":
                print(f"\n== {name}", flush=True)
            started = time.monotonic()
            passed = ALONE[name]()
            times.append((name, time.monotonic() - started, passed))
    if not quiet:
        print()
        for name, seconds, passed in times:
            print(f"{name:10} {seconds:6.1f} s  {'passed' if passed else 'FAILED'}")
    for what in left_out:
        print(f"Left out: {what}")
    return 0 if all(passed for _, _, passed in times) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
