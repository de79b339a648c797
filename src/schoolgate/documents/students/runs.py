"""Cut the bytes of a student file into runs of whole pupils, so that each can be read as a small document.

The cut is sound: a run that is valid within the file's frame holds whole pupils and nothing else, so by induction the
file is valid if and only if each of its runs is. The quick way looks for end tags as bytes, which is right where
neither a comment, a CDATA section nor an instruction can hide one; elsewhere expat says where pupils begin and end.
"""

import re
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias
from xml.parsers import expat

from schoolgate.documents.problems import DocumentError
from schoolgate.documents.students.header import Frame
from schoolgate.documents.xml import not_well_formed, scanner

RUN_BYTES = 32_768
"""About how long a run is: four or five pupils. Small ones stay in the processor's cache (`bench check`)."""

_ALONE = RUN_BYTES // 8
"""One among pupils who are vouched for is read by itself; where such follow each other runs grow again."""

PUPIL_BYTES = 1_048_576
"""A pupil, or what stands between two of them, may be so long; real ones are under a tenth of it."""

PUPIL_ELEMENTS = 20_000
"""A pupil may hold so many elements."""

# libxml2 needs the square of the number of pupils in a run to say where each of them is wrong.
_PUPILS = 512

_END_OF_TAG = re.compile(rb"""(?:"[^"]*"|'[^']*'|[^"'>])*>""")


class Span(NamedTuple):
    """A pupil in a run: its bytes there, and where it begins in the file (0 where that is not counted)."""

    begin: int
    end: int
    line: int
    column: int


