"""What the attendance codes of schools' systems mean here (reference mis-apis.md 8, rule 8).

A code of the statutory list means itself, one of which the school's system says the statutory code means that; all
others mean nothing until a person says what (`quarantine.map_code`): marks of them are held back, never guessed.
"""

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models import CodeMeaning
from schoolgate.documents.codes.code_sets import NO_MARK, academic_year_of, attendance_marks, code_set
from schoolgate.wire.mis.connector import VendorCode

UNKNOWN_CODE = "unknown-code"
"""Code of a held back mark: nobody has said what the school's code means."""
CODE_NOT_OF_YEAR = "code-not-of-year"
"""Code of a held back mark: what its code means could not be used in the year of its day."""

_FIRST_YEAR = 1900
"""A mark of a day before is a slip, for which there is no register."""

WHY = {
    UNKNOWN_CODE: "Nobody has said yet what this attendance code of the school means.",
    CODE_NOT_OF_YEAR: "What this attendance code means could not be used in the year of this mark.",
}


def default_meaning(raw: str, statutory: str = "") -> str:
    """The statutory code that a school's code means by itself; empty for none."""
    return next((code for code in (raw, statutory) if code_set("attendance").is_known(code)), "")


class Meanings:
    """The codes of one base's system, read at once."""

    def __init__(self, connector: str, base: Base) -> None:
        self.connector = connector
        self.base = base
        self._means: dict[str, str] = {}
        self._met: set[str] = set()
        self._said_elsewhere: set[str] = set()
        self.read()

    def read(self) -> None:
        """Read what people have said of the codes by now."""
        of_connector = CodeMeaning.objects.filter(connector=self.connector)
        found = of_connector.filter(base=self.base) | of_connector.filter(base=None)
        # Those of the base itself come last, and count.
        for one in sorted(found, key=lambda one: one.base_id is not None):
            self._means[one.raw] = one.means
            if one.base_id is None and one.changed_at is None:
                # No person, but the system of the school that used it first.
                self._said_elsewhere.add(one.raw)
            else:
                self._said_elsewhere.discard(one.raw)

    def learn(self, codes: Iterable[VendorCode]) -> None:
        """Keep codes that are new, and what their system says of them; what people said of them stays.

        Where this school's system says otherwise than that of the school that used a code first, it is this school's
        own: two schools may make up the same code for two things.
        """
        listed = {one.code: one for one in codes if one.code}
        rows = [
            CodeMeaning(
                connector=self.connector,
                base=self.base if one.code in self._means else None,
                raw=one.code[:20],
                description=one.description[:200],
                statutory=one.statutory[:5],
                means=means,
            )
            for one in listed.values()
            for means in [default_meaning(one.code, one.statutory)]
            if one.code not in self._means
            or (one.code in self._said_elsewhere and means not in {"", self._means[one.code]})
        ]
        CodeMeaning.objects.bulk_create(rows, ignore_conflicts=True)
        CodeMeaning.objects.filter(connector=self.connector, base=None, raw__in=list(listed)).update(
            last_at=timezone.now()
        )
        self._means.update({row.raw: row.means for row in rows})

    def keep_met(self) -> None:
        """Keep the codes that were on marks and in no list, so that somebody may say what they mean."""
        met, self._met = self._met, set()
        rows = (
            CodeMeaning(connector=self.connector, raw=code[:20], means=default_meaning(code)) for code in sorted(met)
        )
        CodeMeaning.objects.bulk_create(rows, ignore_conflicts=True)

    def mark(self, code: str, day: date) -> str:
        """The one character that a register has for a school's code; empty where it means nothing, or not then."""
        if code not in self._means:
            self._means[code] = default_meaning(code)
            self._met.add(code)
        means = self._means[code]
        year = academic_year_of(day.year, day.month)
        usable = attendance_marks(year) - {NO_MARK} if year >= _FIRST_YEAR else frozenset()
        return means[0] if means and means[0] in usable else ""

    def why_not(self, code: str) -> str:
        """Why `mark` gave nothing: the code of a held back mark."""
        return CODE_NOT_OF_YEAR if self._means.get(code) else UNKNOWN_CODE
