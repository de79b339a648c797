"""Install Schoolgate's school site from this folder, or bring it up to date: python3 install.py

Needs Python 3.11 or newer and nothing else. What the program needs besides comes from a folder `wheels` beside this
file if there is one, else from the package index that pip is set up for; either way it must have the digests that stand
in requirements.txt.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
RECORD = "installed.json"
"""What `schoolgate school install` leaves in the program folder; `schoolgate.sites.installing` writes it."""
ENVIRONMENT = "environment"


def default_program_folder() -> Path:
    if os.name == "nt":
        return Path(os.environ.get("ProgramFiles", "C:\\Program Files")) / "Schoolgate"
    return Path("/opt/schoolgate") if os.geteuid() == 0 else Path.home() / "schoolgate"


def default_data_folder() -> Path:
    """What `schoolgate.sites.installing.default_home` says, which cannot be imported before it is installed."""
    if os.name == "nt":
        return Path(os.environ.get("ProgramData", "C:\\ProgramData")) / "Schoolgate" / "school"
    if os.geteuid() == 0:
        return Path("/var/lib/schoolgate/school")
    return Path(os.environ.get("XDG_DATA_HOME", "").strip() or Path.home() / ".local/share") / "schoolgate" / "school"


def recorded(program: Path) -> dict[str, str]:
    """What an installation before left in the program folder; empty where there was none."""
    try:
        record = json.loads((program / RECORD).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def asked(label: str, given: Path | None, proposed: Path, *, ask: bool) -> Path:
    if given is None and ask:
        answer = input(f"{label} [{proposed}]: ").strip()
        given = Path(answer) if answer else None
    return (given or proposed).expanduser().absolute()


def numbers(version: str) -> list[int]:
    """By number: 0.10.0 comes after 0.9.1; what stands after the numbers does not count."""
    return [int(number) for number in re.findall(r"\d+", re.sub(r"[^\d.].*", "", version))]


def wheel() -> Path:
    found = sorted(HERE.glob("schoolgate-*.whl"))
    if len(found) != 1:
        sys.exit(f"There must be one schoolgate-….whl in {HERE}. Unpack the zip anew, all of it.")
    return found[0]


def refuse_an_older_program(program: Path, version: str) -> None:
    installed = recorded(program).get("version", "")
    if numbers(installed) > numbers(version):
        sys.exit(
            f"Schoolgate {installed} is installed in {program}, and this is {version}. An older program cannot work on "
            "a newer one's database, so nothing was changed. Take a newer zip; to go back for good, uninstall "
            "first and put back a backup from before the upgrade."
        )


def refuse_folders_in_each_other(program: Path, home: Path) -> None:
    if program == home or program in home.parents or home in program.parents:
        sys.exit(
            f"The program folder {program} and the data folder {home} must lie apart: the one is replaced by upgrades "
            "and removed by uninstalling, the other must outlive it. Nothing was changed; name another folder for one."
        )


def run(*command: str | Path) -> None:
    if subprocess.run([str(word) for word in command], check=False).returncode:
        sys.exit("That failed, and the reason stands above. Nothing is lost: mend it and call this again.")


def main() -> None:
    if sys.version_info < (3, 11):
        sys.exit(f"Schoolgate needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    parser = argparse.ArgumentParser(description="Install Schoolgate's school site, or bring it up to date.")
    parser.add_argument("--program", type=Path, help="program folder; asked for when not given")
    parser.add_argument("--home", type=Path, help="data folder; asked for when not given")
    parser.add_argument("--tray", action="store_true", help="with what the icon beside the clock needs")
    parser.add_argument("--yes", action="store_true", help="ask nothing: take what is proposed")
    options = parser.parse_args()
    program = asked("Program folder", options.program, default_program_folder(), ask=not options.yes)
    package = wheel()
    refuse_an_older_program(program, package.name.split("-")[1])
    former = recorded(program).get("home")
    home = asked("Data folder", options.home, Path(former) if former else default_data_folder(), ask=not options.yes)
    refuse_folders_in_each_other(program, home)
    environment = program / ENVIRONMENT
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        print(f"Making {environment}", flush=True)
        run(sys.executable, "-m", "venv", environment)
    pip: tuple[str | Path, ...] = (
        python,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
        "--quiet",
    )
    wheels: tuple[str | Path, ...] = (
        ("--no-index", "--find-links", HERE / "wheels") if (HERE / "wheels").is_dir() else ()
    )
    print("Installing what the program needs; that takes a minute or two", flush=True)
    run(
        *pip,
        *wheels,
        "--require-hashes",
        "--requirement",
        HERE / ("requirements-tray.txt" if options.tray else "requirements.txt"),
    )
    run(*pip, "--no-index", "--no-deps", "--force-reinstall", package)
    command = (python, "-m", "schoolgate.sites.cli", "school", "install", "--program", program, "--home", home)
    run(*command)


if __name__ == "__main__":
    main()
