"""Reads the matching set: made-up pupils in families of cases, each with the answer a careful officer gives and why.

A file is a family. It begins with a heading; ``Held`` opens a scene with the pupils held, by nickname; then cases::

    The sister's number
      sent  Hartley, Beth; 2014-03-12; F; upn=B820204518001
      with  no guids                         settings other than usual
      is    several amy beth
      near  amy beth                         near misses in their order; not looked at if left out
      why   A sentence.

A pupil is ``Family, Given; born; sex`` and what else there is: ``upn guid pref former middle pref-family
former-family former-upn``, and ``inactive`` where it is held. ``&#x308;`` stands for a sign that an editor would hide.
"""

import html
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from schoolgate.authority.importing.matching.keys import MatchKeys, keys_of
from schoolgate.authority.importing.matching.rules import (
    Held,
    Inactive,
    Match,
    MatchResult,
    MatchSettings,
    NoMatch,
    Several,
)

FOLDER = Path(__file__).parent / "matching_set"
TODAY = date(2026, 11, 25)

_IN_BASIC_DETAILS = {
    "pref": "PreferredForename",
    "former": "FormerForename",
    "middle": "MiddleNames",
    "pref-family": "PreferredSurname",
    "former-family": "FormerSurname",
    "former-upn": "FormerUPN",
}


@dataclass
class Case:
    """One incoming pupil against those held, with the expected answer."""

    family: str
    title: str
    held: dict[str, Held]
    parts: dict[str, str] = field(default_factory=dict)

    @property
    def sent(self) -> MatchKeys:
        return _keys(self.parts["sent"])

    @property
    def settings(self) -> MatchSettings:
        settings = MatchSettings()
        match self.parts.get("with", "").split():
            case []:
                pass
            case ["no", "guids"]:
                settings = replace(settings, guid_match=False)
            case ["only", "active"]:
                settings = replace(settings, only_active=True)
            case ["oldest", age]:
                settings = replace(settings, oldest_unmatched=None if age == "none" else int(age))
            case other:
                raise ValueError(f"{self.title}: with {other}")
        return settings

    def name_of(self, pupil: int) -> str:
        return next(name for name, held in self.held.items() if held.pupil == pupil)

    def spoken(self, result: MatchResult) -> str:
        """The answer as the set writes it."""
        match result:
            case Match(pupil, rule, others):
                return f"{self.name_of(pupil)} by {rule}" + self._also("same upn", others)
            case Inactive(pupil, rule):
                return f"inactive {self.name_of(pupil)} by {rule}"
            case Several(pupils):
                return " ".join(["several", *map(self.name_of, pupils)])
            case NoMatch(too_old, guids, upns, fours):
                answer = "none, too old" if too_old else "none"
                return (
                    answer
                    + self._also("same guid", guids)
                    + self._also("same upn", upns)
                    + self._also("same four", fours)
                )

    def _also(self, words: str, pupils: tuple[int, ...]) -> str:
        return f", {words} {' '.join(map(self.name_of, pupils))}" if pupils else ""


def cases() -> Iterator[Case]:
    """Walk all cases, family by family."""
    for path in sorted(FOLDER.glob("*.txt")):
        yield from _family(path)


def _family(path: Path) -> Iterator[Case]:
    held: dict[str, Held] = {}
    case: Case | None = None
    heading, *lines = path.read_text("utf-8").splitlines()
    assert heading.endswith("."), path
    for line in filter(str.strip, lines):
        if not line.startswith(" "):
            if case:
                yield case
            case = None if line == "Held" else Case(path.stem, line, held)
            if line == "Held":
                held = {}
        elif case is None:
            name, text = line.split(maxsplit=1)
            assert name not in held, f"{path.name}: {name} twice"
            held[name] = Held(len(held) + 1, _keys(text), active="inactive" not in _fields(text)[1])
        else:
            key, text = line.split(maxsplit=1)
            assert key in {"sent", "with", "is", "near", "why"}, f"{path.name}: {key}"
            assert key not in case.parts, f"{path.name}, {case.title}: {key} twice"
            case.parts[key] = text
    if case:
        yield case


def _fields(text: str) -> tuple[list[str], dict[str, str]]:
    """Names, birth and sex; and what else there is by name."""
    parts = [part.strip() for part in f"{text} ".split("; ")]
    return parts[:3], {name: value for name, _, value in (part.partition("=") for part in parts[3:] if part)}


def _keys(text: str) -> MatchKeys:
    """Through a document's record, held ones as well: what is held once came in."""
    (names, born, sex), extra = _fields(html.unescape(text))
    family, _, given = names.partition(",")
    record: dict[str, Any] = {"Surname": family.strip(), "Forename": given.strip(), "DOB": born, "Sex": sex}
    if "upn" in extra:
        record["UPN"] = extra["upn"]
    details = {element: extra[name] for name, element in _IN_BASIC_DETAILS.items() if name in extra}
    record["BasicDetails"] = details
    if "guid" in extra:
        record["SuppInfo"] = {"GUID": extra["guid"].split(",")}
    unknown = extra.keys() - _IN_BASIC_DETAILS.keys() - {"upn", "guid", "inactive"}
    assert not unknown, unknown
    return keys_of(record)
