"""A search for pupils or staff, kept in the session of who asked: what was typed is of a person, and in no address.

The address has a key that means something in that session only, until it ends. So paging, the back button, two
searches in two windows and a bookmark of this morning work, without a script.
"""

import secrets
from collections.abc import MutableMapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from django.db.models import QuerySet

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.models import Enrolment, Pupil
from schoolgate.authority.records.roll import on_roll
from schoolgate.authority.records.searching import among
from schoolgate.authority.records.subjects import PUPIL, Subject

ROLLS = {"on-roll": "On roll", "leavers": "Leavers", "all": "On roll and leavers"}
KEPT = 30
"""So many searches of a session are kept, the newest."""

_IN_SESSION = "pupil-searches"


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody asked for: a text, a school (its key), a year group (a code) and a key of `ROLLS`.

    `subject` says whom for; empty: for pupils and staff alike.
    """

    text: str = ""
    base: int | None = None
    year: str = ""
    roll: str = "on-roll"
    subject: Subject | Literal[""] = PUPIL

    def people(self, user: Any) -> QuerySet[Pupil]:
        """Those who fit all of it, by name, as far as this user may know of them.

        On roll and leavers are those of the school, where one is chosen; else of all schools.
        """
        everybody: QuerySet[Pupil] = Pupil.people.visible_to(user)
        if self.subject:
            everybody = everybody.filter(kind=self.subject)
        found = among(everybody, self.text) if self.text else everybody
        if self.roll != "all" and not self.base:
            found = found.filter(active=self.roll == "on-roll")
        enrolments = self._enrolments()
        return found if enrolments is None else found.filter(pk__in=enrolments.values("pupil"))

    def _enrolments(self) -> QuerySet[Enrolment] | None:
        """The enrolments of which one must be the pupil's; None where none need be."""
        if not (self.base or self.year):
            return None
        fitting = Enrolment.objects.all()
        if self.base:
            fitting = fitting.filter(base=self.base)
        if self.year:
            fitting = fitting.filter(year_group=self.year)
        if self.roll == "on-roll":
            return fitting.filter(on_roll())
        return fitting.exclude(on_roll()) if self.roll == "leavers" and self.base else fitting

    @property
    def words(self) -> str:
        """All of it in words, for the audit."""
        base = Base.objects.filter(pk=self.base).first() if self.base else None
        parts = [f"“{self.text}”" if self.text else "", str(base or ""), f"year group {self.year}" if self.year else ""]
        return ", ".join(part for part in (*parts, ROLLS[self.roll].lower()) if part)


def keep(session: MutableMapping[str, Any], search: Search) -> str:
    """Keep a search in the session; returns its key."""
    key = secrets.token_urlsafe(6)
    kept = {**session.get(_IN_SESSION, {}), key: asdict(search)}
    session[_IN_SESSION] = dict(list(kept.items())[-KEPT:])
    return key


def newest(session: MutableMapping[str, Any], subject: Subject = PUPIL) -> str:
    """The key of the session's last search for pupils, or for staff; empty when it has none."""
    searches: dict[str, dict[str, Any]] = session.get(_IN_SESSION, {})
    return next((key for key in reversed(searches) if searches[key].get("subject", PUPIL) == subject), "")


def kept(session: MutableMapping[str, Any], key: str) -> Search | None:
    """The search with this key; None when the session has none."""
    values = session.get(_IN_SESSION, {}).get(key)
    return Search(**values) if values else None
