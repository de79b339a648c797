"""Who goes next: one thread works for all, in their order, and what they write stands in one commit."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest
from django.db import OperationalError, connection, transaction
from django.db.transaction import TransactionManagementError

from schoolgate.commons import turns
from schoolgate.commons.journal.models import JournalLine
from schoolgate.commons.journal.writing import write
from schoolgate.commons.turns import Write, _Asked, _commit, _Thread, _thread, in_turn, together

one_writer = pytest.mark.sqlite
"""Others let each thread write for itself."""


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.001)


def noted(message: str) -> Callable[[], str]:
    return lambda: write("INFO", message).message


def failing(message: str, error: BaseException) -> Callable[[], str]:
    def work() -> str:
        write("INFO", message)
        raise error

    return work


def _asked(work: Callable[[], object]) -> _Asked:
    return _Asked(work, "write")


def messages() -> list[str]:
    return sorted(JournalLine.objects.values_list("message", flat=True))


@pytest.mark.django_db(transaction=True)
def test_what_many_threads_write_at_one_time_stands_when_each_is_told() -> None:
    told = dict[str, tuple[str, bool]]()

    def call(name: str) -> None:
        said = together(noted(name))
        told[name] = (said, JournalLine.objects.filter(message=name).exists())
        connection.close()

    names = [f"line {number}" for number in range(8)]
    threads = [threading.Thread(target=call, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert told == {name: (name, True) for name in names}
    assert messages() == names


@pytest.mark.django_db(transaction=True)
def test_whoever_asked_raises_what_the_writing_raised_and_nothing_of_it_stands() -> None:
    with pytest.raises(ZeroDivisionError):
        together(failing("gone", ZeroDivisionError()))
    assert together(noted("kept")) == "kept"
    assert messages() == ["kept"]


@pytest.mark.django_db
def test_one_that_fails_is_no_others_failure_and_the_others_stand_once() -> None:
    writes = [_asked(noted("a")), _asked(failing("b", ZeroDivisionError())), _asked(noted("c"))]
    _commit(writes)
    assert [type(one.error) for one in writes] == [type(None), ZeroDivisionError, type(None)]
    assert messages() == ["a", "c"]


@pytest.mark.django_db
def test_what_the_database_cannot_do_for_one_is_done_for_none() -> None:
    full = OperationalError("database or disk is full")
    writes = [_asked(noted("a")), _asked(failing("b", full))]
    _commit(writes)
    assert [one.error for one in writes] == [full, full]
    assert messages() == []


@pytest.mark.django_db
@pytest.mark.parametrize("error", [SystemExit(), KeyboardInterrupt()], ids=repr)
def test_an_error_of_whatever_kind_is_told_to_whom_it_belongs(error: BaseException) -> None:
    """Others that were rolled back with it stand, or are told that they do not."""
    writes = [_asked(noted("a")), _asked(failing("b", error)), _asked(noted("c"))]
    _commit(writes)
    assert [one.error for one in writes] == [None, error, None]
    assert messages() == ["a", "c"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("wants_it_written", [False, True])
def test_the_thread_outlives_an_error_of_whatever_kind(wants_it_written: bool) -> None:
    in_turn(noted("before"))
    thread = _thread._thread

    def end() -> str:
        raise SystemExit

    with pytest.raises(SystemExit):
        in_turn(lambda: Write(failing("gone", SystemExit())) if wants_it_written else end())
    assert together(noted("after")) == "after"
    assert _thread._thread is thread
    assert messages() == ["after", "before"]


@pytest.mark.django_db(transaction=True)
def test_whoever_waits_is_told_of_an_error_of_the_thread_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OperationalError("gone away")

    with monkeypatch.context() as broken:
        broken.setattr(turns, "close_old_connections", fail)
        with pytest.raises(OperationalError, match="gone away"):
            in_turn(messages)
    assert in_turn(lambda: 2) == 2


@pytest.mark.django_db(transaction=True)
@one_writer
def test_a_journal_that_cannot_be_looked_after_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor a database that cannot be opened: each is told so, and the next one is done where it can be again."""

    class Broken:
        def __init__(self) -> None:
            raise OperationalError("disk I/O error")

    monkeypatch.setattr(turns, "Checkpoints", Broken)
    thread = _Thread()
    for name in ("a", "b"):
        asked = _asked(noted(name))
        thread._asked.put(asked)
        thread._begin()
        assert asked._told.acquire(timeout=30)
        assert asked.error is None
    assert messages() == ["a", "b"]
    thread._asked.put(closing := _Asked(connection_closed, "read"))
    assert closing._told.acquire(timeout=30)


