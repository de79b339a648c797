"""What was made ready in a home takes the place of what is there; a kill at any point is made good by doing it again.

The one moves into a folder of the home, then the other out of one. All of it are renames within the home, which need no
room; what is under way stands in a file, from before the first of them to after the last.
"""

import json
import os
import shutil
from pathlib import Path

from schoolgate.commons.backups.contents import ASIDE, RESTORING
from schoolgate.commons.faults import fault_point
from schoolgate.commons.filelock import FileLock
from schoolgate.commons.filestore import sync_folder

READY = "ready"
"""In `RESTORING`: the home as it is to be."""
UNDER_WAY = "under-way.json"
LOCK = "restore.lock"


def lock_of(home: Path) -> FileLock:
    """Held while a restore is at work in this home, which is there."""
    return FileLock(home / LOCK)


def is_under_way(home: Path) -> bool:
    """Whether what is there has begun to be moved: then only going on makes the home whole."""
    return (home / RESTORING / UNDER_WAY).exists()


def is_being_restored(home: Path) -> bool:
    """Whether no site may run in this home: a restore is at work there, or died while it moved things.

    What one left that died before that is removed. Raises OSError.
    """
    if not (home / RESTORING).exists():
        return False
    lock = lock_of(home)
    if is_under_way(home) or not lock.try_to_hold():
        return True
    shutil.rmtree(home / RESTORING, ignore_errors=True)
    lock.release()
    return False


def put_in_place(home: Path, aside: str) -> Path | None:
    """Put what is ready in its place, and what is there aside into a folder of that name; None: nothing was there.

    Raises OSError.
    """
    if not is_under_way(home):
        there = sorted(path.name for path in entries_of(home))
        _note(home, {"aside": aside, "there": there, "all_aside": False})
    return go_on(home)


def go_on(home: Path) -> Path | None:
    """End what is under way: where what was there lies now, None if nothing was. Raises OSError."""
    told = json.loads((home / RESTORING / UNDER_WAY).read_text("utf-8"))
    aside = home / told["aside"]
    if not told["all_aside"]:
        for name in told["there"]:
            if (home / name).exists():
                aside.mkdir(exist_ok=True, mode=0o700)
                (home / name).rename(aside / name)
        fault_point("restore.aside")
        _note(home, {**told, "all_aside": True})
    ready = home / RESTORING / READY
    if ready.is_dir():
        for path in sorted(ready.iterdir()):
            path.rename(home / path.name)
            fault_point("restore.moved")
        ready.rmdir()
    sync_folder(home)
    shutil.rmtree(home / RESTORING)
    sync_folder(home)
    return aside if told["there"] else None


def entries_of(home: Path) -> list[Path]:
    """What is in a home, but for what restores put there."""
    if not home.is_dir():
        return []
    ours = {RESTORING, LOCK}
    return [path for path in home.iterdir() if path.name not in ours and not path.name.startswith(ASIDE)]


def _note(home: Path, told: object) -> None:
    new = home / RESTORING / f".{UNDER_WAY}"
    with new.open("w", encoding="utf-8") as file:
        json.dump(told, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(home / RESTORING / UNDER_WAY)
    sync_folder(home / RESTORING)
