"""Files made to do harm: each is refused in bounded time, with a problem that says why, and none raises."""

import io
import subprocess
import sys
import time
from collections.abc import Iterable

import pytest
from tests.documents.students.files import NAME, a_file, changed

from schoolgate.documents.students.check import Verdict, check_stream

GOOD = a_file()
HEAD, TAIL = GOOD[: GOOD.index(b"    <Pupil>")], b"  </CESpupilData>\n</CESfile>\n"
PUPIL = GOOD[len(HEAD) : -len(TAIL)]
MB = 1_000_000
SECONDS = 20


class Endless(io.RawIOBase):
    """A file that is only made while it is read: a start, then a filler up to a size, then an end."""

    def __init__(self, start: bytes, filler: bytes, size: int, end: bytes = b"") -> None:
        self.parts = self._make(start, filler, size, end)
        self.rest = b""

    def _make(self, start: bytes, filler: bytes, size: int, end: bytes) -> Iterable[bytes]:
        yield start
        block = filler * (65_536 // len(filler) + 1)
        for _ in range(size // len(block)):
            yield block
        yield end

    def read(self, size: int = -1, /) -> bytes:
        while len(self.rest) < size and (part := next(iter(self.parts), b"")):
            self.rest += part
        given, self.rest = self.rest[:size], self.rest[size:]
        return given


def in_pupil(content: bytes) -> bytes:
    return HEAD + PUPIL.replace(b"<DOB>", content + b"<DOB>") + TAIL


BOMB = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10 if n else b"&a;" * 10) for n in range(9)
)

HOSTILE: dict[str, tuple[bytes, str]] = {
    "entity bomb": (changed(GOOD, "<CESfile>", BOMB.decode() + "]><CESfile>").replace(b"Okafor", b"&a8;"), "doctype"),
    "external entity": (
        changed(GOOD, "<CESfile>", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><CESfile>'),
        "doctype",
    ),
    "parameter entity": (
        changed(GOOD, "<CESfile>", '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/"> %x;]><CESfile>'),
        "doctype",
    ),
    "external doctype": (
        changed(GOOD, "<CESfile>", '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><CESfile>'),
        "doctype",
    ),
    "doctype among the pupils": (in_pupil(b"<!DOCTYPE a>"), "not-well-formed"),
    "entity that is not declared": (GOOD.replace(b"Okafor", b"&secret;"), "not-well-formed"),
    "depth": (in_pupil(b"<a>" * 50_000 + b"</a>" * 50_000), "pupil-too-large"),
    "depth at the start": (changed(GOOD, "<Header>", "<Header>" + "<a>" * 20_000), "header-too-deep"),
    "depth without an end": (HEAD + b"<Pupil>" * 200_000, "pupil-too-large"),
    "huge name": (in_pupil(b"<" + b"a" * 600_000 + b"/>"), "not-well-formed"),
    "huge attribute": (in_pupil(b"<a b='" + b"c" * 900_000 + b"'/>"), "xsd"),
    "many attributes": (in_pupil(b"<a " + b" ".join(b"b%d='1'" % n for n in range(60_000)) + b"/>"), "xsd"),
    "huge text": (GOOD.replace(b"Okafor", b"O" * 900_000), "xsd"),
    "many elements": (in_pupil(b"<a/>" * 200_000), "pupil-too-large"),
    "many faults in one pupil": (in_pupil(b"<Exclusion/>" * 19_000), "xsd"),
    "text between": (HEAD + b"x" * 2 * MB + PUPIL + TAIL, "pupil-too-large"),
    "nulls": (bytes(100_000), "not-well-formed"),
    "random bytes": (bytes(range(256)) * 1000, "encoding-broken"),
    "nulls behind": (GOOD + bytes(1000), "not-well-formed"),
    "two documents": (GOOD + GOOD, "not-well-formed"),
    "comment without an end": (changed(GOOD, "<DOB>", "<!-- <DOB>"), "not-well-formed"),
    "comments at the start": (b"<!---->" * 580 + b"<a/>", "unknown-root"),
    "header without an end": (b"<CESfile><Header><!--" + b" " * 200_000, "header-too-long"),
    "namespace that is not declared": (in_pupil(b"<x:a/>"), "not-well-formed"),
    "schema of its own": (
        changed(GOOD, "<DOB>", "<DOB xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:type='Text100'>"),
        "xsd",
    ),
}


def judge(stream: object) -> tuple[Verdict, float]:
    began = time.process_time()
    verdict = check_stream(stream, name=NAME)  # type: ignore[arg-type]
    return verdict, time.process_time() - began


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_with_its_reason(case: str) -> None:
    data, code = HOSTILE[case]
    verdict, seconds = judge(io.BytesIO(data))
    refusals = [problem for problem in verdict.problems if problem.severity == "refusal"]
    assert [problem.code for problem in refusals][-1:] == [code]
    assert not verdict.accepted
    assert all(len(problem.message) < 600 for problem in refusals)
    assert verdict.size == len(data)
    assert seconds < SECONDS


def test_an_entity_is_never_looked_up() -> None:
    data, _ = HOSTILE["external entity"]
    verdict, _ = judge(io.BytesIO(data.replace(b"Okafor", b"&x;")))
    assert "root:" not in repr(verdict)


LARGE = {
    "a pupil of 300 MB": (HEAD + b"<Pupil><UPN>", b"R820432124001", b"</UPN></Pupil>" + TAIL),
    "1 MB of pupils without content": (HEAD, b"<Pupil/>", TAIL),
    "300 MB of blanks": (b"", b" ", b""),
    "300 MB behind the end": (GOOD, b"\n", b""),
    "300 MB of header": (b"<CESfile><Header>", b"<a>1</a>", b""),
    "300 MB of comments": (HEAD, b"<!-- </Pupil> -->", TAIL),
}

_CHILD = """
import re, sys
from pathlib import Path
from tests.documents.students.test_hostile import LARGE, Endless, judge
start, filler, end = LARGE[sys.argv[1]]
verdict, seconds = judge(Endless(start, filler, int(sys.argv[2]), end))
peak = int(re.search("VmHWM: *([0-9]+)", Path("/proc/self/status").read_text().replace("\\t", " "))[1])
print(verdict.accepted, seconds, peak // 1024)
"""


@pytest.mark.parametrize("case", LARGE)
def test_a_large_hostile_file_takes_little_time_and_memory(case: str) -> None:
    size = 300 * MB if case.startswith(("300", "a pupil")) else MB
    child = subprocess.run([sys.executable, "-c", _CHILD, case, str(size)], capture_output=True, text=True, check=True)
    accepted, seconds, mebibytes = child.stdout.split()
    assert accepted == "False"
    assert float(seconds) < SECONDS
    assert int(mebibytes) < 100
