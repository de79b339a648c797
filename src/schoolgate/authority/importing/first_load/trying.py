"""A first load tried without saving: everything but the writing, school by school."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, NamedTuple

from django.db import transaction

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.applying import AT_ONCE, Applying, ChangedMeanwhile
from schoolgate.authority.importing.aside import Aside
from schoolgate.authority.importing.carrying_out import Ruling, recognise
from schoolgate.authority.importing.case import Case, Work
from schoolgate.authority.importing.deciding import Incoming
from schoolgate.authority.importing.first_load.sorting import RowsDocument, Sorted
from schoolgate.authority.importing.held import restricted_held
from schoolgate.authority.importing.matching.keys import MatchKeys, is_temporary, keys_of
from schoolgate.authority.importing.matching.nearness import may_be_any
from schoolgate.authority.importing.models import FirstLoad, Import
from schoolgate.authority.importing.recognising import NEW, Recognised, WhyNot
from schoolgate.authority.importing.refusal_words import words_of
from schoolgate.authority.importing.waiting import keys_of_incoming
from schoolgate.authority.records.columns import pupil_columns
from schoolgate.authority.records.groups.data_group import DataGroup
from schoolgate.authority.records.groups.registry import PUPIL_GROUPS

EXAMPLES = 20

WHAT = ("new", "filled", "here", "again", "twice", "unclear", "no-base", "refused")
"""What becomes of a row: a new pupil; one who is here, of whom or of whose time at the school something is added; one
who is here with all of it that may be taken; the same row a second time; two rows of one pupil that differ; not sure
whose it is; of a school that is no base here; not right."""

OF_GROUPS = ("added", "changed", "same", "left_out", "left_alone")
"""What becomes of a group of a pupil: written anew, changed, held already, values left out with a code, left as a
school or a person here has told it."""

_WHY = {
    "filled": "This pupil is here already; what is not held yet is added.",
    "here": "This pupil is here already, with all of the row that may be taken.",
    "unclear": words_of(WhyNot.SAME_FOUR).why,
}
_NO_BASE = "This school is no base here."
_AGAIN = "The very same row stands in the file before; it counts once."


_NEW = Recognised(b"", None, NEW)


class Told(NamedTuple):
    """A row of which something is to be said; nothing of it is a child's data."""

    line: int
    la: str
    school: str
    what: str
    """One of `WHAT`."""
    column: str
    why: str


@dataclass(slots=True)
class Trial:
    """What a first load would do: with the whole file, or with one school's rows."""

    rows: int = 0
    pupils: Counter[str] = field(default_factory=Counter)
    """Rows by what becomes of them."""
    at_two_schools: int = 0
    """Of those who are filled: pupils who come at another school of the same file first."""
    groups: Counter[tuple[int, str]] = field(default_factory=Counter)
    """Pupils, for values left out the values, by a group's number and what becomes of it."""
    bases: dict[int, Counter[str]] = field(default_factory=dict)
    """Rows by a base's number and what becomes of them."""
    without_base: Counter[tuple[str, str]] = field(default_factory=Counter)
    told: list[Told] = field(default_factory=list)
    examples: list[dict[str, Any]] = field(default_factory=list)

    def add(self, base: Base, part: "Trial") -> None:
        """Add what becomes of one school's rows."""
        self.pupils += part.pupils
        self.at_two_schools += part.at_two_schools
        self.groups += part.groups
        self.bases[base.pk] = part.pupils
        self.told += part.told
        self.examples += part.examples[: EXAMPLES - len(self.examples)]

    def as_json(self) -> dict[str, Any]:
        """All but `told`."""
        groups = {
            group.name: {what: count for what in OF_GROUPS if (count := self.groups[group.number, what])}
            for group in PUPIL_GROUPS
        }
        return {
            "rows": self.rows,
            "pupils": _some(self.pupils),
            "at_two_schools": self.at_two_schools,
            "groups": {name: numbers for name, numbers in groups.items() if numbers},
            "bases": [{"base": base, **_some(counts)} for base, counts in self.bases.items()],
            "without_base": [[la, school, rows] for (la, school), rows in sorted(self.without_base.items())],
            "examples": self.examples,
        }


def try_out(first: FirstLoad, found: Sorted, ruling: Ruling, on_progress: Callable[[int, int], None]) -> Trial:
    """Find out what loading would do now. Nothing is written, and `first` need not be saved.

    `on_progress` is told how many pupils of how many were looked at. Who comes at a second school of the file is known
    here by UPN, or by name, birth and sex; by its other signs only when it is loaded.
    """
    refused = len({fault.line for fault in found.faults})
    trial = Trial(found.rows + refused, Counter({"refused": refused, "no-base": len(found.without_base)}))
    trial.without_base = Counter((pupil.la, pupil.school) for pupil in found.without_base)
    trial.told = [Told(fault.line, "", "", "refused", fault.column, fault.sentence) for fault in found.faults]
    trial.told += [Told(pupil.line, pupil.la, pupil.school, "no-base", "", _NO_BASE) for pupil in found.without_base]
    bases = Base.objects.in_bulk(list(found.documents))
    met: set[int] = set()
    done = 0
    for number, document in found.documents.items():
        base = bases[number]
        while True:
            try:
                trial.add(base, _of_one_school(first, base, document, ruling, met, done, found.rows, on_progress))
            except ChangedMeanwhile:
                continue
            break
        done += len(document.lines)
        for entry in document.judge(None):
            met.update(_signs(keys_of(entry.record)))
    trial.told.sort()
    return trial


