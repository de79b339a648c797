"""By which an order that came by e-mail is known: account number and XML reference number, both (reference 9.1; seed).

DUNS numbers may lack there, and must be right where they are sent. All else is asked as of a basket from a web service.
The same table for people is docs/school-office/by-email.md.
"""

from collections.abc import Iterator

from schoolgate.documents.problems import quoted
from schoolgate.school.purchasing.baskets import Basket, Refused
from schoolgate.school.purchasing.head_rules import Found
from schoolgate.school.purchasing.ledger import Ledger
from schoolgate.school.purchasing.rules import ASK, GIVEN, INFERRED, OURS, SUPPLIERS, Rule
from schoolgate.school.purchasing.rules import RULES as OF_ALL

REFERENCE = "Supplier/SupplierReferences/BuyersCodeForSupplier"
ACCOUNT = "Buyer/BuyerReferences/SuppliersCodeForBuyer"


def reference_missing(basket: Basket, _: Ledger) -> Iterator[Found]:
    if not basket.order.supplier.code:
        at = basket.place(*REFERENCE.split("/"))
        said = "By e-mail an order names its supplier by your XML reference number for it, and this one has none."
        expected = "the XML reference number of one of your suppliers"
        yield Refused("mail-reference-missing", said, expected=expected, path=at.path, line=at.line)


def reference_unknown(basket: Basket, ledger: Ledger) -> Iterator[Found]:
    theirs = basket.order.supplier.code
    if theirs and ledger.supplier is None:
        at = basket.place(*REFERENCE.split("/"))
        named = f" It calls itself {quoted(basket.order.supplier.name[:80])}." if basket.order.supplier.name else ""
        said = f"No supplier of yours has the XML reference number {quoted(theirs[:40])}.{named}"
        expected = "the XML reference number of one of your suppliers"
        yield Refused("mail-reference-unknown", said, theirs, expected, at.path, at.line)


def supplier_closed(basket: Basket, ledger: Ledger) -> Iterator[Found]:
    if ledger.supplier is not None and not ledger.supplier.open:
        at = basket.place(*REFERENCE.split("/"))
        said = f"{ledger.supplier.name} is closed: nothing is ordered there any more."
        yield Refused("supplier-closed", said, at.text, "an open supplier", at.path, at.line)


def account_number(basket: Basket, ledger: Ledger) -> Iterator[Found]:
    theirs, ours = basket.order.buyer.code, ledger.supplier.account_number if ledger.supplier else ""
    at = basket.place(*ACCOUNT.split("/"))
    if not theirs:
        said = "By e-mail an order names your school by the supplier’s account number for it, and this one has none."
        expected = ours or "your account number at the supplier"
        yield Refused("mail-account-missing", said, expected=expected, path=at.path, line=at.line)
    elif theirs.casefold() != ours.casefold():
        here = f"on the supplier’s page here it is {quoted(ours)}" if ours else "the supplier’s page here has none"
        said = f"The account number in the document is {quoted(theirs[:40])}; {here}."
        yield Refused("mail-account-number", said, theirs, ours or "an account number", at.path, at.line)


def supplier_duns(basket: Basket, ledger: Ledger) -> Iterator[Found]:
    theirs, ours = basket.order.supplier.duns, ledger.supplier.duns if ledger.supplier else ""
    if theirs and not ours:
        yield f"The document has the supplier’s DUNS {quoted(theirs[:40])}; the supplier’s page here has none."
    elif theirs and theirs != ours:
        at = basket.place("Supplier", "SupplierReferences", "DUNS")
        said = f"The supplier’s DUNS in the document is {quoted(theirs[:40])}; on its page here it is {ours}."
        yield Refused("mail-supplier-duns", said, theirs, ours, at.path, at.line)


_NUMBERS = "Find out which number is right. Correct it on the supplier’s page and try again, or ask the supplier to."

HANDSHAKE: tuple[Rule[Basket], ...] = (
    Rule("mail-reference-missing", REFERENCE, GIVEN, "It is there.", ASK, reference_missing),
    Rule(
        "mail-reference-unknown",
        REFERENCE,
        GIVEN,
        "A supplier of the ledger has this XML reference number.",
        "If you buy there, add the supplier, or enter the number on its page; then try again. Else keep it out.",
        reference_unknown,
        page=("purchasing-add-supplier", "Add the supplier"),
    ),
    Rule(
        "supplier-closed",
        REFERENCE,
        OURS,
        "That supplier is open.",
        "Open the supplier again on its page and try again, or keep the document out.",
        supplier_closed,
        page=SUPPLIERS,
    ),
    Rule("mail-account-missing", ACCOUNT, GIVEN, "It is there.", ASK),
    Rule(
        "mail-account-number",
        ACCOUNT,
        GIVEN,
        "It is the account number that the ledger has for the supplier.",
        _NUMBERS,
        account_number,
        page=SUPPLIERS,
    ),
    Rule(
        "mail-supplier-duns",
        "Supplier/SupplierReferences/DUNS",
        INFERRED,
        "If it is sent, it is the one that the ledger has for the supplier.",
        _NUMBERS,
        supplier_duns,
        page=SUPPLIERS,
    ),
)
"""What is asked of an order by e-mail instead of `BY_SERVICE`."""

BY_SERVICE = frozenset(
    {
        "supplier-duns-missing",
        "supplier-unknown",
        "supplier-closed",
        "buyer-duns-missing",
        "xml-reference-number",
        "account-number",
    }
)
"""The codes of the handshake by DUNS, which is for what comes by web service."""

RULES = (*HANDSHAKE, *(rule for rule in OF_ALL if rule.code not in BY_SERVICE))
"""All rules of an order by e-mail, in the order in which they are asked."""


def rule_of(code: str) -> Rule[Basket] | None:
    """The rule of this code, as of an order by e-mail."""
    return next((rule for rule in RULES if rule.code == code), None)
