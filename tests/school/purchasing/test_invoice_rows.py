"""Reference 9.3, row by row: each test's name has its row."""

from dataclasses import dataclass
from datetime import date

import pytest
from tests.school.purchasing.billing_documents import a_bill, a_credit_bill, billed, changed, line, why_it_waits
from tests.school.purchasing.conftest import SCHOOL_DUNS
from tests.school.purchasing.ordering import an_order

from schoolgate.school.purchasing import establishment
from schoolgate.school.purchasing.baskets import UNREADABLE, Refused
from schoolgate.school.purchasing.invoicing.rules import RULES
from schoolgate.school.purchasing.models import Coding, Invoice, Order, OrderState, Supplier, VatCode

pytestmark = pytest.mark.usefixtures("order")

Changes = tuple[tuple[str, str | None], ...]


@pytest.fixture
def order(codings: list[Coding], vat: dict[str, VatCode], supplier: Supplier) -> Order:
    """One that was sent: three exercise books, ten pens."""
    return an_order(supplier, codings[0], vat["S"], state=OrderState.SENT)


@dataclass(frozen=True)
class Row:
    """A row of 9.3, what is changed in an invoice that is right, and the rule that it waits by; "" is booked."""

    row: str
    changes: Changes
    rule: str = ""
    found: str = ""
    expected: str = ""
    note: str = ""
    """A part of what is told beside it."""
    path: str = ""


HEAD, LINE, RATE, TOTAL = "InvoiceHead", "InvoiceLine[2]", "TaxSubTotal", "InvoiceTotal"
FLAG = f"{HEAD}/TestFlag/@Mode"
TYPE = f"{HEAD}/InvoiceType"
NUMBER = "InvoiceReferences/SuppliersInvoiceNumber"
ORDER_NUMBER = "InvoiceReferences/BuyersOrderNumber"
LINE_NUMBER = "InvoiceLineReferences/OrderLineNumber"

