"""Faults on demand: what goes wrong with which of the next calls (reference mis-apis.md, section 4, rows 15 and 16)."""

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from schoolgate.simulators.answering import Answer

KINDS = {
    "500": "The server fails.",
    "503": "The server is closed for maintenance.",
    "cut": "The connection ends half way through the answer.",
    "slow": "The answer takes `seconds` more.",
    "empty-page": "A page without rows whose next link leads to the rows that should have been there.",
    "duplicate-row": "The last row of the page comes twice.",
    "broken-midway": "The page begins well; after half of its rows stands an error in their place.",
    "truncated-json": "The answer ends in the middle of its JSON, as if that were all.",
    "mutation": "A row of what is asked for changes just before the page is read.",
}
"""Each fault and what it does."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong with some calls: those whose path has `path` in it (a regular expression).

    The first `after` of them pass, then `times` are met. Raises ValueError for a kind that there is not, and for a
    pattern that is none.
    """

    kind: str
    path: str = ""
    after: int = 0
    times: int = 1
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"There is no fault {self.kind}. There are: {', '.join(KINDS)}.")
        try:
            re.compile(self.path)
        except re.error as error:
            raise ValueError(f"{self.path} is no regular expression: {error}.") from None


@dataclass(slots=True)
class Faults:
    """The faults that are still to come, shared by all threads of a simulator."""

    waiting: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, fault: Fault) -> None:
        """Let this go wrong as well."""
        with self._lock:
            self.waiting.append(fault)

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        with self._lock:
            self.waiting.clear()

    def meet(self, path: str) -> list[Fault]:
        """What goes wrong with a call to this path now; it counts as met."""
        met: list[Fault] = []
        with self._lock:
            left: list[Fault] = []
            for fault in self.waiting:
                if not re.search(fault.path, path):
                    left.append(fault)
                elif fault.after:
                    left.append(replace(fault, after=fault.after - 1))
                else:
                    met.append(fault)
                    if fault.times > 1:
                        left.append(replace(fault, times=fault.times - 1))
            self.waiting[:] = left
        return met


def spoiled(answer: Answer, fault: Fault, *, rows: str, same_page: Mapping[str, Any]) -> Answer:
    """The answer with a fault in it.

    `rows` names the list of rows in the content; `same_page` is what the content must say for the next link to ask
    for this very page. An answer without rows stays whole where the fault is one of rows.
    """
    match fault.kind:
        case "500" | "503":
            return Answer(int(fault.kind), {"error": {"code": fault.kind, "message": KINDS[fault.kind]}})
        case "cut":
            return replace(answer, cut=True)
        case "truncated-json":
            whole = answer.encoded()
            return replace(answer, body=whole[: len(whole) * 2 // 3])
    if not isinstance(answer.content, dict) or rows not in answer.content:
        return answer
    found = answer.content[rows]
    match fault.kind:
        case "empty-page":
            return replace(answer, content={**answer.content, rows: [], **same_page})
        case "duplicate-row":
            return replace(answer, content={**answer.content, rows: found + found[-1:]})
        case "broken-midway":
            begun = json.dumps({rows: found[: len(found) // 2]}, ensure_ascii=False).removesuffix("]}")
            error = json.dumps({"error": {"code": "500", "message": "The rest could not be read."}})
            return replace(answer, body=f"{begun}{error}".encode())
    return answer
