"""How post and packing is coded: as the supplier's is, else as the establishment's (issue 8).

Both are kept once and hold in every year, since they are looked up by their three codes: in a year that took over
another's structures a charge is coded to the new link, and spends the new budget.
"""

from schoolgate.school.purchasing.chart import link_in
from schoolgate.school.purchasing.coding import Coded, NotCoded
from schoolgate.school.purchasing.establishment import POST_AND_PACKING
from schoolgate.school.purchasing.models import FinancialYear, Supplier


def code_post_and_packing(supplier: Supplier, year: FinancialYear) -> Coded | NotCoded:
    """The open coding that a year has for post and packing of a supplier, and why it is this one."""
    own = str(supplier.post_and_packing) if supplier.post_and_packing else ""
    establishments = POST_AND_PACKING.get()
    missing: list[str] = []
    for three, whose in ((own, f"{supplier}’s"), (establishments, "the establishment’s")):
        coding = link_in(year, three) if three else None
        if coding is not None:
            why = " ".join([f"Post and packing is coded as {whose}.", *missing])
            return Coded(coding, why)
        if three:
            missing.append(f"{whose[:1].upper()}{whose[1:]} is {three}, which is not linked and open in {year}.")
    return NotCoded(" ".join(missing) or f"Neither {supplier} nor the establishment has a coding of post and packing.")