ROWS = (
    Row("the document, as it is", ()),
    Row("InvoiceHead/InvoiceType/@Code, any case", ((f"{TYPE}/@Code", "inv"),)),
    Row("InvoiceHead/InvoiceType/@Code, another", ((f"{TYPE}/@Code", "PFI"),), "invoice-type", "PFI", "INV or CRN"),
    Row("InvoiceHead/InvoiceType/@Code, absent", ((f"{TYPE}/@Code", None),), "invoice-type", "", "INV or CRN"),
    Row("InvoiceHead/InvoiceType/@Codelist, any case", ((f"{TYPE}/@Codelist", "basda"),)),
    Row("InvoiceHead/InvoiceType/@Codelist, absent", ((f"{TYPE}/@Codelist", None),), note="taken as BASDA"),
    Row("InvoiceHead/InvoiceType/@Codelist, another", ((f"{TYPE}/@Codelist", "OWN"),), "codelist", "OWN", "BASDA"),
    Row(
        "Supplier/SupplierReferences/DUNS, absent",
        (("Supplier/SupplierReferences/DUNS", None),),
        "supplier-duns-missing",
        path="/Invoice/Supplier/SupplierReferences/DUNS",
    ),
    Row(
        "Supplier/SupplierReferences/DUNS, unknown",
        (("Supplier/SupplierReferences/DUNS", "999999999"),),
        "supplier-unknown",
        "999999999",
    ),
    Row("Buyer/BuyerReferences/DUNS, absent", (("Buyer/BuyerReferences/DUNS", None),), "buyer-duns-missing"),
    Row(
        "Buyer/BuyerReferences/DUNS, another school’s",
        (("Buyer/BuyerReferences/DUNS", "888888888"),),
        "buyer-duns",
        "888888888",
        SCHOOL_DUNS,
    ),
    Row("InvoiceReferences/SuppliersInvoiceNumber, empty", ((NUMBER, ""),), "number"),
    Row("InvoiceReferences/SuppliersInvoiceNumber, too long", ((NUMBER, "x" * 101),), "number", "x" * 101),
    Row("InvoiceReferences/BuyersOrderNumber, any case", ((ORDER_NUMBER, "po-1001"),)),
    Row("InvoiceReferences/BuyersOrderNumber, absent", ((ORDER_NUMBER, None),), "no-order"),
    Row("InvoiceReferences/BuyersOrderNumber, unknown", ((ORDER_NUMBER, "PO-9"),), "order-unknown", "PO-9"),
    Row("InvoiceReferences/ResponseTo, on an invoice", (("InvoiceReferences/ResponseTo", "SI-1"),)),
    Row("InvoiceDate, in words", (("InvoiceDate", "today"),), "schema", "today", path="/Invoice/InvoiceDate"),
    Row(
        "InvoiceLine/InvoiceLineReferences/OrderLineNumber, not there",
        ((f"{LINE}/{LINE_NUMBER}", "7"),),
        "line-unknown",
        "7",
        "one of the lines 1, 2",
        path=f"/Invoice/{LINE}/{LINE_NUMBER}",
    ),
    Row(
        "InvoiceLine/InvoiceLineReferences/OrderLineNumber, no number",
        ((f"{LINE}/{LINE_NUMBER}", "B"),),
        "line-unknown",
        "B",
    ),
    Row(
        "InvoiceLine/Quantity/Amount, absent: net by price",
        ((f"{LINE}/Quantity", None),),
        note="Line 2 has no quantity: 10 is its net divided by its price.",
    ),
    Row(
        "InvoiceLine/Quantity/Amount, absent and net by price not whole",
        ((f"{LINE}/Quantity", None), (f"{LINE}/Price/UnitPrice", "1.30")),
        "quantity",
    ),
    Row("InvoiceLine/Quantity/Amount, below 0", ((f"{LINE}/Quantity/Amount", "-10"),), "quantity", "-10"),
    Row("InvoiceLine/Price/UnitPrice, absent", ((f"{LINE}/Price", None),)),
    Row("InvoiceLine/Price/UnitPrice, below 0", ((f"{LINE}/Price/UnitPrice", "-1.25"),), "price", "-1.25"),
    Row("InvoiceLine/LineTax/TaxRate, no code here", ((f"{LINE}/LineTax/TaxRate", "17.5"),), "vat-rate", "S 17.5 %"),
    Row("InvoiceLine/LineTax, absent", ((f"{LINE}/LineTax", None),)),
    Row("InvoiceLine/NetLineTotal, absent", ((f"{LINE}/NetLineTotal", None),), "net-total"),
    Row("InvoiceLine/NetLineTotal, below 0", ((f"{LINE}/NetLineTotal", "-12.50"),), "net-total", "-12.50"),
    Row("TaxSubTotal/TaxRate, no code here", ((f"{RATE}/TaxRate", "17.5"),), "vat-rate", "S 17.5 %"),
    Row("TaxSubTotal/TaxRate, absent", ((f"{RATE}/TaxRate", None),)),
    Row("TaxSubTotal/TaxAtRate, empty", ((f"{RATE}/TaxAtRate", ""),), "vat-sum"),
    Row("TaxSubTotal/TaxAtRate, below 0", ((f"{RATE}/TaxAtRate", "-5.20"),), "vat-sum", "-5.20"),
    Row("InvoiceTotal/GrossPaymentTotal, empty", ((f"{TOTAL}/GrossPaymentTotal", ""),), "total"),
    Row("InvoiceTotal/GrossPaymentTotal, below 0", ((f"{TOTAL}/GrossPaymentTotal", "-31.20"),), "total", "-31.20"),
    Row(
        "InvoiceHead/InvoiceCurrency, another",
        ((f"{HEAD}/InvoiceCurrency/Currency/@Code", "EUR"),),
        "currency",
        "EUR",
        "GBP",
    ),
    Row("Checksum, stale: not validated", ((f"{HEAD}/Checksum", "1"),), note="The checksum is 1"),
    Row("Checksum, of 3.10: absent", ((f"{HEAD}/Checksum", None), (f"{HEAD}/Schema/Version", "3.10"))),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.row)
def test_each_row_of_the_reference(row: Row) -> None:
    outcome, document = billed(changed(a_bill(), *row.changes))
    if not row.rule:
        assert isinstance(outcome, Invoice), outcome
        assert any(row.note in note for note in document.notes) or not row.note, document.notes
        return
    assert isinstance(outcome, Refused), outcome
    assert (outcome.rule, outcome.found) == (row.rule, row.found), outcome
    assert row.expected in outcome.expected
    assert row.path in outcome.path
    assert outcome.said.endswith(".")
    assert not Invoice.objects.exists()


def with_flag(flag: str) -> bytes:
    return a_bill().replace(b"<InvoiceType", flag.encode() + b"<InvoiceType")


@pytest.mark.parametrize(
    "flag",
    [
        '<TestFlag Mode="0"/>',
        '<TestFlag Mode="FALSE"/>',
        '<TestFlag><Test Mode="0"/></TestFlag>',
        '<TestFlag><Test Mode="false"/></TestFlag>',
        "<TestFlag/>",
    ],
)
def test_test_flag_that_is_0_or_false_passes_in_both_places(flag: str) -> None:
    assert isinstance(billed(with_flag(flag))[0], Invoice)


