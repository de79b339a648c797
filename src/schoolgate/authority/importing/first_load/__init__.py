"""The first load: pupils that another system held, before the first file of a school comes (issue 4)."""