def _of_one_school(
    first: FirstLoad,
    base: Base,
    document: RowsDocument,
    ruling: Ruling,
    met: set[int],
    done: int,
    rows: int,
    on_progress: Callable[[int, int], None],
) -> Trial:
    part = Trial()
    this = Import(base=base, source_name=first.name, source_key=first.sha256, full=False, first_load=first)
    applying = Applying(this, ruling.rules, job=0, newest_pupil=0)
    without_shortcut = replace(ruling, shortcut=False)
    hidden = _Hidden()

    def progress(number: int) -> None:
        on_progress(done + number, rows)

    def tell(number: int, what: str, why: str) -> None:
        part.pupils[what] += 1
        part.told.append(Told(document.lines[number - 1], base.la, base.number, what, "", why))

    with Aside() as aside:
        who = recognise(this, document, without_shortcut, job=0, aside=aside, on_progress=progress)
        for number in set(range(1, len(document.lines) + 1)) - who.to_do.keys() - who.not_taken.keys():
            tell(number, "again", _AGAIN)
        entries = iter(aside)
        while read := list(islice(entries, AT_ONCE)):
            numbers, portion = [], []
            for number, incoming in read:
                why, whose = who.not_taken.get(number), who.to_do.get(number)
                if why is not WhyNot.TWICE and hidden.has(whose, incoming):
                    whose = _NEW
                if whose is not None:
                    numbers.append(number)
                    portion.append(Work(whose, incoming))
                elif why is not None:
                    tell(number, "twice" if why is WhyNot.TWICE else "unclear", words_of(why).why)
            with transaction.atomic():
                cases = applying.decide(portion)
            for number, case in zip(numbers, cases, strict=True):
                what, is_second = _what(case, met)
                if what == "new":
                    part.pupils[what] += 1
                else:
                    tell(number, what, _WHY[what])
                part.at_two_schools += is_second
                if what == "unclear":
                    continue
                _count_groups(part, case)
                if len(part.examples) < EXAMPLES:
                    part.examples.append(_example(document.lines[number - 1], base, case, what))
    return part


class _Hidden:
    """The restricted pupils, of whom a trial tells nobody, whoever reads it: their rows are as those of new pupils.

    Else any child's row would tell whether it is a pupil who is hidden. Loading writes nothing to them.
    """

    def __init__(self) -> None:
        self._held = restricted_held()
        self._numbers = {one.pupil for one in self._held}

    def has(self, whose: Recognised | None, incoming: Incoming) -> bool:
        """Whether a row is one of theirs, or might be."""
        if not self._held:
            return False
        is_one = whose is not None and whose.pupil in self._numbers
        return is_one or may_be_any(keys_of_incoming(incoming), self._held)


def _what(case: Case, met: set[int]) -> tuple[str, bool]:
    """What becomes of a pupil, and whether it comes at another school of the file first."""
    if case.is_new:
        keys = keys_of_incoming(case.incoming)
        signs = _signs(keys)
        if not met.intersection(signs):
            return "new", False
        is_sure = signs[0] in met or not keys.upn or is_temporary(keys.upn)
        return ("filled", True) if is_sure else ("unclear", False)
    return ("filled" if case.decisions.writes or case.holding.enrolment is None else "here"), False


def _signs(keys: MatchKeys) -> list[int]:
    """What two rows of one pupil have in common, the UPN first; of names only all four together."""
    signs = [hash(("upn", keys.upn))] if keys.upn else []
    if keys.family and keys.given and keys.born and keys.sex:
        signs.append(hash((keys.family, keys.given, keys.born, keys.sex)))
    return signs


def _count_groups(part: Trial, case: Case) -> None:
    decisions = case.decisions
    left_alone = {*decisions.yielded, *(one.group for one in decisions.conflicts)}
    for what, groups in (
        ("added", [write.group for write in decisions.writes if write.is_new]),
        ("changed", [write.group for write in decisions.writes if not write.is_new]),
        ("same", decisions.same),
        ("left_out", [one.group for one in decisions.left_out]),
        ("left_alone", left_alone),
    ):
        part.groups.update((group.number, what) for group in groups)


def _example(line: int, base: Base, case: Case, what: str) -> dict[str, Any]:
    """A pupil to look at; `pupil` is the number of one who is held, so that it is shown to who may see it only."""
    columns = pupil_columns(case.incoming.payloads)
    return {
        "line": line,
        "base": base.pk,
        "name": f"{columns['forename']} {columns['surname']}",
        "born": str(columns["born"] or ""),
        "what": what,
        "pupil": case.whose.pupil,
        "groups": _labels(write.group for write in case.decisions.writes),
    }


def _labels(groups: Iterable[DataGroup]) -> list[str]:
    return [group.label for group in sorted(groups, key=lambda group: group.number)]


def _some(counts: Counter[str]) -> dict[str, int]:
    return {what: counts[what] for what in WHAT if counts[what]}
