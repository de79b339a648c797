"""What was committed goes into the database beside those who write, and the journal begins anew."""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias

import pytest
from django.db import OperationalError, connection

from schoolgate.commons import checkpoints as checkpoints_module
from schoolgate.commons import turns
from schoolgate.commons.checkpoints import COMMITS_BEFORE_ONE, MOST_PAGES, Checkpoints
from schoolgate.commons.journal.writing import write
from schoolgate.commons.turns import together

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.sqlite,
]

InAThread: TypeAlias = Callable[[Callable[[], None]], None]


@pytest.fixture
def in_a_thread() -> InAThread:
    """Do something with a connection of its own, whose settings are nobody else's."""

    def run(work: Callable[[], None]) -> None:
        def work_and_close() -> None:
            try:
                work()
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as thread:
            thread.submit(work_and_close).result(60)

    return run


def journal_bytes() -> int:
    return Path(f"{connection.settings_dict['NAME']}-wal").stat().st_size


def commit(checkpoints: Checkpoints, times: int) -> None:
    for _ in range(times):
        write("INFO", "x" * 400)
        checkpoints.committed()


def sizes_of_the_journal(rounds: int) -> list[int]:
    """After each round of commits, of which every one ends with a checkpoint by the other thread."""
    sizes = list[int]()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    checkpoints = Checkpoints()
    for _ in range(rounds):
        commit(checkpoints, COMMITS_BEFORE_ONE)
        assert checkpoints._is_done.wait(30)
        sizes.append(journal_bytes())
    return sizes


def test_the_journal_does_not_grow_without_end(in_a_thread: InAThread) -> None:
    sizes = list[int]()
    in_a_thread(lambda: sizes.extend(sizes_of_the_journal(4)))
    assert max(sizes) < 2 * sizes[0]


def test_nor_where_more_is_always_written_meanwhile(in_a_thread: InAThread, monkeypatch: pytest.MonkeyPatch) -> None:
    move = checkpoints_module._checkpoint

    def move_while_others_write() -> None:
        """As far as somebody sees who has looked before the last commit."""
        looking = sqlite3.connect(connection.settings_dict["NAME"])
        looking.execute("BEGIN")
        looking.execute("SELECT count(*) FROM journal_journalline").fetchall()
        if threading.current_thread().name == "checkpoints":
            write("INFO", "Meanwhile.")
        move()
        looking.close()

    monkeypatch.setattr(checkpoints_module, "_checkpoint", move_while_others_write)
    sizes = list[int]()
    in_a_thread(lambda: sizes.extend(sizes_of_the_journal(4)))
    assert max(sizes) < 2 * sizes[0]


def test_whoever_commits_leaves_it_to_the_other_thread(in_a_thread: InAThread) -> None:
    """SQLite would have it move the journal at every thousandth page, and wait for that."""
    found = list[tuple[int]]()

    def work() -> None:
        Checkpoints()
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_autocheckpoint")
            found.extend(cursor.fetchall())

    in_a_thread(work)
    assert found == [(MOST_PAGES,)]


def test_few_large_commits_do_not_let_the_journal_grow(in_a_thread: InAThread, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints_module, "MOST_PAGES", 100)
    sizes = list[int]()

    def work() -> None:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.execute("PRAGMA page_size")
            ((page,),) = cursor.fetchall()
        checkpoints = Checkpoints()
        for _ in range(COMMITS_BEFORE_ONE // 4):
            write("INFO", "Much.", details="x" * page * 25)
            checkpoints.committed()
        sizes.append(journal_bytes() // page)

    in_a_thread(work)
    assert sizes[0] < 200


def test_one_that_fails_is_made_up_for_by_the_next(in_a_thread: InAThread, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a full disk: neither the thread that does them dies of it, nor who commits."""
    tries = list[str]()

    class Full:
        def cursor(self) -> None:
            tries.append(threading.current_thread().name)
            raise OperationalError("database or disk is full")

    def work() -> None:
        checkpoints = Checkpoints()
        with monkeypatch.context() as patch:
            patch.setattr(checkpoints_module, "connection", Full())
            for _ in range(COMMITS_BEFORE_ONE):
                checkpoints.committed()
            assert checkpoints._is_done.wait(30)
            checkpoints.committed()
        commit(checkpoints, COMMITS_BEFORE_ONE)
        assert checkpoints._is_done.wait(30)

    in_a_thread(work)
    assert tries[0] == "checkpoints"
    assert len(tries) == 2


def test_the_thread_that_works_for_all_counts_its_commits(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = threading.Event()

    class Counting:
        def committed(self) -> None:
            counted.set()

    monkeypatch.setattr(turns, "Checkpoints", Counting)
    monkeypatch.setattr(turns, "_thread", turns._Thread())
    together(lambda: write("INFO", "A lamp."))
    assert counted.wait(30)
