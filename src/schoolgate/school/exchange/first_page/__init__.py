"""What the first page tells: one module a kind of line, one function a line (SCREENS 5.1, "Today")."""
