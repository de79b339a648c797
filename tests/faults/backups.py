"""Backups of sites that are killed, and putting them back: by the commands that an operator gives."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.database import Database, new_database
from tests.faults.sites import KillableSite
from tests.postgres import Server


def back_up(site: KillableSite, folder: Path) -> Path:
    """Make a backup of a site, which may be serving; where it lies."""
    return Path(site.run("backup", "--to", str(folder))["backup"])


def restore(
    kind: str, backup: Path, home: Path, *more: str, url: str = "", faults: str = ""
) -> "subprocess.CompletedProcess[str]":
    """`schoolgate KIND restore`; `url` is that of an empty PostgreSQL database."""
    environment = {**Database(home, url).environment, "SCHOOLGATE_FAULTS": faults}
    for name in ("DJANGO_SETTINGS_MODULE", "SCHOOLGATE_TEST_HOME", "DATABASE_URL"):
        del environment[name]
    if url:
        environment["SCHOOLGATE_DATABASE_URL"] = url
    command = [sys.executable, "-m", "schoolgate.sites.cli", kind, "restore", str(backup), "--home", str(home), *more]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@contextmanager
def put_back(site: KillableSite, backup: Path, home: Path, server: Server | None) -> Iterator[Database]:
    """The database of a site that was put back into a home of its own, with the key of the one that was lost."""
    with new_database(home, server) as database:
        ended = restore(site.kind, backup, home, "--key", str(site.home / "key"), url=database.url)
        assert ended.returncode == 0, ended.stderr
        yield database
