"""Stand-ins for vendors' clouds, for demonstrations and tests. What of them is inferred is a switch, and says so."""
