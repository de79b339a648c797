"""Homes whose tables are laid once a process and copied: to lay them takes seconds, and many tests need them."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path


def lay_tables(site: str, home: Path) -> None:
    """Put tables without a row into a new home, as `init` would, which finds them laid."""
    shutil.copytree(_laid(site), home, dirs_exist_ok=True)


@cache
def _laid(site: str) -> Path:
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder)
    home = Path(folder, "home")
    command = [sys.executable, "-m", "schoolgate.sites.cli", site, "init", "--json"]
    subprocess.run(command, env={**os.environ, "SCHOOLGATE_HOME": str(home)}, capture_output=True, check=True)
    return home
