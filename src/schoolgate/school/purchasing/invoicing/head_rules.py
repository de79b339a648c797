"""Rules on the head of an invoice or credit note: that it is one, is meant, and states what the ledger keeps of it."""

from collections.abc import Iterator

from schoolgate.documents.ebis.baskets import MOST_GROSS
from schoolgate.documents.ebis.invoices import CREDIT_NOTE, INVOICE
from schoolgate.documents.ebis.nodes import local_name
from schoolgate.documents.problems import count_text, quoted
from schoolgate.school.purchasing.baskets import Place, Refused
from schoolgate.school.purchasing.head_rules import Found
from schoolgate.school.purchasing.invoicing.reading import Bill
from schoolgate.school.purchasing.ledger import Ledger
from schoolgate.school.purchasing.models import BOOKED, Invoice

ALREADY_BOOKED = "already-booked"

NO_TEST = ("0", "false")
LONGEST_NUMBER = Invoice._meta.get_field("number").max_length or 0  # noqa: SLF001  documented API of Django


def schema(bill: Bill, _: Ledger) -> Iterator[Found]:
    if bill.against_schema:
        first, more = bill.against_schema[0], len(bill.against_schema) - 1
        others = f" The schema has {count_text(more, 'more finding', 'more findings')}." if more else ""
        yield Refused(
            "schema",
            f"The document is not as the eBIS-XML 3.09 schema has it: {first.message}{others}",
            found=first.sent,
            expected=first.allowed,
            path=first.path,
            line=first.line or None,
        )


def flagged(bill: Bill, _: Ledger) -> Iterator[Found]:
    """The seed has the Mode on the flag itself, the schema on its children: it is looked for in both places."""
    flag = bill.place("InvoiceHead", "TestFlag")
    if flag.missing:
        return
    for element in (flag.at, *(child for child in flag.at if local_name(child) == "Test")):
        at = Place(element, attribute="Mode")
        if "Mode" in element.attrib and at.text.lower() not in NO_TEST:
            yield Refused(
                "test-flag",
                f"The document’s test flag is set ({quoted(at.text[:40])}): it is a test, and charges nothing.",
                found=at.text,
                expected="no test flag, or one of 0 or false",
                path=at.path,
                line=at.line,
            )


def invoice_type(bill: Bill, _: Ledger) -> Iterator[Found]:
    if bill.invoice.kind.upper() not in (INVOICE, CREDIT_NOTE):
        at = bill.place("InvoiceHead", "InvoiceType", "@Code")
        yield Refused(
            "invoice-type",
            f"The document’s type is {quoted(at.text[:40])}; the ledger takes invoices (INV) and credit notes (CRN)."
            if at.text
            else "The document does not say whether it is an invoice (INV) or a credit note (CRN).",
            found=at.text,
            expected="INV or CRN",
            path=at.path,
            line=at.line,
        )


def codelist(bill: Bill, _: Ledger) -> Iterator[Found]:
    theirs = bill.invoice.codelist
    if not theirs:
        yield "The type’s Codelist is not given: it was taken as BASDA, the list’s default."
    elif theirs.upper() != "BASDA":
        at = bill.place("InvoiceHead", "InvoiceType", "@Codelist")
        said = f"The document’s type is of the list {quoted(theirs[:40])}; only BASDA’s list is taken."
        yield Refused("codelist", said, found=theirs, expected="BASDA", path=at.path, line=at.line)


def number(bill: Bill, _: Ledger) -> Iterator[Found]:
    at = bill.place("InvoiceReferences", "SuppliersInvoiceNumber")
    if not at.text:
        said = f"The {bill.word} has no number."
    elif len(at.text) > LONGEST_NUMBER:
        said = f"The number of the {bill.word} has {len(at.text):,} characters."
    else:
        return
    expected = f"1 to {LONGEST_NUMBER} characters"
    yield Refused("number", said, found=at.text, expected=expected, path=at.path, line=at.line)


def already_booked(bill: Bill, ledger: Ledger) -> Iterator[Found]:
    """The same number of the same supplier, by whatever way it came into the ledger."""
    kind = Invoice.Kind.CREDIT_NOTE if bill.invoice.is_credit_note else Invoice.Kind.INVOICE
    booked = Invoice.objects.filter(
        supplier=ledger.supplier, kind=kind, number__iexact=bill.invoice.number, state__in=BOOKED
    ).first()
    if booked is not None:
        at = bill.place("InvoiceReferences", "SuppliersInvoiceNumber")
        said = f"{booked.title} of {ledger.supplier} is in the ledger already, dated {booked.dated:%d %b %Y}."
        yield Refused(
            ALREADY_BOOKED,
            said,
            found=bill.invoice.number,
            expected="a number that is not booked yet",
            path=at.path,
            line=at.line,
        )


def dated(bill: Bill, _: Ledger) -> Iterator[Found]:
    if bill.invoice.date is None:
        at = bill.place("InvoiceDate")
        said = f"The {bill.word} has no date that can be read."
        yield Refused("date", said, found=at.text, expected="a date, YYYY-MM-DD", path=at.path, line=at.line)


def currency(bill: Bill, ledger: Ledger) -> Iterator[Found]:
    """Orders are in the ledger’s currency, and it is assumed that their invoices are (seed)."""
    theirs = bill.invoice.currency
    if theirs != ledger.currency:
        at = bill.place("InvoiceHead", "InvoiceCurrency", "Currency", "@Code")
        yield Refused(
            "currency",
            f"The {bill.word} is in {quoted(theirs[:40])}; orders are in {ledger.currency}."
            if theirs
            else f"The {bill.word} does not say in which currency its amounts are.",
            found=theirs,
            expected=ledger.currency,
            path=at.path,
            line=at.line,
        )


def total(bill: Bill, _: Ledger) -> Iterator[Found]:
    totals = bill.invoice.totals
    for name, what, amount, needed in (
        ("GrossPaymentTotal", "total", totals.gross, True),
        ("LineValueTotal", "total without VAT", totals.value, False),
        ("FreightCharges", "freight", totals.freight, False),
        ("MiscCharges", "other charges", totals.charges, False),
        ("SettlementDiscountTotal", "settlement discount", totals.settlement_discount, False),
    ):
        at = bill.place("InvoiceTotal", name)
        if amount is None:
            if not needed:
                continue
            said = f"The {bill.word} has no {what}."
        elif not 0 <= amount <= MOST_GROSS:
            said = (
                f"The {bill.word} has a {what} of {at.text[:40]}; amounts are never below nothing, a credit’s neither."
            )
        else:
            continue
        expected = f"from 0 to {MOST_GROSS:,}"
        yield Refused("total", said, found=at.text, expected=expected, path=at.path, line=at.line)
