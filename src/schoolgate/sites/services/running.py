"""What is run, and as whom."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


class ServiceRefused(Exception):
    """The machine does not run the site so; the message says why and what would do."""


@dataclass(frozen=True)
class Service:
    """A school site to be run: by which Python, of which home, as which user of the machine."""

    python: Path
    home: Path
    user: str

    @property
    def words(self) -> tuple[str, ...]:
        """The command after the name of the program."""
        return ("-m", "schoolgate.sites.cli", "school", "serve", "--home", str(self.home))


def run(*command: str) -> str:
    """Run a command of the system; what it printed. Raises ServiceRefused."""
    try:
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise ServiceRefused(f"{command[0]} cannot be run here: {error.strerror}.") from None
    if ended.returncode:
        said = (ended.stderr.strip() or ended.stdout.strip()).splitlines()
        raise ServiceRefused(f"`{' '.join(command)}` failed: {said[-1] if said else f'exit code {ended.returncode}'}")
    return ended.stdout
