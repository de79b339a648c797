"""Bodies that are short, long, packed oddly or too large: nothing of them is kept, and the answer says why."""

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.sites.home import Home

Sample = Callable[..., bytes]
LIMIT = 200_000


@pytest.fixture(autouse=True)
def nothing_is_kept(program: Any, home: Home, settings: Any) -> Iterator[None]:
    settings.SCHOOLGATE_MAX_FILE_BYTES = LIMIT
    yield
    assert not ReceivedFile.objects.exists()
    assert [path for path in home.files.rglob("*") if path.is_file()] == []


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_digest_that_is_anothers_is_refused(program: Any, student_file: Sample) -> None:
    assert code(program.put(student_file(), sha256="0" * 64)) == (400, "digest-mismatch")


@pytest.mark.parametrize("packed", [False, True])
def test_a_body_shorter_than_announced_is_cut_short(program: Any, student_file: Sample, packed: bool) -> None:
    body = gzip.compress(student_file()) if packed else student_file()
    answer = program.put(student_file(), packed=packed, body=body[:-5], Content_Length=str(len(body)))
    assert code(answer) == (400, "cut-short")


def test_a_body_longer_than_announced_is_read_no_further(program: Any, student_file: Sample) -> None:
    answer = program.put(student_file(), body=student_file() + b" ", Content_Length=str(len(student_file()) - 1))
    assert code(answer) == (400, "digest-mismatch")


def test_a_packed_body_that_ends_early_is_cut_short(program: Any, student_file: Sample) -> None:
    assert code(program.put(student_file(), packed=True, body=gzip.compress(student_file())[:-9])) == (400, "cut-short")


@pytest.mark.parametrize(
    "tail", [b"\x00", b"trailing", gzip.compress(b"second member", mtime=0)], ids=["nought", "text", "second member"]
)
def test_bytes_after_the_packed_stream_are_refused(program: Any, student_file: Sample, tail: bytes) -> None:
    answer = program.put(student_file(), packed=True, body=gzip.compress(student_file()) + tail)
    assert code(answer) == (400, "gzip-malformed")


@pytest.mark.parametrize(
    "body",
    [b"not packed at all", zlib.compress(b"another format"), b"\x1f\x8b\x08\xff" * 20],
    ids=["text", "zlib", "broken gzip"],
)
def test_a_body_that_is_not_gzip_is_refused(program: Any, student_file: Sample, body: bytes) -> None:
    assert code(program.put(student_file(), packed=True, body=body)) == (400, "gzip-malformed")


def test_an_empty_packed_body_is_cut_short(program: Any, student_file: Sample) -> None:
    assert code(program.put(b"", packed=True, body=b"", Content_Length="0")) == (400, "cut-short")


def test_a_gzip_bomb_is_stopped_at_the_limit(program: Any) -> None:
    bomb = b" " * (50 * 1024 * 1024)
    answer = program.put(bomb, packed=True)
    assert code(answer) == (413, "too-large")
    assert answer.json()["limit"] == LIMIT


def test_a_plain_body_over_the_limit_is_refused_with_the_limit(program: Any, student_file: Sample) -> None:
    answer = program.put(student_file(filling=LIMIT))
    assert code(answer) == (413, "too-large")
    assert answer.json()["limit"] == LIMIT


def test_a_chunked_body_is_refused(program: Any, student_file: Sample) -> None:
    assert code(program.put(student_file(), body=iter([student_file()]))) == (411, "length-required")


@pytest.mark.parametrize("length", ["", "-1", "1e3"])
def test_a_length_that_is_no_number_is_refused(program: Any, student_file: Sample, length: str) -> None:
    answer = program.put(student_file(), Content_Length=length.encode())
    assert code(answer) == (411, "length-required")


@pytest.mark.parametrize("content_type", ["", "application/json", "application/octet-stream", "multipart/form-data"])
def test_another_type_of_content_is_refused(program: Any, student_file: Sample, content_type: str) -> None:
    assert code(program.put(student_file(), Content_Type=content_type)) == (415, "media-type")


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip"])
def test_another_encoding_is_refused(program: Any, student_file: Sample, encoding: str) -> None:
    assert code(program.put(student_file(), Content_Encoding=encoding)) == (415, "media-type")


def test_a_digest_of_the_packed_bytes_is_refused(program: Any, student_file: Sample) -> None:
    packed = gzip.compress(student_file())
    answer = program.put(student_file(), sha256=hashlib.sha256(packed).hexdigest(), packed=True, body=packed)
    assert code(answer) == (400, "digest-mismatch")
