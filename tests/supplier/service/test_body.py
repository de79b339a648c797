"""A call's body is read within bounds, and only whole."""

import io
import time
from typing import Any

import pytest
from tests.supplier.service.calling import environ_of

from schoolgate.supplier.service import body
from schoolgate.supplier.service.body import LARGEST_BYTES, PIECE, NotRead, Readers, read_body


def refused(environ: dict[str, Any]) -> str:
    with pytest.raises(NotRead) as told:
        read_body(environ, Readers(1))
    return told.value.status.split()[0]


@pytest.mark.parametrize("size", [0, 5, PIECE, PIECE + 1, LARGEST_BYTES])
def test_a_whole_body_is_read(size: int) -> None:
    assert read_body(environ_of(body=b"x" * size), Readers(1)) == b"x" * size


@pytest.mark.parametrize("length", ["", "-1", "many", "1e3", "\N{SUPERSCRIPT TWO}"])
def test_a_body_of_unknown_length_is_not_taken(length: str) -> None:
    assert refused(environ_of(body=b"x", CONTENT_LENGTH=length)) == "411"


def test_a_body_that_ends_early_is_not_taken() -> None:
    assert refused(environ_of(body=b"x", CONTENT_LENGTH="2")) == "400"


def test_a_body_too_large_is_not_even_begun() -> None:
    untouched = object()
    length = str(LARGEST_BYTES + 1)
    assert refused(environ_of(CONTENT_LENGTH=length, stream=untouched)) == "413"


def test_a_body_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 30.0, body.SLOWEST_SECONDS + 1])
    monkeypatch.setattr(time, "monotonic", lambda: next(times))
    assert refused(environ_of(body=b"x" * 3 * PIECE)) == "408"


class _Sending(io.BytesIO):
    """A body in whose middle another caller of the same address comes."""

    def __init__(self, readers: Readers, address: str) -> None:
        super().__init__(b"x")
        self.readers, self.address = readers, address
        self.other = b""

    def read(self, size: int | None = -1) -> bytes:
        self.other = read_body(environ_of(body=b"other", address=self.address), self.readers)
        return super().read(size)


def test_no_address_sends_more_bodies_at_once_than_it_may() -> None:
    readers = Readers(1)
    stream = _Sending(readers, "203.0.113.7")
    with pytest.raises(NotRead) as told:
        read_body(environ_of(CONTENT_LENGTH="1", stream=stream), readers)
    assert told.value.status.startswith("503")
    assert read_body(environ_of(body=b"after"), readers) == b"after"


def test_another_address_sends_at_the_same_time() -> None:
    readers = Readers(1)
    stream = _Sending(readers, "198.51.100.9")
    assert read_body(environ_of(CONTENT_LENGTH="1", stream=stream), readers) == b"x"
    assert stream.other == b"other"
