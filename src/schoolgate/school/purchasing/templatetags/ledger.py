"""What every page of the ledger has in its header."""

from django import template

from schoolgate.school.purchasing.models import FinancialYear
from schoolgate.school.purchasing.years import current_year

register = template.Library()


@register.simple_tag
def financial_year() -> FinancialYear | None:
    """The year that the ledger is in."""
    return current_year()
