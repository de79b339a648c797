"""What the ledger tells as a whole: commitments, spending against budgets, what is due, and prices compared."""

# Each report makes itself known by being imported, in the order in which they are listed.
from schoolgate.school.purchasing.reporting import (  # noqa: F401, I001
    commitments,
    spending,
    outstanding,
    not_matched,
    vat_by_month,
)
from schoolgate.school.purchasing.reporting.report import REPORTS, Report, Scope

__all__ = ["REPORTS", "Report", "Scope"]
