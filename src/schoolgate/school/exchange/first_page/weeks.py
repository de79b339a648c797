"""The strip of the last weeks: what arrived in each, and what went wrong."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, Count, QuerySet, Value, When
from django.utils import timezone

from schoolgate.commons.web.charts import Mark
from schoolgate.school.exchange.models import HeldBackFile, State, Transfer
from schoolgate.school.exchange.scheduling import runs

WEEKS = 12


def last_weeks(today: date) -> list[Mark]:
    """The last weeks, oldest first. Of each, the worst is its state and all of it its text.

    A file that needs attention, or is held back, counts in the week in which it was found, and no more once it is
    cured; `late` is a week in which a run of the schedule was missed.
    """
    monday = today - timedelta(days=today.weekday())
    begins = [monday - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    attention = _each_week(Transfer.objects.filter(state=State.NEEDS_ATTENTION), "found_at", begins)
    rejected = _each_week(Transfer.objects.filter(state=State.REJECTED), "received_at", begins)
    held_back = _each_week(HeldBackFile.objects.all(), "since", begins)
    late = _each_week(runs().filter(missed__gt=0), "due_at", begins)
    received = _each_week(Transfer.objects.all(), "received_at", begins)
    marks = []
    for week, begin in enumerate(begins):
        told = [
            ("needs attention", _many(attention[week], "needs attention", "need attention")),
            ("held back", _many(held_back[week], "held back", "held back")),
            ("rejected", _many(rejected[week], "not accepted", "not accepted")),
            ("late", "a run was missed" if late[week] else ""),
            ("received", _many(received[week], "received", "received")),
        ]
        found = [(state, text) for state, text in told if text] or [("none", "nothing sent")]
        texts = ", ".join(text for _, text in reversed(found))
        marks.append(Mark(f"{begin:%a} {begin.day} {begin:%b}", found[0][0], texts))
    return marks


def _each_week(rows: QuerySet[Any], when: str, begins: Sequence[date]) -> list[int]:
    """How many rows of each week, from Monday to Sunday in London; one query."""
    ends = [_midnight(begin + timedelta(weeks=1)) for begin in begins]
    week = Case(*(When(**{f"{when}__lt": end}, then=Value(number)) for number, end in enumerate(ends)))
    within = rows.order_by().filter(**{f"{when}__gte": _midnight(begins[0]), f"{when}__lt": ends[-1]})
    counts = dict(within.annotate(week=week).values_list("week").annotate(Count("pk")))
    return [counts.get(number, 0) for number in range(len(begins))]


def _many(number: int, one: str, more: str) -> str:
    return "" if not number else f"1 file {one}" if number == 1 else f"{number:,} files {more}"


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001  made aware, in London
