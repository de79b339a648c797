"""The web service that school finance systems call suppliers by: both ends of it (reference 2 and 13)."""
