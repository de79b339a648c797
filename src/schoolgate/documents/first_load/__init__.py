"""Pupils as another system held them, to be loaded before the first file of a school comes (issue 4, "First load")."""
