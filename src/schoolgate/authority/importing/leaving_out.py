"""Values that cannot be right are taken out of a pupil's record, so that the rest goes on (reference 9.9).

Which they are is found by ``documents.students.values``; what is taken out with each is settled here. It is the value
alone, but for two: a SEN need without its type and an exclusion without its category mean nothing, so they go whole.
Of attendance marks only those that are not of their year go.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from schoolgate.authority.importing.deciding import Invalid
from schoolgate.authority.records.groups.registry import item_at
from schoolgate.documents.codes.code_sets import NO_MARK
from schoolgate.documents.students.entries import WRAPPERS, Record
from schoolgate.documents.students.findings import Finding

_GO_WITH_ALL_AROUND = frozenset({"SENtype", "Category"})

_Path: TypeAlias = tuple[str | int, ...]


def take_out(record: Record, findings: Iterable[Finding]) -> tuple[Record, tuple[Invalid, ...]]:
    """Return the record without what ``findings`` name, and what was taken out by group and item.

    ``record`` itself is not changed. What a finding names and the record doesn't have is passed over, and what belongs
    to no group is taken out without a word.
    """
    instead: dict[_Path, str | None] = {}
    invalid: list[Invalid] = []
    for finding in findings:
        path = _path(record, finding.steps)
        if not path:
            continue
        if finding.steps[-1] == "AttendanceMarks":
            wrong = str.maketrans(dict.fromkeys(finding.sent.split(), NO_MARK))
            instead[path] = str(_at(record, path)).translate(wrong)
        else:
            instead[path[:-1] if finding.steps[-1] in _GO_WITH_ALL_AROUND else path] = None
        if place := item_at(finding.steps):
            group, item = place
            invalid.append(Invalid(group, item.name, finding.code, finding.sent))
    return (_without(record, (), instead) if instead else record), tuple(invalid)


def _path(record: Record, steps: Iterable[str]) -> _Path:
    """The keys and places that lead where ``steps`` do in the document; empty when there is nothing."""
    value: Any = record
    path: list[str | int] = []
    for step in steps:
        name, _, number = step.partition("[")
        if isinstance(value, dict):
            # The one reason of 3.71 is a list in a record, as the several of later versions are.
            key = "Reasons" if name == "Reason" else name
            value = value.get(key)
            path.append(key)
        if isinstance(value, list) and name not in WRAPPERS:
            place = int(number.rstrip("]") or 1) - 1
            value = value[place] if place < len(value) else None
            path.append(place)
        if value is None:
            return ()
    return tuple(path)


def _without(value: Any, here: _Path, instead: Mapping[_Path, str | None]) -> Any:
    """A copy of ``value``, with what stands at a path replaced, or left out; a container left empty goes too."""
    if isinstance(value, dict):
        parts: Iterable[tuple[str | int, Any]] = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    else:
        return value
    kept: list[tuple[str | int, Any]] = []
    for key, part in parts:
        path = (*here, key)
        new = instead[path] if path in instead else _without(part, path, instead)
        if new is not None:
            kept.append((key, new))
    if not kept and value and here:
        return None
    return dict(kept) if isinstance(value, dict) else [part for _, part in kept]


def _at(record: Record, path: _Path) -> Any:
    value: Any = record
    for key in path:
        value = value[key]
    return value
