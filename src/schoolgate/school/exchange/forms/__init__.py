"""The forms of the school's pages, one module a screen."""
