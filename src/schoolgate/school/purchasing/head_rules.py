"""Rules on the head of a basket: from whom and for whom it is, in what language and currency, and as it was made."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Protocol

from schoolgate.documents.ebis.checksum import checksum_matches
from schoolgate.documents.ebis.heads import checksum_of
from schoolgate.documents.ebis.lines import Line
from schoolgate.documents.ebis.money import NOTHING
from schoolgate.documents.ebis.orders import Order
from schoolgate.documents.ebis.parties import Party
from schoolgate.documents.problems import quoted
from schoolgate.school.purchasing.baskets import Basket, Place, Refused
from schoolgate.school.purchasing.ledger import Ledger

Found = Refused | str
"""What a rule finds: why the document waits, or a note."""


class Sent(Protocol):
    """What the handshake is asked of: a basket, an invoice or a credit note."""

    @property
    def supplier(self) -> Party: ...

    @property
    def buyer(self) -> Party: ...

    def place(self, *names: str) -> Place: ...


def supplier_duns_missing(document: Sent, _: Ledger) -> Iterator[Found]:
    if not document.supplier.duns:
        at = document.place("Supplier", "SupplierReferences", "DUNS")
        yield Refused(
            "supplier-duns-missing",
            "The document does not say which supplier it is from: the supplier’s DUNS is missing.",
            expected="the DUNS of one of your suppliers",
            path=at.path,
            line=at.line,
        )


def supplier_unknown(document: Sent, ledger: Ledger) -> Iterator[Found]:
    if ledger.supplier is None and document.supplier.duns:
        at = document.place("Supplier", "SupplierReferences", "DUNS")
        name = f" It calls itself {quoted(document.supplier.name[:80])}." if document.supplier.name else ""
        yield Refused(
            "supplier-unknown",
            f"No supplier of yours has the DUNS {quoted(at.text[:40])}.{name}",
            found=at.text,
            expected="the DUNS of one of your suppliers",
            path=at.path,
            line=at.line,
        )


def supplier_closed(document: Sent, ledger: Ledger) -> Iterator[Found]:
    if ledger.supplier is not None and not ledger.supplier.open:
        at = document.place("Supplier", "SupplierReferences", "DUNS")
        yield Refused(
            "supplier-closed",
            f"{ledger.supplier.name} is closed: nothing is ordered there any more.",
            found=at.text,
            expected="an open supplier",
            path=at.path,
            line=at.line,
        )


def buyer_duns_missing(document: Sent, ledger: Ledger) -> Iterator[Found]:
    if document.buyer.duns:
        return
    if ledger.buyer_duns_may_lack:
        yield "The document does not say for which school it is: see that it is yours before you authorise it."
        return
    at = document.place("Buyer", "BuyerReferences", "DUNS")
    yield Refused(
        "buyer-duns-missing",
        "The document does not say for which school it is: the school’s DUNS is missing.",
        expected=ledger.duns or "your school’s DUNS",
        path=at.path,
        line=at.line,
    )


def buyer_duns(document: Sent, ledger: Ledger) -> Iterator[Found]:
    duns = document.buyer.duns
    if duns and duns != ledger.duns:
        at = document.place("Buyer", "BuyerReferences", "DUNS")
        theirs = f"The document is for the school of DUNS {quoted(duns[:40])}"
        yield Refused(
            "buyer-duns",
            f"{theirs}; yours is {ledger.duns}." if ledger.duns else f"{theirs}, and this ledger has no DUNS yet.",
            found=duns,
            expected=ledger.duns or "your school’s DUNS",
            path=at.path,
            line=at.line,
        )


def xml_reference_number(basket: Basket, ledger: Ledger) -> Iterator[Found]:
    ours = ledger.supplier.xml_reference_number if ledger.supplier else ""
    at = basket.place("Supplier", "SupplierReferences", "BuyersCodeForSupplier")
    yield from _old_pair("xml-reference-number", "XML reference number", basket.order.supplier.code, ours, at)


def account_number(basket: Basket, ledger: Ledger) -> Iterator[Found]:
    ours = ledger.supplier.account_number if ledger.supplier else ""
    at = basket.place("Buyer", "BuyerReferences", "SuppliersCodeForBuyer")
    yield from _old_pair("account-number", "account number", basket.order.buyer.code, ours, at)


def _old_pair(rule: str, name: str, theirs: str, ours: str, at: Place) -> Iterator[Found]:
    """One half of the handshake before DUNS: if it is sent too it must not say otherwise."""
    if theirs and not ours:
        yield f"The document has the {name} {quoted(theirs[:40])}; the supplier’s page here has none."
    elif theirs and theirs.casefold() != ours.casefold():
        yield Refused(
            rule,
            f"The {name} in the document is {quoted(theirs[:40])}; on the supplier’s page here it is {quoted(ours)}.",
            found=theirs,
            expected=ours,
            path=at.path,
            line=at.line,
        )


def language(basket: Basket, ledger: Ledger) -> Iterator[Found]:
    theirs = basket.order.language
    if theirs[:2].casefold() != ledger.language[:2].casefold():
        at = basket.place("OrderHead", "Parameters", "Language")
        yield Refused(
            "language",
            f"The document’s language is {quoted(theirs[:40])}; the ledger’s is {ledger.language}."
            if theirs
            else "The document does not say in which language it is.",
            found=theirs,
            expected=ledger.language[:2],
            path=at.path,
            line=at.line,
        )


def currency(basket: Basket, ledger: Ledger) -> Iterator[Found]:
    theirs = basket.order.currency
    if theirs != ledger.currency:
        at = basket.place("OrderHead", "OrderCurrency", "Currency", "@Code")
        yield Refused(
            "currency",
            f"The document’s currency is {quoted(theirs[:40])}; the ledger’s is {ledger.currency}."
            if theirs
            else "The document does not say in which currency its amounts are.",
            found=theirs,
            expected=ledger.currency,
            path=at.path,
            line=at.line,
        )


def checksum(basket: Basket, _: Ledger) -> Iterator[Found]:
    """Required before 3.10, which dropped it (reference 3, 8); off by one is rounding."""
    order, at = basket.order, basket.place("OrderHead", "Checksum")
    if not at.text and order.version.startswith("3.10"):
        yield "The document is of eBIS-XML 3.10, which has no checksum to show whether it was changed on the way."
        return
    right = _reckoned(order)
    expected = "" if right is None else str(right)
    if not at.text:
        said = "The document has no checksum."
    elif right is None:
        said = "The checksum cannot be verified, since the document has no date that can be read."
    elif order.checksum is not None and checksum_matches(order.checksum, right):
        return
    else:
        changed = "the document was changed, or reckoned wrongly"
        said = f"The checksum is {quoted(at.text[:40])}, but {right} is right: {changed}."
    yield Refused("checksum", said, found=at.text, expected=expected, path=at.path, line=at.line)


def _reckoned(order: Order) -> int | None:
    """By all lines, those too that are left out. Where there is no GoodsValue the lines stand for it (8)."""
    if order.date is None:
        return None
    goods = order.totals.goods
    if goods is None:
        goods = sum((_goods_of(line) for line in order.lines), NOTHING)
    return checksum_of(order.date, order.lines, goods)


def _goods_of(line: Line) -> Decimal:
    return (line.quantity or NOTHING) * (line.unit_price or NOTHING) if line.net is None else line.net
