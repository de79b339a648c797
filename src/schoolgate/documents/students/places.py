"""Where an item stands in the file: found again in a pupil's own bytes, only when there is something to say of it."""

from collections.abc import Sequence

from schoolgate.documents.students.entries import PupilEntry
from schoolgate.documents.students.runs import advance
from schoolgate.documents.xml import scanner


def place_in_pupil(entry: PupilEntry, steps: Sequence[str]) -> tuple[int, int]:
    """Line and column of the element that ``steps`` lead to below the pupil, ``Contact[2]`` being the second.

    The pupil's own place when there is no such element.
    """
    wanted = [_numbered(step) for step in steps]
    trail: list[tuple[str, int]] = []
    met: list[dict[str, int]] = [{}]
    found = -1
    parser = scanner()

    def start(tag: str, _: object) -> None:
        nonlocal found
        name = tag.rpartition(":")[2]
        met[-1][name] = met[-1].get(name, 0) + 1
        trail.append((name, met[-1][name]))
        met.append({})
        if found < 0 and trail[1:] == wanted:
            found = parser.CurrentByteIndex

    def end(_: str) -> None:
        trail.pop()
        met.pop()

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.Parse(entry.raw, True)
    return advance(entry.line, entry.column, entry.raw[: max(found, 0)])


def _numbered(step: str) -> tuple[str, int]:
    name, _, number = step.partition("[")
    return name, int(number.rstrip("]") or 1) if number else 1