@pytest.mark.django_db(transaction=True)
@one_writer
class TestWhileAnotherProcessWrites:
    @pytest.fixture
    def another(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield other

    def test_it_is_read_and_what_is_to_be_written_waits(self, another: sqlite3.Connection) -> None:
        with ThreadPoolExecutor(2) as threads:
            waiting = [
                threads.submit(in_its_own_thread, lambda: in_turn(lambda: Write(noted("a")))),
                threads.submit(in_its_own_thread, lambda: together(noted("b"))),
            ]
            end = time.monotonic() + 0.3
            while time.monotonic() < end:
                assert in_turn(messages) == []
            assert not any(one.done() for one in waiting)
            another.execute("COMMIT")
            assert [one.result(30) for one in waiting] == ["a", "b"]
        assert messages() == ["a", "b"]

    def test_whoever_waits_too_long_is_told_so(
        self, another: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(turns, "_longest_wait", lambda: 0.1)
        with pytest.raises(OperationalError, match="locked"):
            together(noted("gone"))
        monkeypatch.undo()
        another.execute("COMMIT")
        assert together(noted("kept")) == "kept"
        assert messages() == ["kept"]


def in_its_own_thread(work: Callable[[], str]) -> str:
    try:
        return work()
    finally:
        connection.close()


def connection_closed() -> None:
    connection.close()


def test_what_is_read_and_not_yet_written_is_a_failure() -> None:
    asked = _asked(lambda: Write(noted("a")))
    asked.do()
    assert asked.error is None
    asked.goes_on_with(asked.result.work)
    assert isinstance(asked.error, OperationalError)


@pytest.mark.django_db
def test_a_commit_that_cannot_be_is_told_as_none() -> None:
    def spoil() -> None:
        transaction.set_rollback(True)

    writes = [_asked(spoil)]
    _commit(writes)
    assert writes[0].error is not None


@pytest.mark.django_db(transaction=True)
def test_nor_is_one_within_a_transaction() -> None:
    def work() -> None:
        write("INFO", "undone")
        transaction.set_rollback(True)

    with pytest.raises(TransactionManagementError), transaction.atomic():
        together(work)
    assert messages() == []


def test_what_nobody_came_to_write_is_a_failure() -> None:
    assert isinstance(_asked(noted("a")).error, OperationalError)


@pytest.mark.django_db
def test_within_a_transaction_it_is_a_part_of_that() -> None:
    with transaction.atomic():
        together(noted("gone"))
        transaction.set_rollback(True)
    assert messages() == []


@contextmanager
def all_waiting(*works: tuple[str, Callable[[], object], bool]) -> Iterator[dict[str, object]]:
    """Have threads ask for works by their names, one after the other, while the thread that works is held up.

    What came of each, once they are let go on: its result or its error.
    """
    told, held, go = dict[str, object](), threading.Event(), threading.Event()

    def hold() -> None:
        held.set()
        go.wait(30)

    def ask(name: str, work: Callable[[], object], ahead: bool) -> None:
        try:
            told[name] = in_turn(work, ahead=ahead)
        except Exception as error:  # noqa: BLE001  it is looked at
            told[name] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=in_turn, args=(hold,))]
    threads[0].start()
    assert held.wait(30)
    for number, (name, work, ahead) in enumerate(works, 1):
        threads.append(threading.Thread(target=ask, args=(name, work, ahead)))
        threads[-1].start()
        until(lambda number=number: _thread._asked.qsize() == number)  # type: ignore[misc]
    yield told
    go.set()
    for thread in threads:
        thread.join(30)


def in_order(works: str, *, ahead: str = "") -> list[str]:
    """The order in which works are done that were asked for in this one."""
    order = list[str]()
    with all_waiting(*[(name, lambda name=name: order.append(name), name in ahead) for name in works]):
        assert order == []
    return order


@pytest.mark.django_db(transaction=True)
class TestInTurn:
    def test_who_came_first_goes_first(self) -> None:
        assert in_order("abcde") == list("abcde")

    def test_who_is_to_go_ahead_goes_before_all_who_wait(self) -> None:
        assert in_order("abX", ahead="X") == ["X", "a", "b"]

    def test_whoever_goes_ahead_keeps_nobody_from_moving_on(self) -> None:
        assert in_order("VWXYa", ahead="VWXY") == ["V", "a", "W", "X", "Y"]

    def test_all_are_done_by_one_thread(self) -> None:
        with all_waiting(*[(name, threading.get_ident, False) for name in "abc"]) as told:
            pass
        assert len(set(told.values())) == 1

    def test_one_that_fails_is_no_others_failure(self) -> None:
        def fail() -> None:
            raise ZeroDivisionError

        with all_waiting(("a", fail, False), ("b", lambda: 2, False)) as told:
            pass
        assert (type(told["a"]), told["b"]) == (ZeroDivisionError, 2)

    def test_what_a_work_wants_written_stands_when_it_is_told(self) -> None:
        assert in_turn(lambda: Write(noted("kept"))) == "kept"
        assert messages() == ["kept"]

    @one_writer
    def test_writes_of_several_that_read_stand_in_one_commit(self) -> None:
        seen = list[list[str]]()

        def write_and_look(name: str) -> Write[None]:
            def work() -> None:
                noted(name)()
                transaction.on_commit(lambda: seen.append(messages()))

            return Write(work)

        with all_waiting(*[(name, lambda name=name: write_and_look(name), True) for name in "abc"]):
            pass
        assert seen == [["a", "b", "c"]] * 3

    def test_a_write_that_fails_leaves_nothing_and_is_raised(self) -> None:
        with pytest.raises(ZeroDivisionError):
            in_turn(lambda: Write(failing("gone", ZeroDivisionError())))
        assert messages() == []

    @one_writer
    def test_what_is_written_waits_for_eight_reads_at_most(self) -> None:
        order = list[str]()
        reads = [(f"read {number}", lambda: order.append("read"), False) for number in range(20)]
        write: tuple[str, Callable[[], object], bool] = ("write", lambda: Write(lambda: order.append("write")), True)
        with all_waiting(write, *reads):
            pass
        assert order.index("write") < 8

    def test_a_work_may_ask_for_its_own_turn(self) -> None:
        assert in_turn(lambda: in_turn(lambda: together(noted("kept")))) == "kept"
        assert messages() == ["kept"]


@pytest.mark.django_db
def test_within_a_transaction_what_is_to_be_written_is_a_part_of_that() -> None:
    with transaction.atomic():
        assert in_turn(lambda: Write(noted("gone"))) == "gone"
        transaction.set_rollback(True)
    assert messages() == []
