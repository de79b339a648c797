"""Packages of npm's that tests run, as a lock names them."""

import subprocess
from pathlib import Path

from tests.tables import made_once


def node_modules(locked: Path) -> Path:
    """Where the packages lie that the lock in this folder names; they are fetched once a run."""

    def install(folder: Path) -> None:
        folder.mkdir()
        for name in ("package.json", "package-lock.json"):
            (folder / name).write_bytes((locked / name).read_bytes())
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=folder, check=True)

    return made_once(f"npm-{locked.name}", install) / "node_modules"


def axe_of_npm() -> bytes:
    """The script that knows the rules of WCAG."""
    return (node_modules(Path(__file__).parent / "journeys" / "axe") / "axe-core" / "axe.min.js").read_bytes()
