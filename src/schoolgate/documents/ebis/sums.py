"""Totals of an order or invoice that are not the sums they must be, by the rules of reference 6.

A sum may be a penny out for each line it is of, since lines are rounded. What a document does not state is not checked.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from schoolgate.documents.ebis.arithmetic import is_near, plain, pounds, tax_pence
from schoolgate.documents.ebis.figures import Children, Figures, LineFigures
from schoolgate.documents.ebis.findings import Finding
from schoolgate.documents.ebis.money import NOTHING

_CHARGES = ("FreightCharges", "MiscCharges")


class _Sums:
    """The amounts of one element, OrderTotal or a TaxSubTotal, held to what they must be."""

    def __init__(self, figures: Figures, among: Children) -> None:
        self.figures = figures
        self.among = among
        self.pence = max(1, len(figures.lines))

    def __getitem__(self, name: str) -> Decimal | None:
        return self.figures.number(self.among, name)

    def check(self, name: str, of: str, *reckoned: Decimal | None, pence: int = 0) -> Iterator[Finding]:
        """One of ``reckoned`` must be what ``name`` states; ``of`` says in words of what it is reckoned."""
        stated, known = self[name], [one for one in reckoned if one is not None]
        if stated is not None and known and not any(is_near(stated, one, pence or self.pence) for one in known):
            message = f"{name} is {plain(stated)}, but {of} {pounds(known[0])}."
            yield Finding("sum-differs", message, self.among[self.figures.namespace + name])


def order_findings(figures: Figures) -> Iterator[Finding]:
    """GoodsValue is the sum of price x quantity, GrossValue everything; sub totals as an invoice's."""
    sums, lines = _Sums(figures, figures.total), figures.lines
    nets = _sum(line.net for line in lines)
    by_price = _sum(_by_price(line) for line in lines if line.stated_price is not None or line.amount is not None)
    # Where lines have discounts, some state what is left.
    yield from sums.check("GoodsValue", "the lines make", by_price, nets)
    charges = _charges(sums)
    if not charges:
        yield from sums.check("TaxTotal", "the lines’ taxes make", _sum(line.tax for line in lines))
    if not _has_discounts(figures):
        bases = [_plus(goods, charges) for goods in (sums["GoodsValue"], nets)]
        tax = sums["TaxTotal"]
        yield from sums.check("GrossValue", "goods, charges and tax make", *(_plus(base, tax) for base in bases))
    yield from _rates(figures)


def invoice_findings(figures: Figures) -> Iterator[Finding]:
    """Counts of lines and rates, sums by rate, totals."""
    sums = _Sums(figures, figures.total)
    for name, there in (("NumberOfLines", len(figures.lines)), ("NumberOfTaxRates", len(figures.sub_totals))):
        stated = sums[name]
        if stated is not None and stated != there:
            message = f"{name} is {plain(stated)}, but there are {there}."
            yield Finding("count-differs", message, figures.total[figures.namespace + name])
    yield from _rates(figures)
    value, taxable, tax = (sums[name] for name in ("LineValueTotal", "TaxableTotal", "TaxTotal"))
    charges = _charges(sums)
    less = _less(value, sums["SettlementDiscountTotal"])
    taxes = _sum(_Sums(figures, sub_total)["TaxAtRate"] for sub_total in figures.sub_totals)
    nets = None if _has_discounts(figures) else _sum(line.net for line in figures.lines)
    for name, of, reckoned in (
        ("LineValueTotal", "the lines make", nets),
        ("TaxableTotal", "LineValueTotal less SettlementDiscountTotal is", less),
        ("TaxTotal", "the taxes by rate make", taxes),
        ("GrossPaymentTotal", "LineValueTotal and TaxTotal make", _plus(value, tax)),
        ("NetPaymentTotal", "TaxableTotal and TaxTotal make", _plus(taxable, tax)),
    ):
        # Some add charges to a total, some make them a line of their own.
        yield from sums.check(name, of, reckoned, _plus(reckoned, charges))


def _rates(figures: Figures) -> Iterator[Finding]:
    """One TaxSubTotal for each rate, whose figures are sums of the lines at that rate."""
    at_rate: dict[tuple[str, Decimal], list[LineFigures]] = defaultdict(list)
    for line in figures.lines if figures.sub_totals else ():
        if line.rate is not None and line.rate_at is not None:
            at_rate[(line.rate_at.get("Code") or "").strip(), line.rate].append(line)
    are_sums_of_lines = (
        all(line.rate is not None and not line.is_mixed for line in figures.lines)
        and not _charges(_Sums(figures, figures.total))
        and not _has_discounts(figures)
    )
    met = set()
    for sub_total in figures.sub_totals:
        sums = _Sums(figures, sub_total)
        value, taxable, tax = (sums[name] for name in ("TotalValueAtRate", "TaxableValueAtRate", "TaxAtRate"))
        rate_at, rate = sub_total.get(f"{figures.namespace}TaxRate"), sums["TaxRate"]
        if rate_at is not None and rate is not None:
            key = ((rate_at.get("Code") or "").strip(), rate)
            if key in met:
                yield Finding("tax-rate-twice", f"There are two sub totals for tax at {plain(rate)} %.", rate_at)
            met.add(key)
            if are_sums_of_lines:
                nets = _sum(line.net for line in at_rate.get(key, ()))
                yield from sums.check("TotalValueAtRate", "the lines at that rate make", nets)
            if taxable is not None:
                of, pence = f"{plain(rate)} % of {plain(taxable)} is", tax_pence(figures.lines)
                yield from sums.check("TaxAtRate", of, taxable * rate / 100, pence=pence)
        less = _less(value, sums["SettlementDiscountAtRate"])
        yield from sums.check("TaxableValueAtRate", "TotalValueAtRate less SettlementDiscountAtRate is", less)
        yield from sums.check("GrossPaymentAtRate", "TotalValueAtRate and TaxAtRate make", _plus(value, tax))
        yield from sums.check("NetPaymentAtRate", "TaxableValueAtRate and TaxAtRate make", _plus(taxable, tax))


def _by_price(line: LineFigures) -> Decimal | None:
    return None if line.amount is None or line.price is None else line.amount * line.price


def _charges(sums: _Sums) -> Decimal:
    return sum((sums[name] or NOTHING for name in _CHARGES), NOTHING)


def _has_discounts(figures: Figures) -> bool:
    """Whether something is taken off the document as a whole."""
    return any(figures.namespace + name in figures.children for name in ("PercentDiscount", "AmountDiscount"))


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """None when one is not stated, or there are none."""
    known = list(amounts)
    stated = [amount for amount in known if amount is not None]
    return sum(stated, NOTHING) if stated and len(stated) == len(known) else None


def _plus(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other


def _less(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None else one - (other or NOTHING)
