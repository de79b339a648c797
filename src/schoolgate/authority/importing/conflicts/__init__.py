"""Values that differ from what is held, and people who decide on them (reference 9.6)."""
