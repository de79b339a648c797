"""Read a student file in one pass and flat memory: its header, its problems, and a stream of its valid pupils."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from hashlib import blake2b
from itertools import chain, islice
from typing import Any, Protocol

from lxml import etree

from schoolgate.documents.problems import DocumentError, Problems
from schoolgate.documents.schema_errors import SchemaError, copy_errors
from schoolgate.documents.students.doors import refuse_what_is_not_xml
from schoolgate.documents.students.entries import PupilEntry
from schoolgate.documents.students.faults import (
    Faults,
    refused_pupils,
    why_not_well_formed,
)
from schoolgate.documents.students.header import HEAD_LIMIT, Frame, Header, header_of, read_start
from schoolgate.documents.students.runs import Run, cut_runs
from schoolgate.documents.students.versions import SchemaShelf, default_shelf
from schoolgate.documents.xml import BLOCK, parser, prove_utf8, utf8

MOST_REFUSALS = 1_000_000
"""After so many refusals reading ends: a file made to be wrong everywhere shall not keep a machine busy for hours."""


_NAMESPACES = re.compile(rb"""\bxmlns[^=]*=\s*(?:"[^"]*"|'[^']*')""")


class Source(Protocol):
    """Where plain bytes come from: an open file, or anything that reads like one."""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes; none at the end."""
        ...


class StudentFile:
    """One student file being read.

    Its ``problems`` grow while ``entries`` is walked; the verdict of the schema stands only when the walk has ended. A
    valid pupil is handed out before that, to be counted or looked at: nobody acts on it before the verdict.
    """

    def __init__(
        self,
        stream: Source,
        shelf: SchemaShelf | None = None,
        problems: Problems | None = None,
        *,
        vouched: Callable[[bytes], Any] | None = None,
    ) -> None:
        """Read the start of ``stream`` (plain XML, from its first byte).

        ``vouched`` is asked about a pupil's bytes, maybe more than once, whether they are known to be valid, by
        ``judged_by``. Pupils for whom it gives anything are passed over: their entries come unread, with that as their
        ``voucher``. Lines are not counted then: no entry has a place, and no problem one that is right. Who wants to
        tell of problems reads the file again without.

        Raises DocumentError when this is no student file that can be read: as ``refuse_what_is_not_xml``,
        ``xml.utf8``, ``read_start`` and ``SchemaShelf.schema_for``.
        """
        shelf = shelf or default_shelf()
        self.problems = problems if problems is not None else Problems()
        self.pupils = 0
        """Pupils met so far, valid or not."""
        blocks = iter(partial(stream.read, BLOCK), b"")
        first = next(blocks, b"")
        refuse_what_is_not_xml(first)
        self._vouched = vouched
        self._blocks = utf8(chain([first], blocks), prove=vouched is None)
        start_bytes = b""
        whole = True
        for block in self._blocks:
            start_bytes += block
            if len(start_bytes) >= HEAD_LIMIT:
                whole = False
                break
        start = read_start(start_bytes, shelf.layouts, whole=whole)
        self._frame = start.frame
        if vouched:
            prove_utf8(start.frame.head)
        self._rest_of_start = start_bytes[len(start.frame.head) :]
        self._parser, self._quick_parser = parser(), parser(blanks=False)
        self._told: set[tuple[int, str]] = set()
        self._head_paths: set[str] = set()
        self._open_paths: set[str] = set()
        self.schema = shelf.schema_for(start)
        self._check_head()
        self.header: Header | None = None
        try:
            self.header = header_of(start, self.schema.layout)
        except DocumentError as error:
            # The schema has usually said it better, with its place.
            if not self.problems.refusals:
                self.problems.add(error.as_problem())

    def _check_head(self) -> None:
        head = self._frame.head
        if not head:
            return
        bare = Frame(b"", self._frame.tail, 0)
        run = Run(head, [], 1, 1, plain=False, last=False)
        document = self._parse(bare, run)
        paths = [document.getroottree().getpath(node) for node in document.iter("*")]
        self._head_paths, self._open_paths = set(paths), {paths[0], paths[-1]}
        validator = self.schema.validator()
        if not validator.validate(document):
            self._tell(bare, run, document, self._fresh(copy_errors(validator), last=False))

    @property
    def judged_by(self) -> str:
        """What the verdict on a pupil's bytes depends on beside them, as one text.

        It is the schema, and the namespaces that are declared around the pupils.
        """
        declared = b"".join(sorted(_NAMESPACES.findall(self._frame.head)))
        return blake2b(self.schema.text.encode() + b"\0" + declared, digest_size=16).hexdigest()

    def entries(self) -> Iterator[PupilEntry]:
        """Walk the valid pupils in the file's order, once.

        Raises DocumentError where reading cannot go on: as ``xml.utf8`` and ``cut_runs``, ``not-well-formed``.
        """
        frame, layout = self._frame, self.schema.layout
        validator = self.schema.validator()
        for run in cut_runs(chain([self._rest_of_start], self._blocks), frame, layout.pupil, self._vouched):
            if isinstance(run, tuple):
                self.pupils += 1
                raw, voucher = run
                yield PupilEntry(self.pupils, (0, 0), raw, frame, voucher=voucher)
                continue
            document = self._parse(frame, run)
            refused: set[int] | None = set()
            if not validator.validate(document):
                errors = list(self._fresh(copy_errors(validator), last=run.last))
                self._tell(frame, run, document, errors)
                refused = refused_pupils(errors, layout.pupil)
            yield from self._entries_of(run, document, refused)
            if self.problems.refusals > MOST_REFUSALS:
                raise DocumentError("too-many-problems", f"Reading ended after {MOST_REFUSALS:,} problems.")

    def _entries_of(self, run: Run, document: etree._Element, refused: set[int] | None) -> Iterator[PupilEntry]:
        elements = next(islice(document.iter("*"), self._frame.elements - 1, None), ()) if run.pupils else ()
        for order, (span, element) in enumerate(zip(run.pupils, elements, strict=False), start=1):
            self.pupils += 1
            if refused is not None and order not in refused:
                raw = run.data[span.begin : span.end]
                entry = PupilEntry(self.pupils, (span.line, span.column), raw, self._frame, element)
                yield entry
                entry.release()

    def _parse(self, frame: Frame, run: Run) -> etree._Element:
        if self._vouched:
            prove_utf8(run.data)
        with_parser = self._quick_parser if run.plain else self._parser
        try:
            return etree.fromstring(frame.head + run.data + (b"" if run.last else frame.tail), with_parser)
        except etree.XMLSyntaxError as error:
            raise why_not_well_formed(frame, run, error) from None

    def _fresh(self, errors: list[SchemaError], *, last: bool) -> Iterator[SchemaError]:
        """Leave out what every run says again of the head, and the lack of what only comes at the file's end."""
        for error in errors:
            if error.path in self._head_paths:
                comes_later = error.is_lack and error.path in self._open_paths and not last
                if comes_later or (error.number, error.path) in self._told:
                    continue
                self._told.add((error.number, error.path))
            yield error

    def _tell(self, frame: Frame, run: Run, document: etree._Element, errors: Iterable[SchemaError]) -> None:
        faults = None
        for error in errors:
            if self.problems.has_room:
                faults = faults or Faults(self.schema, frame, run, document, pupils_before=self.pupils)
                self.problems.add(faults.problem(error))
            else:
                self.problems.refusals += 1
