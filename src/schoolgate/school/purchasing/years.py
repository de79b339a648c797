"""The financial year that pages and documents go by."""

from django.utils import timezone

from schoolgate.school.purchasing.models import FinancialYear


class YearRefused(Exception):
    """Nothing can be done in this year; the message is a sentence for the person who asked."""


def current_year() -> FinancialYear | None:
    """The open year that today lies in, else the newest open one; None before the first is set up."""
    today = timezone.localdate()
    its_day = FinancialYear.objects.open().filter(first_day__lte=today, last_day__gte=today).first()
    found: FinancialYear | None = its_day or FinancialYear.objects.open().order_by("-first_day").first()
    return found


def require_open(year: FinancialYear) -> None:
    """Raise YearRefused for a year that is closed. Holds its row, so that nobody closes it meanwhile."""
    if FinancialYear.objects.select_for_update(no_key=True).filter(pk=year.pk, closed_at=None).first() is None:
        raise YearRefused(f"The financial year {year.name} is closed.")
