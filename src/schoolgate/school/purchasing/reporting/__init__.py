"""What the ledger tells as a whole: commitments, spending against budgets, what is due, and prices compared."""
