"""A base's move from SIMS 7 to SIMS Primary: what it needs, what it does to tasks, and what follows (ADR 020)."""
