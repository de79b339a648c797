"""Files under their digest: whole or not at all."""

import gzip
import hashlib
import os
import resource
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schoolgate.commons.filestore import FileStore, NoSpace, Stored

XML = b"<?xml version='1.0'?><CES>" + b"<Pupil/>" * 1000 + b"</CES>"
DIGEST = hashlib.sha256(XML).hexdigest()
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def keep(store: FileStore, *chunks: bytes) -> Stored:
    with store.incoming() as incoming:
        for chunk in chunks:
            incoming.write(chunk)
        return incoming.keep()


def files_in(store: FileStore) -> list[Path]:
    """Every file but the lock, which is no content."""
    return [path for path in store.folder.rglob("*") if path.is_file() and path.name != ".lock"]


def make_older(path: Path, days: float) -> None:
    then = time.time() - days * 86400
    os.utime(path, (then, then))


# Each example waits for the disk.
@settings(deadline=None, max_examples=50)
@given(chunks=st.lists(st.binary(max_size=5000), max_size=8))
def test_what_was_kept_comes_back_whatever_its_bytes_and_pieces(chunks: list[bytes]) -> None:
    plain = b"".join(chunks)
    with tempfile.TemporaryDirectory() as folder:
        store = FileStore(Path(folder))

        stored = keep(store, *chunks)

        assert (stored.sha256, stored.size) == (hashlib.sha256(plain).hexdigest(), len(plain))
        with store.open(stored.sha256) as file:
            assert file.read() == plain
        assert files_in(store) == [stored.path]


def test_a_file_lies_under_its_digest_as_gzip(store: FileStore) -> None:
    stored = keep(store, XML)
    assert stored.path == store.folder / DIGEST[:2] / f"{DIGEST}.xml.gz"
    assert gzip.decompress(stored.path.read_bytes()) == XML


def test_the_same_bytes_make_the_same_file_whenever_they_come(tmp_path: Path) -> None:
    first = keep(FileStore(tmp_path / "a"), XML).path.read_bytes()
    second = keep(FileStore(tmp_path / "b"), XML[:100], XML[100:]).path.read_bytes()
    assert first == second
    assert first[4:8] == b"\0\0\0\0"  # gzip's time stamp


def test_digest_and_size_are_known_before_the_file_is_kept(store: FileStore) -> None:
    with store.incoming() as incoming:
        incoming.write(XML[:100])
        incoming.write(XML[100:])
        assert (incoming.sha256, incoming.size) == (DIGEST, len(XML))


def test_a_file_is_not_there_until_it_is_kept(store: FileStore) -> None:
    with store.incoming() as incoming:
        incoming.write(XML)
        assert not store.has(DIGEST)
        incoming.keep()
        assert store.has(DIGEST)


def test_what_was_not_kept_leaves_nothing(store: FileStore) -> None:
    with store.incoming() as incoming:
        incoming.write(XML)
    assert files_in(store) == []


def test_what_went_wrong_leaves_nothing(store: FileStore) -> None:
    with suppress(ZeroDivisionError), store.incoming() as incoming:
        incoming.write(XML)
        raise ZeroDivisionError
    assert files_in(store) == []


def test_only_the_owner_may_read_what_is_kept(store: FileStore) -> None:
    stored = keep(store, XML)
    assert stored.path.stat().st_mode & 0o777 == 0o600
    assert stored.path.parent.stat().st_mode & 0o777 == 0o700
    assert store.folder.stat().st_mode & 0o777 == 0o700


def test_the_same_bytes_kept_twice_are_one_file(store: FileStore) -> None:
    first, second = keep(store, XML), keep(store, XML)
    assert first == second
    assert files_in(store) == [first.path]


def test_keeping_again_does_not_disturb_who_reads(store: FileStore) -> None:
    keep(store, XML)
    with store.open(DIGEST) as file:
        start = file.read(10)
        keep(store, XML)
        assert start + file.read() == XML


