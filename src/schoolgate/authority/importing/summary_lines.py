"""What waits for people, in the daily summary: pupils nobody knows, and values that differ."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from schoolgate.authority.importing.models import Conflict, Unmatched
from schoolgate.authority.importing.models.unmatched import UnmatchedQuerySet
from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.summary import Line, page, summary_line


@summary_line
def _unmatched(reader: User, since: datetime) -> Line | None:
    return _line(_waiting(reader).pupils(), "pupil is unmatched", "pupils are unmatched", page("unmatched"))


@summary_line
def _unmatched_staff(reader: User, since: datetime) -> Line | None:
    waiting = _waiting(reader).staff()
    return _line(waiting, "member of staff is unmatched", "members of staff are unmatched", page("unmatched"))


def _waiting(reader: User) -> UnmatchedQuerySet:
    return Unmatched.objects.visible_to(reader).filter(held_back=Unmatched.HeldBack.NO)


@summary_line
def _conflicts(reader: User, since: datetime) -> Line | None:
    waiting = Conflict.objects.visible_to(reader).open()
    return _line(waiting, "conflict is open", "conflicts are open", page("conflicts"))


def _line(waiting: QuerySet[Any], one: str, many: str, address: str) -> Line | None:
    found = waiting.order_by().aggregate(number=Count("pk"), oldest=Min("since"))
    if not found["number"]:
        return None
    days = (timezone.now() - found["oldest"]).days
    age = "" if days < 1 else f", the oldest for {days:,} day{'' if days == 1 else 's'}"
    return Line(f"{found['number']:,} {one if found['number'] == 1 else many}{age}.", address)
