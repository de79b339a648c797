"""Who goes next: so many at a time, first come, first served. And writes of several threads in one commit."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection, transaction

from schoolgate.commons.journal.models import JournalLine
from schoolgate.commons.journal.writing import write
from schoolgate.commons.turns import Gate, _commit, _Write, together


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_who_came_first_goes_first() -> None:
    gate, order = Gate(1), list[int]()

    def pass_(number: int) -> None:
        with gate.passed():
            order.append(number)

    with gate.passed():
        threads = [threading.Thread(target=pass_, args=(number,)) for number in range(5)]
        for number, thread in enumerate(threads, 1):
            thread.start()
            until(lambda number=number: len(gate._waiting) == number)  # type: ignore[misc]
        assert order == []
    for thread in threads:
        thread.join(30)
    assert order == [0, 1, 2, 3, 4]


def test_so_many_are_let_through_at_one_time() -> None:
    gate, inside, go = Gate(2), list[int](), threading.Event()

    def pass_(number: int) -> None:
        with gate.passed():
            inside.append(number)
            go.wait(30)

    threads = [threading.Thread(target=pass_, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    until(lambda: len(inside) + len(gate._waiting) == 3)
    assert len(inside) == 2
    go.set()
    for thread in threads:
        thread.join(30)
    assert sorted(inside) == [0, 1, 2]


def test_whoever_fails_gives_the_place_on() -> None:
    gate = Gate(1)
    with pytest.raises(ZeroDivisionError), gate.passed():
        raise ZeroDivisionError
    with gate.passed():
        pass


def test_who_is_to_go_first_goes_before_all_who_wait() -> None:
    gate, order = Gate(1), list[str]()

    def pass_(name: str) -> None:
        with gate.passed(first=name == "first"):
            order.append(name)

    with gate.passed():
        threads = [threading.Thread(target=pass_, args=(name,)) for name in ("a", "b", "first")]
        for number, thread in enumerate(threads, 1):
            thread.start()
            until(lambda number=number: len(gate._waiting) == number)  # type: ignore[misc]
    for thread in threads:
        thread.join(30)
    assert order == ["first", "a", "b"]


def noted(message: str) -> Callable[[], str]:
    return lambda: write("INFO", message).message


def failing(message: str, error: Exception) -> Callable[[], str]:
    def work() -> str:
        write("INFO", message)
        raise error

    return work


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
    writes = [_Write(noted("a")), _Write(failing("b", ZeroDivisionError())), _Write(noted("c"))]
    _commit(writes)
    assert [type(one.error) for one in writes] == [type(None), ZeroDivisionError, type(None)]
    assert messages() == ["a", "c"]


@pytest.mark.django_db
def test_what_the_database_cannot_do_for_one_is_done_for_none() -> None:
    full = OperationalError("database or disk is full")
    writes = [_Write(noted("a")), _Write(failing("b", full))]
    _commit(writes)
    assert [one.error for one in writes] == [full, full]
    assert messages() == []


@pytest.mark.django_db
def test_a_commit_that_cannot_be_is_told_as_none() -> None:
    def spoil() -> None:
        transaction.set_rollback(True)

    writes = [_Write(spoil)]
    _commit(writes)
    assert writes[0].error is not None


def test_what_nobody_came_to_write_is_a_failure() -> None:
    assert isinstance(_Write(noted("a")).error, OperationalError)


@pytest.mark.django_db
def test_within_a_transaction_it_is_a_part_of_that() -> None:
    with transaction.atomic():
        together(noted("gone"))
        transaction.set_rollback(True)
    assert messages() == []
