"""Schoolgate: moves documents between schools, local authorities and suppliers, and proves that they arrived."""

__version__ = "0.1.0"
