"""The code sets of the student files: one CSV a set, read by ``code_sets``.

Columns: ``code``, ``label``, ``first_year`` and ``last_year`` (academic years by the year in which they begin; empty is
no bound known), ``source`` (``public``, ``unchecked``: as generally known, ``inferred``: ours, mostly a year that no
source gives). Some sets have ``historic`` (out of use, legal in histories) and ``group`` (what the code counts as).
"""
