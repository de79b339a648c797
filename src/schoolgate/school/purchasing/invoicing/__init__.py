"""Invoices and credit notes: from a document or by hand to the postings of the finance system (reference 9.3)."""
