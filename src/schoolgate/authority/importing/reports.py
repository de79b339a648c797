"""What of schools' files was not taken, or waits for a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from schoolgate.authority.bases.models import Base
from schoolgate.authority.bases.reports import Report, Scope, report, school_columns
from schoolgate.authority.importing.models import Conflict, Unmatched
from schoolgate.authority.importing.refusal_words import words_of
from schoolgate.authority.importing.refused_values import item_label, sent
from schoolgate.authority.records.groups.registry import group_numbered
from schoolgate.authority.records.models import Refusal
from schoolgate.commons.web.charts import Bar, bars
from schoolgate.commons.web.tables import AllGood, Column

MOST_SCHOOLS = 10


class Age(NamedTuple):
    """How long something waits: from `first` days on, for less than `past`; None: without end."""

    words: str
    first: int
    past: int | None


AGES = (
    Age("less than 2 days", 0, 2),
    Age("2 to 6 days", 2, 7),
    Age("7 to 27 days", 7, 28),
    Age("28 days and more", 28, None),
)


@report
class RejectedValues(Report):
    """Values that stand refused, child by child, for the school that is to correct them."""

    name = "rejected-values"
    title = "Rejected values"
    question = "Which values of a school's files were not taken, and why?"
    noun = ("value", "values")
    empty = AllGood("Nothing stands rejected.")
    about_pupils = names_children = True

    def columns(self) -> list[Column]:
        return [
            *school_columns("base__"),
            Column("pupil__surname", "Surname", sort="pupil__surname_key", link=_pupil_page),
            Column("pupil__forename", "Forename", sort="pupil__forename_key"),
            Column("item", "Item", value=lambda row: item_label(row.group, row.item)),
            Column(
                "value_text", "Sent", kind="long", sort="", value=lambda row: sent(row.group, row.item, row.value_text)
            ),
            Column("code", "Why", kind="long", value=lambda row: words_of(row.code).why),
            Column("since", "Since", kind="time"),
        ]

    def rows(self, scope: Scope) -> QuerySet[Refusal]:
        return self._standing(scope).select_related("base", "pupil").order_by("-id")

    def picture(self, scope: Scope) -> SafeString:
        return _by_school("Rejected values, the schools with most", self._standing(scope), "values")

    def _standing(self, scope: Scope) -> QuerySet[Refusal]:
        return scope.of(Refusal.objects.unrestricted().pupils(), "since")


@report
class UnmatchedPupils(Report):
    """Incoming pupils who wait for a person, the longest first."""

    name = "unmatched"
    title = "Unmatched pupils"
    question = "Which pupils of a school's files match nobody for sure, and since when do they wait?"
    noun = ("pupil", "pupils")
    empty = AllGood("Every pupil is matched.")
    about_pupils = names_children = True

    def columns(self) -> list[Column]:
        return [
            *school_columns("base__"),
            Column("surname", "Surname", sort="surname_key"),
            Column("forename", "Forename"),
            Column("born", "Date of birth", kind="date"),
            Column("upn", "UPN", kind="code"),
            Column("year_group", "Year"),
            Column("why", "Why", kind="long", value=lambda row: words_of(row.why).why),
            Column("since", "Since", kind="time"),
            Column("days", "Days", kind="number", sort="", value=lambda row: _days(row.since)),
        ]

    def rows(self, scope: Scope) -> QuerySet[Unmatched]:
        return self._waiting(scope).select_related("base").order_by("since", "id")

    def picture(self, scope: Scope) -> SafeString:
        return _by_school("Unmatched pupils, the schools with most", self._waiting(scope), "pupils")

    def _waiting(self, scope: Scope) -> QuerySet[Unmatched]:
        return scope.of(Unmatched.objects.unrestricted().pupils().filter(held_back=Unmatched.HeldBack.NO), "since")


@dataclass(frozen=True)
class Pile:
    """The open conflicts of one school in one data group."""

    base: Base
    group: str
    open: int
    pupils: int
    since: datetime
    days: int


@report
class OpenConflicts(Report):
    """How many conflicts wait, by school and data group, and how long."""

    name = "open-conflicts"
    title = "Open conflicts"
    question = "How many conflicts wait for a person, of which school and data group, and for how long?"
    noun = ("school and data group", "schools and data groups")
    empty = AllGood("No conflict is open.")
    about_pupils = True

    def columns(self) -> list[Column]:
        return [
            *school_columns("base__"),
            Column("group", "Data group"),
            Column("open", "Open", kind="number"),
            Column("pupils", "Pupils", kind="number"),
            Column("since", "Oldest", kind="time"),
            Column("days", "Days", kind="number"),
        ]

    def rows(self, scope: Scope) -> list[Pile]:
        counted = self._open(scope).order_by().values("base", "group")
        found = list(counted.annotate(open=Count("pk"), pupils=Count("pupil", distinct=True), oldest=Min("since")))
        schools = Base.objects.in_bulk({one["base"] for one in found})
        piles = [
            Pile(
                schools[one["base"]],
                group_numbered(one["group"]).label,
                one["open"],
                one["pupils"],
                one["oldest"],
                _days(one["oldest"]),
            )
            for one in found
        ]
        return sorted(piles, key=lambda pile: (pile.since, pile.base.name, pile.group))

    def picture(self, scope: Scope) -> SafeString:
        now = timezone.now()
        counts = {f"age{place}": Count("pk", filter=_age(now, age)) for place, age in enumerate(AGES)}
        found = self._open(scope).order_by().aggregate(**counts)
        if not any(found.values()):
            return SafeString("")
        drawn = [Bar(age.words, found[name]) for name, age in zip(counts, AGES, strict=True)]
        return bars("Open conflicts by how long they wait", drawn, unit="conflicts")

    def _open(self, scope: Scope) -> QuerySet[Conflict]:
        return scope.of(Conflict.objects.unrestricted().pupils().open(), "since")


def _age(now: datetime, age: Age) -> Q:
    """Waiting for so long, to the hour."""
    old = Q(since__lte=now - timedelta(days=age.first)) if age.first else Q()
    return old & Q(since__gt=now - timedelta(days=age.past)) if age.past else old


def _by_school(title: str, rows: QuerySet[Any], unit: str) -> SafeString:
    """The schools with most rows; nothing where it is one school's."""
    most = list(rows.order_by().values("base").annotate(number=Count("pk")).order_by("-number", "base")[:MOST_SCHOOLS])
    schools = Base.objects.in_bulk({one["base"] for one in most})
    drawn = [Bar(schools[one["base"]].name, one["number"]) for one in most]
    return bars(title, drawn, unit=unit) if len(drawn) > 1 else SafeString("")


def _pupil_page(row: Refusal) -> str:
    return reverse("pupil", args=[row.pupil_id]) + f"?group={group_numbered(row.group).name}"


def _days(since: datetime) -> int:
    return (timezone.now() - since).days