Passed: TypeAlias = tuple[bytes, Any]
"""A pupil who is vouched for, and by what."""


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a file: pupils and what stands between them; the last one with the file's real end."""

    data: bytes
    pupils: list[Span]
    line: int
    """Where ``data`` begins in the file, from 1."""
    column: int
    plain: bool
    """Nothing but elements and text: no comment, CDATA section or instruction."""
    last: bool

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column in the file of a byte of this run."""
        return advance(self.line, self.column, self.data[:offset])


def advance(line: int, column: int, data: bytes) -> tuple[int, int]:
    """Where one stands after ``data`` (UTF-8), in lines and characters from 1; only line feeds end a line."""
    feeds = data.count(b"\n")
    if not feeds:
        return line, column + len(data.decode(errors="replace"))
    return line + feeds, len(data[data.rfind(b"\n") + 1 :].decode(errors="replace")) + 1


def cut_runs(
    blocks: Iterable[bytes], frame: Frame, pupil: str, vouched: Callable[[bytes], Any] | None = None
) -> Iterator[Run | Passed]:
    """Cut what follows ``frame.head`` into runs; ``pupil`` is the local name of a pupil's element.

    ``vouched`` is asked about a pupil's bytes, maybe more than once, whether they are known to be a valid pupil: what
    it gives then is its voucher, and the pupil comes by itself. With ``vouched`` lines are not counted.

    Raises DocumentError ``pupil-too-large`` with its line, ``not-well-formed``.
    """
    cutter = _Cutter(frame, pupil, places=vouched is None)
    pending = b""
    run_bytes = RUN_BYTES
    for block in blocks:
        pending += block
        while len(pending) >= RUN_BYTES:
            if vouched and (passed := (yield from cutter.pass_over(pending, vouched))):
                pending = pending[passed:]
                run_bytes = _ALONE
                continue
            if not (run := cutter.cut(pending, last=False, run_bytes=run_bytes)):
                break
            yield run
            pending = pending[len(run.data) :]
            run_bytes = min(2 * run_bytes, RUN_BYTES)
        if len(pending) > PUPIL_BYTES:
            raise _too_large(cutter.line, f"more than {PUPIL_BYTES:,} bytes")
    if run := cutter.cut(pending, last=True):
        yield run


def _too_large(line: int, what: str) -> DocumentError:
    return DocumentError(
        "pupil-too-large",
        f"What begins on line {line:,} has {what} before a pupil ends. No real pupil is so large.",
        remedy="Ask your MIS supplier what went wrong in the export.",
        line=line,
    )


def _is_plain(data: bytes) -> bool:
    """Whether nothing here can hide a tag. One character is found fifty times faster than two."""
    return (b"!" not in data or b"<!" not in data) and (b"?" not in data or b"<?" not in data)


def _end_of_tag(data: bytes, start: int) -> int:
    found = _END_OF_TAG.match(data, start)
    return found.end() if found else len(data)


class _Enough(Exception):
    """Stops expat: the run holds as many pupils as it may."""


class _Cutter:
    """Walks along a file: ``line`` and ``column`` are where its next run begins."""

    def __init__(self, frame: Frame, pupil: str, *, places: bool) -> None:
        self.frame = frame
        self.places = places
        self.pupil = pupil
        prefix = re.search(rb"</([^:>]+:)[^>]*>", frame.tail)
        name = (prefix[1] if prefix else b"") + pupil.encode()
        self.start, self.end = b"<%b>" % name, b"</%b>" % name
        self.plain_head = _is_plain(frame.head.partition(b"?>")[2] or frame.head)
        self.line, self.column = advance(1, 1, frame.head)

    def pass_over(self, pending: bytes, vouched: Callable[[bytes], Any]) -> Generator[Passed, None, int]:
        """Give the pupils at the start of ``pending`` who are vouched for, blanks at most before each; then their end.

        That is sound by itself: whatever these bytes hold, they were one valid pupil, and are one again.
        """
        passed = 0
        while (start := pending.find(self.start, passed)) >= 0 and not pending[passed:start].strip(b" \t\r\n"):
            stop = pending.find(self.end, start)
            end = stop + len(self.end)
            if stop < 0 or not (voucher := vouched(data := pending[start:end])):
                break
            yield data, voucher
            passed = end
        return passed

    def cut(self, pending: bytes, *, last: bool, run_bytes: int = RUN_BYTES) -> Run | None:
        """Take a run from the start of ``pending``, all of it if ``last``; None when no pupil ends in it."""
        pupils = self._by_bytes(pending, run_bytes, last=last)
        data = pending if last else pending[: pupils[-1][1]] if pupils else b""
        plain = _is_plain(data)
        # Counted without its >, so that a pupil with attributes, without content or within another is not overlooked.
        if not data or not plain or data.count(self.start[:-1]) != len(pupils):
            data, pupils = self._by_expat(pending, last=last)
            plain = _is_plain(data)
        if len(data) > 2 * RUN_BYTES and data.count(b"<") > 2 * PUPIL_ELEMENTS:
            raise _too_large(self.line, f"more than {PUPIL_ELEMENTS:,} elements")
        return self._run(data, pupils, plain=plain and self.plain_head, last=last) if data or last else None

    def _run(self, data: bytes, pupils: list[tuple[int, int]], *, plain: bool, last: bool) -> Run:
        if not self.places:
            return Run(data, [Span(begin, end, 0, 0) for begin, end in pupils], 0, 0, plain=plain, last=last)
        spans = []
        began = line, column = self.line, self.column
        reached = 0
        for begin, end in pupils:
            line, column = advance(line, column, data[reached:begin])
            spans.append(Span(begin, end, line, column))
            reached = begin
        self.line, self.column = advance(line, column, data[reached:])
        return Run(data, spans, *began, plain=plain, last=last)

    def _by_bytes(self, pending: bytes, run_bytes: int, *, last: bool) -> list[tuple[int, int]]:
        pupils: list[tuple[int, int]] = []
        end = 0
        while last or (end < run_bytes and len(pupils) < _PUPILS):
            start = pending.find(self.start, end)
            stop = pending.find(self.end, start)
            if start < 0 or stop < 0:
                break
            end = stop + len(self.end)
            pupils.append((start, end))
        return pupils

    def _by_expat(self, pending: bytes, *, last: bool) -> tuple[bytes, list[tuple[int, int]]]:
        head = len(self.frame.head)
        pupils: list[tuple[int, int]] = []
        end_of_child = depth = began = children = 0
        list_ended = False
        parser = scanner()

        def start(tag: str, _: object) -> None:
            nonlocal depth, began
            if depth == 0:
                began = parser.CurrentByteIndex - head
            depth += 1

        def end(tag: str) -> None:
            nonlocal depth, children, end_of_child, list_ended
            depth -= 1
            list_ended = list_ended or depth < 0
            # A document without a list has no frame and no pupils.
            if depth == 0 and head and not list_ended:
                end_of_child = _end_of_tag(pending, began)
                if pending[end_of_child - 2 : end_of_child] != b"/>":
                    end_of_child = _end_of_tag(pending, parser.CurrentByteIndex - head)
                children += 1
                if tag.rpartition(":")[2] == self.pupil:
                    pupils.append((began, end_of_child))
                if children == _PUPILS and not last:
                    raise _Enough

        try:
            parser.Parse(self.frame.head, False)
            parser.StartElementHandler = start
            parser.EndElementHandler = end
            parser.Parse(pending, last)
        except _Enough:
            pass
        except expat.ExpatError as error:
            offset = max(parser.ErrorByteIndex - head, 0)
            raise not_well_formed(error.code, *advance(self.line, self.column, pending[:offset])) from None
        return pending if last else pending[:end_of_child], pupils
