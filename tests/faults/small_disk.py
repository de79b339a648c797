"""A disk that gets full, and has room again; where a test may mount one."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

WHY_NOT = "a small disk can only be mounted by root on Linux"


@dataclass(frozen=True)
class SmallDisk:
    """A file system of its own, in memory."""

    folder: Path

    def fill(self) -> None:
        """Leave no byte free."""
        with (self.folder / ".filler").open("ab", buffering=0) as filler:
            for size in (1 << 16, 1 << 12):
                try:
                    while True:
                        filler.write(bytes(size))
                except OSError:
                    continue

    def make_room(self) -> None:
        (self.folder / ".filler").unlink()


@contextmanager
def small_disk(folder: Path, *, mebibytes: int) -> Iterator[SmallDisk]:
    """Have a folder, with what is in it, on a disk of its own within the block. Skips the test where that cannot be."""
    kept = folder.with_name(f"{folder.name}-on-the-large-disk")
    folder.rename(kept)
    folder.mkdir(mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=0700", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        folder.rmdir()
        kept.rename(folder)
        pytest.skip(WHY_NOT)
    try:
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        yield SmallDisk(folder)
    finally:
        # What runs may have files open there still.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
