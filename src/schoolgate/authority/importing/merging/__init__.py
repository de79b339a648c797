"""Two held pupils who are one child become one (issue 4, "merge duplicates"; reference 9.4)."""
