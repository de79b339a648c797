"""The authority's own list of addresses, and whether an incoming one stands in it (reference 9.5)."""
