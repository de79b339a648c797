"""Locks that die with their holder."""

import threading
from pathlib import Path

from schoolgate.commons.filelock import FileLock


def test_a_held_lock_cannot_be_taken(tmp_path: Path) -> None:
    held, other = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert held.try_to_hold()
    assert not other.try_to_hold()


def test_a_released_lock_can_be_taken(tmp_path: Path) -> None:
    held, other = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    held.try_to_hold()
    held.release()
    assert other.try_to_hold()


def test_who_waits_gets_the_lock_after_its_holder(tmp_path: Path) -> None:
    order: list[str] = []
    waiting = threading.Event()

    def wait() -> None:
        waiting.set()
        with FileLock(tmp_path / "lock"):
            order.append("second")

    with FileLock(tmp_path / "lock"):
        thread = threading.Thread(target=wait)
        thread.start()
        waiting.wait()
        thread.join(0.1)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_only_the_owner_may_read_a_lock(tmp_path: Path) -> None:
    with FileLock(tmp_path / "lock") as lock:
        assert lock.path.stat().st_mode & 0o777 == 0o600
