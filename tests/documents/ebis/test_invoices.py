from datetime import date

import pytest
from hypothesis import given
from tests.documents.ebis.made import BUYER, an_order
from tests.documents.ebis.strategies import invoices

from schoolgate.documents.ebis.invoices import Invoice, read_invoice, write_invoice
from schoolgate.documents.ebis.lines import Discount
from schoolgate.documents.ebis.nodes import parse
from schoolgate.documents.ebis.ordered import invoice_from_order
from schoolgate.documents.ebis.parties import Party
from schoolgate.documents.ebis.schema import SCHEMAS


@given(invoice=invoices)
def test_an_invoice_written_reads_back_the_same(invoice: Invoice) -> None:
    assert read_invoice(write_invoice(invoice)) == invoice


@given(invoice=invoices)
def test_every_invoice_written_is_valid(invoice: Invoice) -> None:
    validator = SCHEMAS["invoice"].validator()
    assert validator.validate(parse(write_invoice(invoice))), validator.error_log


def test_the_invoice_goes_to_the_buyer_where_nothing_else_is_said() -> None:
    invoice = invoice_from_order(an_order(), "SI-9001", date(2026, 12, 1))
    assert invoice.invoice_to is None
    assert read_invoice(write_invoice(invoice)).invoice_to == Party(BUYER.name)


@pytest.mark.parametrize(("code", "credit"), [("CRN", True), ("crn", True), ("INV", False), ("", False)])
def test_a_credit_note_is_known_by_its_type_in_any_case(code: str, credit: bool) -> None:
    text = f'<Invoice><InvoiceHead><InvoiceType Code="{code}"/></InvoiceHead></Invoice>'
    assert read_invoice(text).is_credit_note is credit


@pytest.mark.parametrize(
    ("flag", "test"),
    [
        ("<TestFlag/>", False),
        ('<TestFlag Mode="1"/>', True),
        ('<TestFlag Mode="0"/>', False),
        ('<TestFlag><Test Mode="true"/></TestFlag>', True),
        ('<TestFlag><Test Mode="FALSE"/></TestFlag>', False),
        ('<TestFlag><Test Mode="0"/><Test Mode="1"/></TestFlag>', True),
    ],
)
def test_a_test_is_flagged_in_either_place(flag: str, test: bool) -> None:
    assert read_invoice(f"<Invoice><InvoiceHead>{flag}</InvoiceHead></Invoice>").test is test


@pytest.mark.parametrize("discount", [Discount(terms="lpi"), Discount(kind="LPI")])
def test_a_charge_for_late_payment_is_no_discount(discount: Discount) -> None:
    assert discount.is_late_payment_charge


def test_the_line_total_of_an_invoice_is_not_read() -> None:
    text = "<Invoice><InvoiceLine><LineTotal>5</LineTotal></InvoiceLine></Invoice>"
    assert read_invoice(text).lines[0].gross is None
