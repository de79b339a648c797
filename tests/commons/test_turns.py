"""Who goes next: so many at a time, first come, first served."""

import threading
import time
from collections.abc import Callable

import pytest

from schoolgate.commons.turns import Gate


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
