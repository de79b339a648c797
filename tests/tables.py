"""Homes whose tables are laid once a run and copied: to lay them takes seconds, and many tests need them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from schoolgate.commons.filelock import FileLock

_folder = Path(os.environ.get("SCHOOLGATE_TESTS_MADE_ONCE", ""))


def keep_tables_in(factory: pytest.TempPathFactory) -> None:
    """Say where they lie: where all processes find them that share the tests of a run, and pytest clears up.

    `make test` names a folder for all its stages.
    """
    global _folder  # noqa: PLW0603  fixtures of many rooms and plain functions need it
    base = factory.getbasetemp()
    of_this_run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    _folder = Path(os.environ.get("SCHOOLGATE_TESTS_MADE_ONCE") or of_this_run)


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """The folder that `make` made, in this process or another of the run."""
    made, begun = _folder / name, _folder / f"{name}.begun"
    with FileLock(_folder / f"{name}.lock"):
        if not made.exists():
            shutil.rmtree(begun, ignore_errors=True)
            make(begun)
            begun.rename(made)
    return made


def all_tables() -> Path:
    """The home of a database with the tables of all apps, as migrations leave it; it is for copying."""
    return made_once("tables-of-all-apps", _migrate)


def _migrate(home: Path) -> None:
    chosen = {"DJANGO_SETTINGS_MODULE": "schoolgate.sites.testing", "SCHOOLGATE_TEST_HOME": str(home)}
    command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
    subprocess.run(command, env={**os.environ, **chosen, "DATABASE_URL": ""}, check=True)


def lay_tables(site: str, home: Path) -> None:
    """Put tables without a row into a new home, as `init` would, which finds them laid."""
    shutil.copytree(made_once(f"tables-{site}", lambda folder: _init(site, folder)), home, dirs_exist_ok=True)


def _init(site: str, home: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "SCHOOLGATE_DATABASE_URL"}
    command = [sys.executable, "-m", "schoolgate.sites.cli", site, "init", "--json"]
    subprocess.run(command, env={**environment, "SCHOOLGATE_HOME": str(home)}, capture_output=True, check=True)


if __name__ == "__main__":
    all_tables()
