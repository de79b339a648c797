"""Attainment of schools with SIMS 7, from files in a folder of its own (reference student-personnel 9.2, 9.6)."""
