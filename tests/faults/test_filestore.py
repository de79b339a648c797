"""A file is kept whole or not at all, whenever its process is killed."""

import hashlib
import os
import random
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from schoolgate.commons.filestore import FileStore

PROGRAM = Path(__file__).parent / "store_process.py"
POINTS = ("filestore.written", "filestore.synced", "filestore.renamed")


def start(folder: Path, faults: str = "") -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, str(PROGRAM), str(folder)],
        env={**os.environ, "SCHOOLGATE_FAULTS": faults},
        stdout=subprocess.PIPE,
        text=True,
    )


def check_what_was_kept(folder: Path, told: list[str]) -> None:
    """Whatever has a final name is whole; whatever was told to be kept is there; the rest is swept."""
    store = FileStore(folder)
    there = {path.name.removesuffix(".xml.gz") for path in folder.glob("??/*")}
    for sha256 in there:
        with store.open(sha256) as file:
            assert hashlib.sha256(file.read()).hexdigest() == sha256
    assert set(told) <= there
    store.sweep(there, timedelta(seconds=-1))
    assert not list(folder.glob(".incoming-*"))


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_between_two_steps_leaves_no_half_file(tmp_path: Path, point: str) -> None:
    process = start(tmp_path, f"{point}:3")
    told, _ = process.communicate(timeout=60)
    assert process.returncode < 0
    assert len(told.split()) == 2
    check_what_was_kept(tmp_path, told.split())


@pytest.mark.parametrize("seed", range(3))
def test_a_kill_at_any_time_leaves_no_half_file(tmp_path: Path, seed: int) -> None:
    process = start(tmp_path)
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(random.Random(seed).uniform(0.05, 0.3))
    process.kill()
    rest, _ = process.communicate(timeout=60)
    check_what_was_kept(tmp_path, (first + rest).split())
