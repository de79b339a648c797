"""A document or order as people read it: its lines and totals, and what its checks say."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import cast

from schoolgate.documents.ebis.checking import Checked, check_document
from schoolgate.documents.ebis.heading import Kind as EbisKind
from schoolgate.documents.ebis.invoices import Invoice, read_invoice
from schoolgate.documents.ebis.lines import Line
from schoolgate.documents.ebis.orders import Order, read_order
from schoolgate.documents.problems import DocumentError, Problem
from schoolgate.supplier.models import Buyer, Kind, Supplier

LINES_SHOWN = 500
"""More stand in the files to download only, so that a page stays one that a browser can show."""


@dataclass(frozen=True)
class Check:
    """One check: its name, how it went (`all right`, `note` or `refused`), that in words, and what it found."""

    name: str
    state: str
    words: str
    problems: Sequence[Problem]


@dataclass(frozen=True)
class Paper:
    """What stands in an XML document; `content` is None, and `unreadable` says why, where it cannot be read."""

    kind: Kind
    content: Order | Invoice | None
    checked: Checked
    unreadable: str = ""

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.content.lines[:LINES_SHOWN] if self.content else ()

    @property
    def lines_left_out(self) -> int:
        return max(0, len(self.content.lines) - LINES_SHOWN) if self.content else 0

    @cached_property
    def totals(self) -> list[tuple[str, Decimal]]:
        """What the document itself says that it comes to, without what it does not say."""
        if isinstance(self.content, Order):
            sums = self.content.totals
            named = [("Goods, without VAT", sums.goods), ("Freight", sums.freight), ("Charges", sums.charges)]
            named += [("VAT", sums.tax), ("Total", sums.gross)]
        elif isinstance(self.content, Invoice):
            to_pay = self.content.totals
            named = [("Lines, without VAT", to_pay.value), ("Freight", to_pay.freight), ("Charges", to_pay.charges)]
            named += [("Settlement discount", to_pay.settlement_discount), ("VAT", to_pay.tax), ("Total", to_pay.gross)]
        else:
            named = []
        return [(name, amount) for name, amount in named if amount is not None]

    @property
    def checks(self) -> list[Check]:
        """What was looked at, and what of it is not as it should be."""
        checked, sums = self.checked, self.checked.checksum
        if sums.matches:
            told = f"{sums.stated} stated, {sums.reckoned} worked out"
        elif sums.stated is None:
            told = "none stated" if sums.reckoned is None else f"none stated, {sums.reckoned} worked out"
        else:
            told = f"{sums.stated} stated, {'nothing' if sums.reckoned is None else sums.reckoned} worked out"
        return [
            _check("Schema (eBIS-XML 3.09)", checked.schema),
            _check("Checksum", [sums.problem] if sums.problem else [], told),
            _check("Values and sums", checked.invalid),
            _check("DUNS numbers", checked.duns),
            _check("UK Gov profile and finance systems", checked.profile),
        ]

    @property
    def has_codes(self) -> bool:
        """Whether a line has a cost centre or a ledger code."""
        return any(line.cost_centre or line.ledger_code for line in self.lines)


def read_paper(kind: str, xml: str, supplier: Supplier, buyer: Buyer) -> Paper:
    """Read and check a document for a page. What cannot be read is told, not raised."""
    checked = check_document(xml, cast("EbisKind", kind), supplier_duns=supplier.duns, buyer_duns=buyer.duns)
    try:
        read = read_order if kind in {Kind.ORDER, Kind.QUOTE} else read_invoice
        return Paper(Kind(kind), read(xml), checked)
    except DocumentError as error:
        return Paper(Kind(kind), None, checked, unreadable=error.message)


def _check(name: str, problems: Sequence[Problem], told: str = "") -> Check:
    refused = any(problem.severity == "refusal" for problem in problems)
    state = "refused" if refused else "note" if problems else "all right"
    count = len(problems)
    words = told or ("" if not count else "one finding" if count == 1 else f"{count:,} findings")
    return Check(name, state, words, problems)
