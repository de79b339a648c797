"""Backups of a site: making them, what became of them, and what people are told."""
