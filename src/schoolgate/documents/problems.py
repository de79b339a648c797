"""What is wrong with a document: a ``Problem`` for each finding, ``DocumentError`` where reading cannot go on.

The tree of errors of the documents room starts here; its other rooms add subclasses where a caller must tell them
apart, and codes everywhere else::

    DocumentError(code, message, remedy, line, column)
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["refusal", "warning"]

LIMIT = 1_000
"""How many problems of one file are kept with their words; all are counted (issue 1, check 1)."""


def quoted(text: str) -> str:
    """A name or value of a file as a sentence quotes it, “…”, what cannot be printed spelt out."""
    plain = "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in text)
    return f"“{plain}”"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding in a file.

    A refusal holds the whole file back; a warning goes along with it and is decided at the LA.
    The texts may quote values of the file, a child's among them: whoever shows or logs a problem decides what of it.
    """

    code: str
    """Stable and kebab-case: ``name-pattern``, ``xsd``, ``bad-upn``, ``code-not-of-year``."""
    message: str
    """One plain sentence for a technical reader."""
    severity: Severity = "refusal"
    path: str = ""
    """``/CESfile/CESpupilData/Pupil[3]/DOB``; empty when it is about the file as a whole."""
    line: int = 0
    """From 1; 0 is not known."""
    column: int = 0
    """From 1; 0 is not known."""
    rule: str = ""
    """The schema's rule in words: ``pattern``, ``enumeration``, ``required element``."""
    pupil: str = ""
    """How an office recognises the child: ``Aisha K., Year 4``; empty when it is not about a child."""
    item: str = ""
    """The office's word for the item: ``Ethnicity``."""
    sent: str = ""
    """The value sent."""
    allowed: str = ""
    """What is allowed, in words."""
    remedy: str = ""
    """What to do next, and where."""


def problem_line(problem: Problem, file: str) -> str:
    """``FILE:LINE:COLUMN: path: message``, as far as each is known; a warning says that it is one."""
    place = f"{file}:{problem.line}:{problem.column}" if problem.line else file
    about = f"{problem.path}: " if problem.path else ""
    word = "" if problem.severity == "refusal" else "warning: "
    return f"{place}: {about}{word}{problem.message}"


def count_text(number: int, one: str, many: str) -> str:
    """``1 refusal``, ``2,000 refusals``."""
    return f"{number:,} {one if number == 1 else many}"


def counts_by_kind(kinds: Iterable[str]) -> list[tuple[str, int]]:
    """How many there are of each kind, the most frequent first."""
    return sorted(Counter(kinds).items(), key=lambda entry: (-entry[1], entry[0]))


@dataclass(slots=True)
class Problems:
    """The findings of one file, in the order they were met: the first ``limit`` are kept, all are counted.

    A refusal is never lost behind warnings: when all room is taken it takes the place of the last warning.
    """

    limit: int = LIMIT
    kept: list[Problem] = field(default_factory=list)
    refusals: int = 0
    warnings: int = 0

    @property
    def has_room(self) -> bool:
        """Whether one more refusal would be kept."""
        return self.refusals < self.limit

    def add(self, problem: Problem) -> None:
        """Count ``problem``, and keep it while there is room."""
        if problem.severity == "refusal" and self.has_room and len(self.kept) == self.limit:
            del self.kept[max(place for place, kept in enumerate(self.kept) if kept.severity == "warning")]
        if problem.severity == "refusal":
            self.refusals += 1
        else:
            self.warnings += 1
        if len(self.kept) < self.limit:
            self.kept.append(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        """Add each of ``problems`` in turn."""
        for problem in problems:
            self.add(problem)

    def __len__(self) -> int:
        """How many were met, kept or not."""
        return self.refusals + self.warnings

    def __iter__(self) -> Iterator[Problem]:
        """Walk those kept."""
        return iter(self.kept)


class DocumentError(Exception):
    """A document cannot be read any further."""

    def __init__(self, code: str, message: str, *, remedy: str = "", line: int = 0, column: int = 0) -> None:
        """Keep the parts apart: ``code`` for programs, ``message`` and ``remedy`` for people, the place from 1."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy
        self.line = line
        self.column = column

    def as_problem(self) -> Problem:
        """Say the same as a refusal of the file."""
        return Problem(self.code, self.message, line=self.line, column=self.column, remedy=self.remedy)
