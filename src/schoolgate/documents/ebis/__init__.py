"""eBIS-XML 3.09: orders, invoices and credit notes between schools' finance systems and their suppliers.

Names of elements, codes and rules are those of the e-procurement reference, whose sections are named where they are
used. Amounts are Decimal, never float.
"""
