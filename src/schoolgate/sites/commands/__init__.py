"""The command line, one module a subject (DESIGN 11)."""
