"""Personnel files: members of staff, read by the machinery of `documents.students` (ADR 024)."""