def test_two_at_once_with_the_same_bytes_both_succeed(store: FileStore) -> None:
    together = threading.Barrier(4)
    kept = []

    def bring() -> None:
        with store.incoming() as incoming:
            incoming.write(XML)
            together.wait()
            kept.append(incoming.keep())

    threads = [threading.Thread(target=bring) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept) == 4
    assert files_in(store) == [store.path(DIGEST)]


def test_a_file_that_is_not_there_cannot_be_opened(store: FileStore) -> None:
    with pytest.raises(FileNotFoundError):
        store.open(DIGEST)


def test_a_removed_file_is_gone_and_removing_it_again_does_no_harm(store: FileStore) -> None:
    keep(store, XML)
    store.remove(DIGEST)
    store.remove(DIGEST)
    assert not store.has(DIGEST)


def test_a_sweep_removes_old_files_that_no_row_knows(store: FileStore) -> None:
    known, unknown, new = keep(store, b"known"), keep(store, b"unknown"), keep(store, b"new")
    make_older(known.path, 2)
    make_older(unknown.path, 2)

    assert store.sweep({known.sha256}, DAY) == 1

    assert {path.name for path in files_in(store)} == {known.path.name, new.path.name}


def test_a_sweep_removes_what_a_killed_process_left_unfinished(store: FileStore) -> None:
    keep(store, XML)
    half, fresh = store.folder / ".incoming-0123", store.folder / ".incoming-4567"
    half.write_bytes(b"half")
    fresh.write_bytes(b"half")
    make_older(half, 2)

    store.sweep({DIGEST}, DAY)

    assert not half.exists()
    assert fresh.exists()


def test_a_file_kept_again_is_new_to_a_sweep(store: FileStore) -> None:
    make_older(keep(store, XML).path, 2)
    keep(store, XML)
    assert store.sweep(set(), DAY) == 0


def test_a_sweep_of_a_store_that_was_never_used_finds_nothing(store: FileStore) -> None:
    assert store.sweep(set(), DAY) == 0


class SmallDisk:
    """A real file system of 1 MiB; where none can be mounted, a limit on the size of files, which is refused alike."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
        self.mounted = subprocess.run(mount, check=False, stderr=subprocess.DEVNULL).returncode == 0

    @contextmanager
    def full(self, *, but_for: int = 0) -> Iterator[None]:
        """Room for this many bytes meanwhile."""
        if self.mounted:
            free = shutil.disk_usage(self.folder).free - but_for
            ballast = self.folder / "ballast"
            ballast.write_bytes(bytes(max(0, free)))
            yield
            ballast.unlink()
        else:
            limits = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (but_for, limits[1]))
            yield
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    disk = SmallDisk(tmp_path)
    yield disk
    if disk.mounted:
        subprocess.run(["umount", str(disk.folder)], check=True)


def test_a_full_disk_is_told_and_leaves_nothing(small_disk: SmallDisk) -> None:
    store = FileStore(small_disk.folder / "files")
    kept = keep(store, b"first")

    with small_disk.full(but_for=1 << 18), pytest.raises(NoSpace, match="no space left"):
        keep(store, *(os.urandom(1 << 16) for _ in range(64)))

    assert files_in(store) == [kept.path]


def test_a_disk_that_is_full_when_the_last_bytes_leave_memory_is_told_too(small_disk: SmallDisk) -> None:
    store = FileStore(small_disk.folder / "files")
    kept = keep(store, b"first")

    with small_disk.full(), pytest.raises(NoSpace):
        keep(store, os.urandom(4000))

    assert files_in(store) == [kept.path]


def test_a_store_has_room_again_when_the_disk_has(small_disk: SmallDisk) -> None:
    store = FileStore(small_disk.folder / "files")
    with small_disk.full(), pytest.raises(NoSpace):
        keep(store, XML)
    assert keep(store, XML).sha256 == DIGEST
