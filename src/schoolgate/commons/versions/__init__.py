"""Which programs have brought this database up to date, so that an older one leaves it alone."""
