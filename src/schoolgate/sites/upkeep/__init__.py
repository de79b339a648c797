"""Keeping a site well for years: what the doctor finds, and what a support bundle tells of it."""
