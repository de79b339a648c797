"""Incoming pupils who match nobody for sure, and the people who say who they are (reference 9.4)."""
