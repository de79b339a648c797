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


def numbers(version: str) -> list[int]:
    """By number: 0.10.0 comes after 0.9.1; what stands after the numbers does not count."""
    return [int(number) for number in re.findall(r"\d+", re.sub(r"[^\d.].*", "", version))]


def wheel() -> Path:
    found = sorted(HERE.glob("schoolgate-*.whl"))
    if len(found) != 1:
        sys.exit(f"There must be one schoolgate-….whl in {HERE}. Unpack the zip anew, all of it.")
    return found[0]


def refuse_an_older_program(program: Path, version: str) -> None:
    try:
        installed = json.loads((program / RECORD).read_text("utf-8"))["version"]
    except (OSError, ValueError, KeyError):
        return
    if numbers(installed) > numbers(version):
        sys.exit(
            f"Schoolgate {installed} is installed in {program}, and this is {version}. An older program cannot work on "
            "a newer one's database, so nothing was changed. Take a newer zip; to go back for good, uninstall "
            "first and put back a backup from before the upgrade."
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
    program = options.program
    if program is None:
        program = default_program_folder()
        given = "" if options.yes else input(f"Program folder [{program}]: ").strip()
        program = Path(given).expanduser() if given else program
    program = program.absolute()
    package = wheel()
    refuse_an_older_program(program, package.name.split("-")[1])
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
    print("Installing what the program needs", flush=True)
    run(
        *pip,
        *wheels,
        "--require-hashes",
        "--requirement",
        HERE / ("requirements-tray.txt" if options.tray else "requirements.txt"),
    )
    run(*pip, "--no-index", "--no-deps", "--force-reinstall", package)
    words: list[str | Path] = [python, "-m", "schoolgate.sites.cli", "school", "install", "--program", program]
    words += ["--home", options.home] if options.home else []
    words += ["--yes"] if options.yes else []
    sys.exit(subprocess.run([str(word) for word in words], check=False).returncode)


if __name__ == "__main__":
    main()
