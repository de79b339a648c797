"""What a content order must fulfil to become an order, and nothing else (reference 9.1).

Each rule is a function of a basket and the ledger that finds refusals, by which the document waits, and notes, which
stand beside it. `RULES` is the whole of them in the order in which they are asked; the first refusal decides. The same
table for people is docs/reference/content-orders.md.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from schoolgate.school.purchasing import head_rules, line_rules
from schoolgate.school.purchasing.baskets import MOST_NOTES, UNREADABLE, Basket, Refused
from schoolgate.school.purchasing.head_rules import Found
from schoolgate.school.purchasing.ledger import Ledger

NO_YEAR, NO_CODING, VAT_RATE = "no-year", "no-coding", "vat-rate"

GIVEN, INFERRED, OURS = "given", "inferred", "ours"

ASK = "Ask the supplier to correct it and to send the basket again."
SUPPLIERS, ESTABLISHMENT = ("purchasing-suppliers", "Suppliers"), ("establishment", "Establishment details")
KEEP_OUT = "If the basket is not for you, keep it out and tell the supplier."


SentT = TypeVar("SentT")


@dataclass(frozen=True, slots=True)
class Rule(Generic[SentT]):
    """A rule. `row` is the place in the document that it is on, as reference 9 has it; `demands` says what must hold.

    `basis` is how sure it is that schools' finance systems ask the same: GIVEN in the published document, INFERRED from
    it, or OURS, what this ledger needs. `next` says what a person does about a document that waits by it, and `page` is
    the address and the name of where that is done, if here. Rules without a function are asked where they arise: at
    reading, and at coding.
    """

    code: str
    row: str
    basis: str
    demands: str
    next: str
    ask: Callable[[SentT, Ledger], Iterator[Found]] | None = None
    page: tuple[str, str] | None = None


RULES: tuple[Rule[Basket], ...] = (
    Rule(
        UNREADABLE,
        "the document",
        OURS,
        "It is XML, and its root is Order.",
        "Ask the supplier to send the basket again.",
    ),
    Rule(
        "supplier-duns-missing",
        "Supplier/SupplierReferences/DUNS",
        GIVEN,
        "It is there.",
        ASK,
        head_rules.supplier_duns_missing,
    ),
    Rule(
        "supplier-unknown",
        "Supplier/SupplierReferences/DUNS",
        GIVEN,
        "A supplier of the ledger has this DUNS.",
        "If you buy there, add the supplier, or enter its DUNS on its page; then try again. Else keep it out.",
        head_rules.supplier_unknown,
        page=("purchasing-add-supplier", "Add the supplier"),
    ),
    Rule(
        "supplier-closed",
        "Supplier/SupplierReferences/DUNS",
        OURS,
        "That supplier is open.",
        "Open the supplier again on its page and try again, or keep the document out.",
        head_rules.supplier_closed,
        page=SUPPLIERS,
    ),
    Rule(
        "buyer-duns-missing",
        "Buyer/BuyerReferences/DUNS",
        GIVEN,
        "It is there, unless the establishment takes baskets without it; then a note says so.",
        "Ask the supplier to send your DUNS. Establishment details have a setting to take such baskets all the same.",
        head_rules.buyer_duns_missing,
        page=ESTABLISHMENT,
    ),
    Rule(
        "buyer-duns",
        "Buyer/BuyerReferences/DUNS",
        GIVEN,
        "It is the establishment’s.",
        f"{KEEP_OUT} If your DUNS is wrong here, correct it under Establishment details and try again.",
        head_rules.buyer_duns,
        page=ESTABLISHMENT,
    ),
    Rule(
        "xml-reference-number",
        "Supplier/SupplierReferences/BuyersCodeForSupplier",
        INFERRED,
        "If it is sent, it is the XML reference number that the ledger has for the supplier.",
        "Find out which number is right. Correct it on the supplier’s page and try again, or ask the supplier to.",
        head_rules.xml_reference_number,
        page=SUPPLIERS,
    ),
    Rule(
        "account-number",
        "Buyer/BuyerReferences/SuppliersCodeForBuyer",
        INFERRED,
        "If it is sent, it is the account number that the ledger has for the supplier.",
        "Find out which number is right. Correct it on the supplier’s page and try again, or ask the supplier to.",
        head_rules.account_number,
        page=SUPPLIERS,
    ),
    Rule(
        "language",
        "OrderHead/Parameters/Language",
        GIVEN,
        "Its first two letters are those of the ledger’s language, capitals or not.",
        f"{ASK} The ledger’s language stands under Establishment details.",
        head_rules.language,
        page=ESTABLISHMENT,
    ),
    Rule(
        "currency",
        "OrderHead/OrderCurrency/Currency/@Code",
        GIVEN,
        "It is the ledger’s currency.",
        f"{ASK} The ledger’s currency stands under Establishment details.",
        head_rules.currency,
        page=ESTABLISHMENT,
    ),
    Rule(
        "no-line",
        "OrderLine/@Action",
        GIVEN,
        "At least one line has the Action (attribute or element) Original; lines that have not are left out.",
        ASK,
        line_rules.original,
    ),
    Rule(
        "line-number",
        "OrderLine/LineNumber",
        INFERRED,
        "It is from 1 to 9,999, and no two lines have the same; without one a line gets its place.",
        ASK,
        line_rules.line_number,
    ),
    Rule(
        "goods",
        "OrderLine/Product",
        INFERRED,
        "There is a part number (SuppliersProductCode) or a Description.",
        ASK,
        line_rules.goods,
    ),
    Rule(
        "too-long",
        "OrderReferences/SuppliersOrderReference, Buyer/Contact/Name, OrderLine/Product, OrderLine/OrderLineReferences",
        OURS,
        "The ledger has room for it as it is: reference and name have at most 100 characters, a part number 60, "
        "a description 500, a unit 10, a cost centre or ledger code 50.",
        ASK,
        line_rules.length,
    ),
    Rule(
        "quantity",
        "OrderLine/Quantity/Amount",
        GIVEN,
        "It is a whole number from 1 to 999,999: 3 and 3.00 are whole, 2.5 is not.",
        ASK,
        line_rules.quantity,
    ),
    Rule(
        "price",
        "OrderLine/Price/UnitPrice",
        INFERRED,
        "It is from 0 to 999,999.9999, with at most four decimal places; Units, if sent, is a whole number above 0.",
        ASK,
        line_rules.price,
    ),
    Rule(
        "net-total",
        "OrderLine/NetLineTotal",
        OURS,
        "It is what quantity, price and discounts make, or a penny beside: the order has the supplier’s figure. "
        "A line without it costs what they make. No line is below 0, and all make 999,999,999.99 at most.",
        ASK,
        line_rules.net_total,
    ),
    Rule(
        VAT_RATE,
        "OrderLine/LineTax/TaxRate",
        INFERRED,
        "An open VAT code of the ledger has the rate. Of several the Code decides, else the usual one of the rate.",
        "If the rate is right, add a VAT code with it: the basket then comes in by itself. Else ask the supplier.",
        line_rules.vat_rate,
        page=("add-vat-code", "Add a VAT code"),
    ),
    Rule(
        "checksum",
        "OrderHead/Checksum",
        GIVEN,
        "It is the one that is reckoned from the document, or differs by one. Only eBIS-XML 3.10 may have none.",
        "Do not order from it: what you see may not be what was sent. Ask the supplier to send the basket again.",
        head_rules.checksum,
    ),
    Rule(
        NO_YEAR,
        "the ledger",
        OURS,
        "There is an open financial year.",
        "Add the financial year under Set-up; then try again.",
        page=("add-financial-year", "Add a financial year"),
    ),
    Rule(
        NO_CODING,
        "OrderLine/OrderLineReferences",
        GIVEN,
        "A coding template gives each line a fund, ledger code and cost centre that are linked and open.",
        "Make a coding template for it, or a default one: the basket then comes in by itself.",
        page=("add-coding-template", "Add a coding template"),
    ),
)


def judge(basket: Basket, ledger: Ledger, rules: Sequence[Rule[Basket]] = RULES) -> tuple[Refused | None, list[str]]:
    """Ask the rules, up to the first that refuses the basket; with it what is to be told of the basket.

    What one rule tells again and again, of thousands of lines, is told MOST_NOTES times and counted.
    """
    notes: list[str] = []
    for ask in (*(rule.ask for rule in rules if rule.ask), line_rules.told_otherwise):
        told = 0
        for told, found in enumerate(ask(basket, ledger), 1):
            if isinstance(found, Refused):
                return found, [*notes, *basket.notes]
            if told <= MOST_NOTES:
                notes.append(found)
        if told > MOST_NOTES:
            notes.append(f"{told - MOST_NOTES:,} more notes like this one are left out.")
    return None, [*notes, *basket.notes]


def rule_of(code: str) -> Rule[Basket] | None:
    """The rule of this code; None for what documents wait by beside these."""
    return next((rule for rule in RULES if rule.code == code), None)
