"""Financial years: which one pages and documents go by, and new ones."""

from datetime import date, timedelta

from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing import changing
from schoolgate.school.purchasing.changing import SetUpRefused, coding_changed
from schoolgate.school.purchasing.models import FinancialYear

LOOKED_AT = "financial-year"
"""Where a person's session keeps the year that they chose to look at."""

_ADDING_LOCK = 820_431_009
"""Held on PostgreSQL while a year is added: of two at once, neither would see that the other overlaps."""


LONGEST = timedelta(days=2 * 366)
"""A first year may be some months longer. One that was typed wrong would be in the way of all that follow, for good."""


class YearRefused(SetUpRefused):
    """Nothing can be done in this year; the message is a sentence for the person who asked."""


def current_year() -> FinancialYear | None:
    """The open year that today lies in, else the newest open one; None before the first is set up."""
    today = timezone.localdate()
    its_day = FinancialYear.objects.open().filter(first_day__lte=today, last_day__gte=today).first()
    found: FinancialYear | None = its_day or FinancialYear.objects.open().order_by("-first_day").first()
    return found


def looked_at(request: HttpRequest) -> FinancialYear | None:
    """The year whose lists a person looks at: the one they chose, else the current one."""
    chosen = request.session.get(LOOKED_AT)
    found: FinancialYear | None = FinancialYear.objects.filter(pk=chosen).first() if chosen else None
    return found or current_year()


def look_at(request: HttpRequest, year: FinancialYear) -> None:
    """Have a person look at this year; the current one is looked at by who chose none."""
    if year == current_year():
        request.session.pop(LOOKED_AT, None)
    else:
        request.session[LOOKED_AT] = year.pk


def require_open(year: FinancialYear) -> None:
    """Raise YearRefused for a year that is closed. Holds its row, so that nobody closes it meanwhile."""
    if FinancialYear.objects.select_for_update(no_key=True).filter(pk=year.pk, closed_at=None).first() is None:
        raise YearRefused(f"The financial year {year.name} is closed.")


def add(
    name: str, first_day: date, last_day: date, *, by: User | None, request: HttpRequest | None = None
) -> FinancialYear:
    """Add a financial year, both days included.

    Raises YearRefused: called as another, days that another has, or more than two years.
    """
    name = name.strip()
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ADDING_LOCK])
        if last_day <= first_day:
            raise YearRefused({"last_day": "The last day must be after the first."})
        if last_day - first_day > LONGEST:
            raise YearRefused({"last_day": "These are more than two years: look at both days again."})
        if FinancialYear.objects.filter(name__iexact=name).exists():
            raise YearRefused({"name": f"There is a financial year {name} already."})
        overlapping = FinancialYear.objects.filter(first_day__lte=last_day, last_day__gte=first_day).first()
        if overlapping is not None:
            days = f"{overlapping.first_day:%d %b %Y} to {overlapping.last_day:%d %b %Y}"
            raise YearRefused({"first_day": f"The year {overlapping} has some of these days: it is {days}."})
        year = FinancialYear()
        values = {"name": name, "first_day": first_day, "last_day": last_day}
        changing.save(year, values, what="financial year", by=by, request=request)
        coding_changed.send(sender=FinancialYear, year=year)
    return year


def year_before(year: FinancialYear) -> FinancialYear | None:
    """The year before this one, whose structures it may take."""
    found: FinancialYear | None = FinancialYear.objects.filter(first_day__lt=year.first_day).first()
    return found
