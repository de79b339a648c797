"""What a document must fulfil to be booked as an invoice or credit note, and nothing else (reference 9.3).

`RULES` is the whole of them in the order in which they are asked; the first that is broken decides. Those without a
function are asked where they arise: at reading, matching and coding. The same table for people is
docs/reference/invoices.md. What of a booked invoice is other than its order or its own arithmetic is no rule's
business: see `differences`.
"""

from dataclasses import replace

from schoolgate.school.purchasing import head_rules as handshake
from schoolgate.school.purchasing.baskets import UNREADABLE, Refused
from schoolgate.school.purchasing.invoicing import head_rules, line_rules
from schoolgate.school.purchasing.invoicing.head_rules import ALREADY_BOOKED
from schoolgate.school.purchasing.invoicing.reading import Bill
from schoolgate.school.purchasing.ledger import Ledger
from schoolgate.school.purchasing.rules import (
    ESTABLISHMENT,
    GIVEN,
    INFERRED,
    NO_CODING,
    NO_YEAR,
    OURS,
    SUPPLIERS,
    VAT_RATE,
    Rule,
)

NO_ORDER, ORDERS_SEVERAL, ORDER_UNKNOWN, ORDER_STATE = "no-order", "orders-several", "order-unknown", "order-state"
CREDITED, CREDITED_LINE, CREDITED_TOO_MUCH = "credited-invoice", "credited-line", "credited-too-much"
LINE_UNKNOWN = "line-unknown"

TRIED_EACH_ROUND = (ORDER_STATE, CREDITED)
"""What others do cures these: an order goes out, an invoice comes in. So each round tries again what waits by them."""

FOR_ORDER, FOR_INVOICE = (NO_ORDER, ORDER_UNKNOWN), (CREDITED,)
"""Rules of which a person can say here what the document is for."""

ASK = "Ask the supplier to correct it and to send it again."
INVOICES = ("purchase-invoices", "Invoices and credit notes")
SAY_ORDER = "Say below which order it is for, or enter it by hand. If you ordered nothing, ask the supplier."
REFERENCES = "InvoiceReferences/BuyersOrderNumber, InvoiceLine/InvoiceLineReferences/BuyersOrderNumber"
LINE_REFERENCES = "InvoiceLine/InvoiceLineReferences/OrderLineNumber or BuyersOrderLineReference"

