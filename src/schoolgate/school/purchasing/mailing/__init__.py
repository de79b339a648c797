"""Content orders and orders by e-mail, for suppliers who still do that; it is not recommended (seed)."""
