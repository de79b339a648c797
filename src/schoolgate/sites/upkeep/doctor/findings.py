"""What a check is, and what it finds: each fault with its cause, its cure and the command for it (SCREENS 5.6)."""

import os
import shlex
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from django.conf import settings

State = Literal["good", "look", "bad"]
Mend = Callable[[], str]

SITES = frozenset({"school", "authority", "supplier"})


@dataclass(frozen=True)
class Finding:
    """One thing that a check found.

    `found`, `cause` and `cure` are whole sentences of words and numbers that a stranger may read. Paths, addresses,
    names and what other programs said stand in `where`; they, and `command`, never leave this machine. `mend` does what
    can be done safely, whatever the site does meanwhile, and says what it did; it raises OSError where it cannot.
    """

    state: State
    found: str
    cause: str = ""
    cure: str = ""
    command: str = ""
    where: str = ""
    mend: Mend | None = field(default=None, compare=False)

    @property
    def can_be_mended(self) -> bool:
        """For templates, which would call `mend` where they are to ask whether it is there."""
        return self.mend is not None


Look = Callable[[], Iterable[Finding]]
L = TypeVar("L", bound=Look)


@dataclass(frozen=True)
class Check:
    """Something that is looked at on these sites; `words` is its title. A look that yields nothing found all well.

    `well` says so in a sentence. `reads_rows`: it needs a database that is up to date. `slow`: it calls other machines
    or reads everything, so it is made when somebody asks for it.
    """

    name: str
    words: str
    well: str
    look: Look
    sites: frozenset[str]
    reads_rows: bool
    slow: bool


CHECKS: dict[str, Check] = {}
"""All checks by their names, in the order in which they are made."""


def check(
    name: str,
    words: str,
    *,
    well: str,
    sites: frozenset[str] | set[str] = SITES,
    reads_rows: bool = True,
    slow: bool = False,
) -> Callable[[L], L]:
    """Make a check known. Raises ValueError when its name is taken."""

    def remember(look: L) -> L:
        if name in CHECKS:
            raise ValueError(f"There are two checks '{name}'.")
        CHECKS[name] = Check(name, words, well, look, frozenset(sites), reads_rows, slow)
        return look

    return remember


def command(words: str) -> str:
    """A command of this site, as it is typed on this machine."""
    return f"schoolgate {settings.SCHOOLGATE_SITE} {words} --home {quoted(settings.SCHOOLGATE_HOME.folder)}"


def quoted(path: Path) -> str:
    """A path as it is typed on this machine."""
    return subprocess.list2cmdline([str(path)]) if os.name == "nt" else shlex.quote(str(path))