RULES: tuple[Rule[Bill], ...] = (
    Rule(UNREADABLE, "the document", OURS, "It is XML, and its root is Invoice.", "Ask the supplier to send it again."),
    Rule(
        "test-flag",
        "InvoiceHead/TestFlag/@Mode, InvoiceHead/TestFlag/Test/@Mode",
        GIVEN,
        "If it is there it is 0 or false.",
        "It is a test: keep it out. If it is meant, ask the supplier to send it without the flag.",
        head_rules.flagged,
    ),
    Rule(
        "schema",
        "the document",
        GIVEN,
        "It is valid by the eBIS-XML 3.09 schema, or 3.10’s. What Extensions hold is left alone.",
        ASK,
        head_rules.schema,
    ),
    Rule("invoice-type", "InvoiceHead/InvoiceType/@Code", GIVEN, "It is INV or CRN.", ASK, head_rules.invoice_type),
    Rule(
        "codelist",
        "InvoiceHead/InvoiceType/@Codelist",
        GIVEN,
        "It is BASDA; without one BASDA is taken, and a note says so.",
        ASK,
        head_rules.codelist,
    ),
    Rule(
        "supplier-duns-missing",
        "Supplier/SupplierReferences/DUNS",
        GIVEN,
        "It is there.",
        ASK,
        handshake.supplier_duns_missing,
    ),
    Rule(
        "supplier-unknown",
        "Supplier/SupplierReferences/DUNS",
        GIVEN,
        "A supplier of the ledger has this DUNS.",
        "If you buy there, add the supplier, or enter its DUNS on its page; then try again. Else keep it out.",
        handshake.supplier_unknown,
        page=("purchasing-add-supplier", "Add the supplier"),
    ),
    Rule(
        "supplier-closed",
        "Supplier/SupplierReferences/DUNS",
        OURS,
        "That supplier is open.",
        "Open the supplier again on its page and try again, or keep the document out.",
        handshake.supplier_closed,
        page=SUPPLIERS,
    ),
    Rule(
        "buyer-duns-missing",
        "Buyer/BuyerReferences/DUNS",
        GIVEN,
        "It is there; no setting does without.",
        ASK,
        lambda bill, ledger: handshake.buyer_duns_missing(bill, replace(ledger, buyer_duns_may_lack=False)),
    ),
    Rule(
        "buyer-duns",
        "Buyer/BuyerReferences/DUNS",
        GIVEN,
        "It is the establishment’s.",
        "If it is for another school, keep it out and tell the supplier. If your DUNS is wrong here, correct it first.",
        handshake.buyer_duns,
        page=ESTABLISHMENT,
    ),
    Rule("number", "InvoiceReferences/SuppliersInvoiceNumber", INFERRED, "It is there.", ASK, head_rules.number),
    Rule(
        ALREADY_BOOKED,
        "InvoiceReferences/SuppliersInvoiceNumber",
        OURS,
        "No invoice, or credit note, of the supplier with this number is in the ledger, by hand or otherwise.",
        "If it is the same, keep this one out. If the one in the ledger is wrong, discard that and try again.",
        head_rules.already_booked,
        page=INVOICES,
    ),
    Rule("date", "InvoiceDate", INFERRED, "It is a date.", ASK, head_rules.dated),
    Rule(
        "currency",
        "InvoiceHead/InvoiceCurrency/Currency/@Code",
        INFERRED,
        "It is the ledger’s currency, in which orders are.",
        f"{ASK} The ledger’s currency stands under Establishment details.",
        head_rules.currency,
        page=ESTABLISHMENT,
    ),
    Rule(
        "total",
        "InvoiceTotal/GrossPaymentTotal",
        GIVEN,
        "It is there, and neither it nor the other totals are below nothing.",
        ASK,
        head_rules.total,
    ),
    Rule("no-line", "InvoiceLine", OURS, "At least one line charges something.", ASK, line_rules.lines),
    Rule(
        "net-total",
        "InvoiceLine/NetLineTotal",
        GIVEN,
        "It is there, and not below nothing: the amounts of a credit note are above nothing, too.",
        ASK,
        line_rules.net_total,
    ),
    Rule(
        "price",
        "InvoiceLine/Price/UnitPrice",
        INFERRED,
        "It is from 0 to 999,999.9999; Units, if sent, is a whole number above 0. Without one the net tells it.",
        ASK,
        line_rules.price,
    ),
    Rule(
        "quantity",
        "InvoiceLine/Quantity/Amount",
        INFERRED,
        "It is from 0 to 999,999 with at most four decimal places. Without one the net divided by the price is whole.",
        ASK,
        line_rules.quantity,
    ),
    Rule(
        VAT_RATE,
        "InvoiceLine/LineTax/TaxRate, TaxSubTotal/TaxRate",
        GIVEN,
        "An open VAT code of the ledger has the rate. Of several the Code decides, else the usual one of the rate.",
        "If the rate is right, add a VAT code with it: the document then comes in by itself. Else ask the supplier.",
        line_rules.vat_rate,
        page=("add-vat-code", "Add a VAT code"),
    ),
    Rule("vat-sum", "TaxSubTotal/TaxAtRate", GIVEN, "It is there, and not below nothing.", ASK, line_rules.vat_sums),
    Rule(
        CREDITED,
        "InvoiceReferences/ResponseTo",
        INFERRED,
        "A credit note names a booked invoice of the supplier; without a name the order has just one.",
        "It comes in by itself once that invoice is booked. Else say below which invoice it credits.",
    ),
    Rule(NO_ORDER, REFERENCES, GIVEN, "An invoice names an order.", SAY_ORDER),
    Rule(
        ORDERS_SEVERAL,
        REFERENCES,
        OURS,
        "All lines are of one order.",
        "Ask the supplier for an invoice an order, or enter it by hand in parts.",
    ),
    Rule(ORDER_UNKNOWN, REFERENCES, GIVEN, "That order is one of yours, to this supplier.", SAY_ORDER),
    Rule(
        ORDER_STATE,
        REFERENCES,
        OURS,
        "That order went to its supplier, and was not cancelled.",
        "If the order is right, send it: the invoice then comes in by itself. Else ask the supplier.",
        page=("purchasing-orders", "Orders"),
    ),
    Rule(
        LINE_UNKNOWN,
        LINE_REFERENCES,
        GIVEN,
        "The order has a line of that number. A line without a reference is post and packing.",
        f"Compare it with the order. {ASK} Or enter it by hand.",
        page=("purchasing-orders", "Orders"),
    ),
    Rule(
        CREDITED_LINE,
        LINE_REFERENCES,
        GIVEN,
        "The credited invoice has a line for that line of the order, or one of post and packing.",
        f"Compare it with the invoice. {ASK} Or enter it by hand.",
        page=INVOICES,
    ),
    Rule(
        CREDITED_TOO_MUCH,
        "InvoiceLine/Quantity/Amount, InvoiceLine/NetLineTotal",
        OURS,
        "It credits no more of the invoice’s line than other credit notes have left of it.",
        f"Compare it with the invoice and its other credit notes. {ASK}",
        page=INVOICES,
    ),
    Rule(
        NO_YEAR,
        "the ledger",
        OURS,
        "The order’s financial year is open, or another one is.",
        "Add the financial year under Set-up: the document then comes in by itself.",
        page=("add-financial-year", "Add a financial year"),
    ),
    Rule(
        NO_CODING,
        "InvoiceLine",
        GIVEN,
        "Fund, ledger code and cost centre are the order’s line’s, in the year that it is booked in; those of post and "
        "packing are the supplier’s, or the establishment’s.",
        "Link and open the three in that year, or say how post and packing is coded; then try again.",
        page=ESTABLISHMENT,
    ),
)


def judge(bill: Bill, ledger: Ledger) -> tuple[Refused | None, list[str]]:
    """Ask the rules, up to the first that refuses the document; with it what is to be told of the document."""
    notes: list[str] = []
    for rule in RULES:
        for found in rule.ask(bill, ledger) if rule.ask else ():
            if isinstance(found, Refused):
                return found, [*notes, *bill.notes]
            notes.append(found)
    return None, [*notes, *bill.notes]


def rule_of(code: str) -> Rule[Bill] | None:
    """The rule of this code; None for what documents wait by beside these."""
    return next((rule for rule in RULES if rule.code == code), None)
