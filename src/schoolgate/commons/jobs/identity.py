"""The name under which a worker holds its leases."""

import hashlib
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from schoolgate.commons.filelock import FileLock


@dataclass(frozen=True)
class Identity:
    """A worker's name and the lock that keeps any other process from bearing it.

    The operating system frees the lock when the process dies, so whoever holds it knows that its former bearer is
    dead, and may free that one's leases at once.
    """

    name: str
    lock: FileLock

    def give_up(self) -> None:
        self.lock.release()


def take_identity(folder: Path) -> Identity:
    """The first name that no living process of this machine bears: host, folder and number, like `office-pc.3f2a.1`.

    A worker that starts again after a kill gets its old name. `folder` is the site's own; it is part of the name, so
    that two sites on one machine never take each other's. Raises OSError when the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, lock in _names(folder):
        if lock.try_to_hold():
            return Identity(name, lock)
    raise AssertionError("there is no last name")


def names_of_the_dead(folder: Path) -> list[str]:
    """The names of a site's folder that were borne and that no living process of this machine bears now."""
    dead = []
    for name, lock in _names(folder):
        if not lock.path.exists():
            break
        if lock.try_to_hold():
            lock.release()
            dead.append(name)
    return dead


def is_anyone_alive(folder: Path) -> bool:
    """Whether a living process of this machine bears a name of this folder."""
    for _, lock in _names(folder):
        if not lock.path.exists():
            return False
        if not lock.try_to_hold():
            return True
        lock.release()
    raise AssertionError("there is no last name")


def _names(folder: Path) -> Iterator[tuple[str, FileLock]]:
    mark = hashlib.blake2b(str(folder.resolve()).encode(), digest_size=2).hexdigest()
    for number in count(1):
        yield f"{platform.node()[:80]}.{mark}.{number}", FileLock(folder / f"worker-{number}")
