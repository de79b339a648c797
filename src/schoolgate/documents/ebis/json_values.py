"""Reading JSON from a supplier's program: every fault at once, each with code, place, sentence and what to do.

Numbers may be JSON numbers or text. Read JSON with ``json.loads(text, parse_float=Decimal)``: a float is refused here,
since it no longer is what was sent.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from schoolgate.documents.ebis.elements import can_be_written
from schoolgate.documents.ebis.money import MOST_DIGITS, number_text, places_of, to_decimal
from schoolgate.documents.problems import LIMIT

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEARS = range(2000, 2100)
_WHOLE = "Finance systems take whole numbers only: sell packs, or round."


@dataclass(frozen=True, slots=True)
class JsonProblem:
    """One fault: ``code`` is stable and kebab-case, ``path`` is as programs write it, ``lines[0].quantity``.

    No text of the document is quoted, since it may be a person's name; numbers are.
    """

    code: str
    path: str
    message: str
    remedy: str = ""


class JsonRefused(Exception):
    """A JSON document is not taken; ``problems`` are its faults, the first ``LIMIT`` of them."""

    def __init__(self, problems: list[JsonProblem]) -> None:
        """Speak in the first one's words."""
        super().__init__(f"{problems[0].path}: {problems[0].message}")
        self.problems = problems


class JsonObject:
    """A JSON object whose values are read one by one; faults gather in ``problems``, and reading goes on."""

    def __init__(self, value: object, known: Collection[str], *, path: str = "", problems: list[JsonProblem]) -> None:
        """``known`` are the names there may be: a misspelt one would else be left out in silence."""
        self._values: dict[str, Any] = {}
        self._path = path
        self._problems = problems
        if not isinstance(value, dict):
            self.refuse("", "not-an-object", "is not a JSON object.")
            return
        self._values = {name: given for name, given in value.items() if given is not None}
        for name in self._values:
            if name not in known:
                self.refuse(str(name)[:40], "unknown-field", "is not known.", f"Known are {', '.join(known)}.")

    def __contains__(self, name: str) -> bool:
        """Whether a value other than null is given."""
        return name in self._values

    def text(self, name: str, longest: int, *, default: str = "", required: bool = False) -> str:
        """Read text without blanks around, of at most ``longest`` characters; ``default`` when absent or empty."""
        given = self._values.get(name, "")
        if not isinstance(given, str):
            self.refuse(name, "not-text", "is not text.", "Put it in quotation marks.")
            return default
        text = given.strip()
        if not text:
            if required:
                self._missing(name)
            return default
        if len(text) > longest:
            self.refuse(name, "too-long", f"has {len(text):,} characters; at most {longest:,} are taken.")
        elif not can_be_written(text):
            self.refuse(name, "character-not-allowed", "has a control character, which XML cannot carry.")
        return text

    def texts(self, name: str, longest: int, most: int) -> tuple[str, ...]:
        """Read a list of at most ``most`` texts."""
        given = self._values.get(name, [])
        if not isinstance(given, list) or not all(isinstance(text, str) for text in given):
            self.refuse(name, "not-a-list", "is not a list of texts.")
            return ()
        if len(given) > most:
            self.refuse(name, "too-many", f"has {len(given):,} entries; at most {most} are taken.")
            return ()
        row = JsonObject(
            {f"[{place}]": text for place, text in enumerate(given)},
            [f"[{place}]" for place in range(most)],
            path=self._place(name),
            problems=self._problems,
        )
        return tuple(filter(None, (row.text(f"[{place}]", longest) for place in range(len(given)))))

    def choice(self, name: str, allowed: Collection[str], code: str, *, default: str = "") -> str:
        """Read one of ``allowed``; ``code`` is the fault's when it is another. Without a default it must be there."""
        text = self.text(name, 100, default=default, required=not default)
        if text and text not in allowed:
            self.refuse(name, code, "is none that is taken.", f"Taken are {', '.join(allowed)}.")
            return default
        return text

    def number(
        self, name: str, *, most: Decimal, places: int, least: Decimal = Decimal(0), default: Decimal | None = None
    ) -> Decimal:
        """Read a number from ``least`` to ``most`` with at most ``places`` decimal places.

        Without a default it must be there. A number that is refused counts as 0.
        """
        given = self._values.get(name)
        if given is None or given == "":
            if default is None:
                self._missing(name)
            return default or Decimal(0)
        number = _to_number(given)
        if number is None:
            self.refuse(name, "not-a-number", "is not a number.", "Write it as 4.55.")
        elif places_of(number) > places:
            if places:
                words = f"has more than {places} decimal places: {number_text(number)}."
                self.refuse(name, "too-many-decimals", words, f"Round it to {places}: finance systems take no more.")
            else:
                words = f"is not a whole number: {number_text(number)}."
                self.refuse(name, f"{name}-not-whole", words, _WHOLE)
        elif number < least:
            self.refuse(name, "too-small", f"is {number_text(number)}; the least is {number_text(least)}.")
        elif number > most:
            self.refuse(name, "too-large", f"is {number_text(number)}; the most is {number_text(most)}.")
        else:
            return number
        return Decimal(0)

    def day(self, name: str) -> date | None:
        """Read a date YYYY-MM-DD; None when absent."""
        text = self.text(name, 100)
        if not text:
            return None
        try:
            day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
        except ValueError:
            day = None
        if day is None:
            self.refuse(name, "not-a-date", "is not a date.", "Write it as YYYY-MM-DD.")
        elif day.year not in _YEARS:
            self.refuse(name, "not-a-date", f"is of the year {day.year}.", "Write the year in four digits.")
        else:
            return day
        return None

    def object(self, name: str, known: Collection[str]) -> "JsonObject":
        """Read an object within; an empty one when absent."""
        return JsonObject(self._values.get(name, {}), known, path=self._place(name), problems=self._problems)

    def objects(self, name: str, known: Collection[str], most: int) -> "list[JsonObject]":
        """Read a list of one to ``most`` objects; [] when it is refused."""
        given = self._values.get(name, [])
        if not isinstance(given, list):
            self.refuse(name, "not-a-list", "is not a list.")
            return []
        if not given:
            self._missing(name)
        if len(given) > most:
            self.refuse(name, "too-many", f"has {len(given):,} entries; at most {most:,} are taken.")
            return []
        return [
            JsonObject(one, known, path=f"{self._place(name)}[{place}]", problems=self._problems)
            for place, one in enumerate(given)
        ]

    def refuse(self, name: str, code: str, says: str, remedy: str = "") -> None:
        """Add a fault of the value called ``name`` ("" for the object itself), while there is room."""
        if len(self._problems) == LIMIT:
            return
        place = self._place(name)
        self._problems.append(JsonProblem(code, place, f"{place or 'The document'} {says}", remedy))

    def _missing(self, name: str) -> None:
        self.refuse(name, "missing", "is missing.")

    def _place(self, name: str) -> str:
        joint = "." if self._path and name and not name.startswith("[") else ""
        return f"{self._path}{joint}{name}"


def _to_number(given: object) -> Decimal | None:
    if isinstance(given, bool) or not isinstance(given, int | str | Decimal):
        return None
    try:
        if isinstance(given, Decimal):
            # A JSON number may have an exponent, which text may not; 1E+999999999 would fill the memory with zeros.
            return to_decimal(f"{given:f}") if given.is_finite() and abs(given.adjusted()) < MOST_DIGITS else None
        return to_decimal(str(given).strip())
    except ValueError:
        return None