@pytest.mark.parametrize(
    ("flag", "path"),
    [
        ('<TestFlag Mode="1"/>', "/Invoice/InvoiceHead/TestFlag/@Mode"),
        ('<TestFlag Mode=""/>', "/Invoice/InvoiceHead/TestFlag/@Mode"),
        ('<TestFlag><Test Mode="true"/></TestFlag>', "/Invoice/InvoiceHead/TestFlag/Test/@Mode"),
        ('<TestFlag><Test Mode="yes"/></TestFlag>', "/Invoice/InvoiceHead/TestFlag/Test/@Mode"),
    ],
)
def test_test_flag_that_is_anything_else_waits_in_both_places(flag: str, path: str) -> None:
    refused = why_it_waits(with_flag(flag))
    assert (refused.rule, refused.path) == ("test-flag", path)


@pytest.mark.parametrize(
    "extensions",
    [
        '<Extensions><Kind xmlns="urn:fms">INV</Kind></Extensions>',
        '<Extensions><Kind xmlns="">INV</Kind></Extensions>',
        "<Extensions><Kind>INV</Kind></Extensions>",
        "<Extensions/>",
    ],
)
def test_extensions_are_read_leniently_in_any_namespace(extensions: str) -> None:
    raw = a_bill().replace(b"</InvoiceReferences>", b"</InvoiceReferences>" + extensions.encode())
    assert isinstance(billed(raw)[0], Invoice)


def test_attachments_of_3_10_do_no_harm() -> None:
    attachment = b"<Attachment><FileName>a.pdf</FileName><AttachmentData>YQ==</AttachmentData></Attachment>"
    raw = a_bill().replace(b"</Invoice>", attachment + b"</Invoice>")
    raw = raw.replace(b"</InvoiceLine>", attachment + b"</InvoiceLine>")
    assert isinstance(billed(raw)[0], Invoice)


def test_every_finding_of_the_schema_waits_with_the_first_ones_line_and_reason() -> None:
    raw = changed(a_bill(), ("InvoiceDate", "soon"), ("Buyer/Surname", "Smith"))
    refused = why_it_waits(raw)
    assert (refused.rule, refused.found, refused.path) == ("schema", "soon", "/Invoice/InvoiceDate")
    assert refused.line is not None
    assert "1 more finding" in refused.said


def test_price_units_that_are_no_whole_number_wait() -> None:
    refused = why_it_waits(a_bill(line(1, 3, "4.50", of=1, price_units="box")))
    assert (refused.rule, refused.found) == ("price", "box")


def test_a_tax_point_date_that_is_no_date_counts_as_absent_and_is_told() -> None:
    raw = a_bill(tax_point=date(2026, 11, 27)).replace(b"Date>2026-11-27</TaxPoint", b"Date>on receipt</TaxPoint")
    outcome, document = billed(raw)
    assert isinstance(outcome, Invoice), outcome
    assert outcome.tax_point is None
    assert any("TaxPointDate" in note for note in document.notes)


@pytest.mark.parametrize("raw", ["", "<Invoice", "<Order/>", "no document at all"])
def test_what_is_no_invoice_waits_as_unreadable(raw: str) -> None:
    assert why_it_waits(raw).rule == UNREADABLE


def test_a_buyers_duns_that_lacks_waits_whatever_the_setting_for_baskets_is() -> None:
    establishment.BUYER_DUNS_MAY_LACK.set(True, by=None)
    assert why_it_waits(changed(a_bill(), ("Buyer/BuyerReferences/DUNS", None))).rule == "buyer-duns-missing"


def test_a_closed_suppliers_invoice_waits(supplier: Supplier) -> None:
    Supplier.objects.filter(pk=supplier.pk).update(open=False)
    assert why_it_waits(a_bill()).rule == "supplier-closed"


@pytest.mark.parametrize("number", ["SI-9001", "si-9001"])
def test_a_number_that_is_booked_already_waits_also_one_that_was_entered_by_hand(order: Order, number: str) -> None:
    Invoice.objects.create(number=number, supplier=order.supplier, year=order.year, dated=order.dated)
    refused = why_it_waits(a_bill())
    assert (refused.rule, refused.found) == ("already-booked", "SI-9001")


def test_a_number_is_free_again_once_its_invoice_is_discarded_and_for_the_other_kind(order: Order) -> None:
    head = {"number": "SI-9001", "supplier": order.supplier, "year": order.year, "dated": order.dated}
    Invoice.objects.create(**head, state="discarded")
    Invoice.objects.create(**head, kind="creditnote")
    assert isinstance(billed(a_bill())[0], Invoice)


def test_invoice_type_crn_is_a_credit_note_whatever_the_doc_id_says(order: Order) -> None:
    assert isinstance(billed(a_bill())[0], Invoice)
    outcome, _ = billed(changed(a_credit_bill(), (f"{TYPE}/@Code", "crn")), kind="invoice")
    assert isinstance(outcome, Invoice)
    assert (outcome.kind, outcome.is_credit_note) == ("creditnote", True)


def test_each_rule_has_a_code_of_its_own_and_ends_in_sentences() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert all(rule.next.endswith(".") and rule.demands.endswith(".") for rule in RULES)
