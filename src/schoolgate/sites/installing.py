"""A school site installed on a machine: a program folder that may be replaced, and a home that outlives it.

The program folder has the environment that the zip's `install.py` makes, a start script, and a record of both; nothing
else in it is ever touched.
"""

import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from schoolgate import __version__
from schoolgate.sites.home import default_folder

RECORD = "installed.json"
ENVIRONMENT = "environment"
"""Both names are known to `release/install.py`, too, which cannot import this."""
SCRIPT = "schoolgate-school"


class InstallRefused(Exception):
    """The site cannot be installed or removed so; the message says why and what would do."""


@dataclass(frozen=True)
class Installation:
    """What stands in a program folder's record."""

    program: Path
    home: Path
    version: str

    @property
    def script(self) -> Path:
        """What starts the site, or carries out the command that follows its name."""
        return self.program / script_name()

    @property
    def environment(self) -> Path | None:
        """The environment in the program folder; None where the program was installed elsewhere by other means."""
        folder = self.program / ENVIRONMENT
        return folder if (folder / "pyvenv.cfg").is_file() else None


def script_name(platform: str = sys.platform) -> str:
    return f"{SCRIPT}.cmd" if platform == "win32" else SCRIPT


def script_text(program: str, home: str, platform: str = sys.platform) -> str:
    """The start script: no word after its name starts the site, any others are a command of it."""
    if platform == "win32":
        program, home = (text.replace("%", "%%") for text in (program, home))
        call = f'"{program}" -m schoolgate.sites.cli school'
        return "\r\n".join(
            (
                "@echo off",
                "chcp 65001 >nul",
                f'set "SCHOOLGATE_HOME={home}"',
                'if "%~1"=="" goto serve',
                f"{call} %*",
                "exit /b %errorlevel%",
                ":serve",
                f"{call} serve",
                "",
            )
        )
    return "\n".join(
        (
            "#!/bin/sh",
            f'SCHOOLGATE_HOME={_quoted(home)} exec {_quoted(program)} -m schoolgate.sites.cli school "${{@:-serve}}"',
            "",
        )
    )


def refuse_folders(program: Path, home: Path) -> None:
    """Raise InstallRefused where one of the two lies in the other: with the program, data would be removed."""
    if program == home or program in home.parents or home in program.parents:
        raise InstallRefused(
            f"The program folder {program} and the data folder {home} must lie apart: the one is replaced by upgrades "
            "and removed by uninstalling, the other must outlive it. Name another folder for one of them."
        )


def install(program: Path, home: Path) -> Installation:
    """Leave start script and record in the program folder. Harmless when done again. Raises InstallRefused."""
    refuse_folders(program, home)
    installation = Installation(program, home, __version__)
    try:
        program.mkdir(parents=True, exist_ok=True)
        installation.script.write_text(script_text(sys.executable, str(home)), encoding="utf-8", newline="")
        installation.script.chmod(0o755)
        aside = program / f".{RECORD}"
        aside.write_text(json.dumps({"version": __version__, "home": str(home)}), "utf-8")
        aside.replace(program / RECORD)
    except OSError as error:
        raise InstallRefused(
            f"{error.filename or program} cannot be written ({error.strerror}). Run this as somebody who may, or "
            "name another program folder."
        ) from None
    return installation


def find_installation(program: Path) -> Installation | None:
    """What is installed in a program folder; None where nothing is."""
    try:
        record = json.loads((program / RECORD).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(record, Mapping) or not isinstance(record.get("home"), str):
        return None
    return Installation(program, Path(record["home"]), str(record.get("version", "")))


def default_program_folder() -> Path:
    """The folder that this program was installed into by whatever means."""
    prefix = Path(sys.prefix)
    return prefix.parent if prefix.name == ENVIRONMENT else prefix


def default_home() -> Path:
    """Where the data of a site lie that is installed for the machine, not for the person who installs it."""
    if sys.platform != "win32" and os.geteuid() == 0:
        return Path("/var/lib/schoolgate/school")
    return default_folder("school")


def uninstall(installation: Installation) -> list[Path]:
    """Remove what was installed, never the home; what could not be removed.

    On Windows the environment that this very process runs from stays until the process has ended.
    """
    left: list[Path] = []
    environment = installation.environment
    if environment is not None:
        shutil.rmtree(environment, ignore_errors=True)
        left += [environment] if environment.exists() else []
    for file in (installation.script, installation.program / RECORD):
        try:
            file.unlink(missing_ok=True)
        except OSError:
            left.append(file)
    if not left and not any(installation.program.iterdir()):
        installation.program.rmdir()
    return left


def _quoted(text: str) -> str:
    """A word of a POSIX shell."""
    return "'" + text.replace("'", "'\\''") + "'"
