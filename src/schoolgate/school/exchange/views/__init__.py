"""The school's pages, in the office's words."""
