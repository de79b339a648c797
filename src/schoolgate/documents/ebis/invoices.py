"""Invoices and credit notes: one schema, told apart by InvoiceType (reference 6, 9.3).

A credit note's amounts are positive.
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from schoolgate.documents.ebis.elements import document, element, value
from schoolgate.documents.ebis.heads import (
    checksum_of,
    currency_element,
    head_elements,
    incomplete,
    must_have,
    read_currency,
)
from schoolgate.documents.ebis.lines import (
    Discount,
    Line,
    Tax,
    discount_elements,
    line_element,
    read_discounts,
    read_line,
    read_tax,
    tax_element,
)
from schoolgate.documents.ebis.money import NOTHING, money_text
from schoolgate.documents.ebis.nodes import Node, Source, ValuesUnreadable, read_root
from schoolgate.documents.ebis.parties import (
    NO_DELIVERY,
    Delivery,
    Party,
    day_text,
    delivery_element,
    party_element,
    read_delivery,
    read_party,
)
from schoolgate.documents.ebis.schema import INVOICE_NAMESPACE
from schoolgate.documents.problems import Problem

INVOICE, CREDIT_NOTE = "INV", "CRN"
"""Types of invoice that FMS takes (reference 7.4)."""


@dataclass(frozen=True, slots=True)
class TaxSubTotal:
    """The sums at one rate of tax: ``value`` of the lines without tax, ``taxable`` that less settlement discount."""

    tax: Tax
    lines: int | None = None
    value: Decimal | None = None
    settlement_discount: Decimal | None = None
    taxable: Decimal | None = None
    tax_value: Decimal | None = None
    net: Decimal | None = None
    """To pay when the settlement discount is taken."""
    gross: Decimal | None = None
    currency: str = "GBP"


@dataclass(frozen=True, slots=True)
class InvoiceTotals:
    """InvoiceTotal: ``value`` of all lines without tax, ``net`` and ``gross`` to pay with and without the discount."""

    lines: int | None = None
    rates: int | None = None
    value: Decimal | None = None
    freight: Decimal | None = None
    charges: Decimal | None = None
    settlement_discount: Decimal | None = None
    taxable: Decimal | None = None
    tax: Decimal | None = None
    net: Decimal | None = None
    gross: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice or credit note as read or to be written. Text is empty and amounts are None where there is none.

    ``number`` is the supplier's, ``order_number`` the school's, ``reference`` the supplier's for the order (its
    basket's), ``credits`` the number of the invoice that a credit note is for (ResponseTo). ``test`` says that a test
    flag is set: such a document is no business.
    """

    number: str
    date: dt.date | None
    supplier: Party
    buyer: Party
    lines: tuple[Line, ...]
    tax_subtotals: tuple[TaxSubTotal, ...] = ()
    totals: InvoiceTotals = InvoiceTotals()
    kind: str = INVOICE
    codelist: str = "BASDA"
    function: str = "FII"
    currency: str = "GBP"
    language: str = "en"
    version: str = "3.09"
    order_number: str = ""
    reference: str = ""
    credits: str = ""
    delivery_note: str = ""
    contract: str = ""
    cost_centre: str = ""
    ledger_code: str = ""
    tax_point: dt.date | None = None
    order_date: dt.date | None = None
    invoice_to: Party | None = None
    """Written as the buyer, by name alone, where there is none: the schema demands it."""
    delivery: Delivery = NO_DELIVERY
    discounts: tuple[Discount, ...] = ()
    notes: tuple[str, ...] = ()
    test: bool = False
    checksum: int | None = field(default=None, compare=False)
    """As the document states it; a written invoice carries what is reckoned."""

    @property
    def is_credit_note(self) -> bool:
        """Whether the type is CRN, in any case (reference 9.3)."""
        return self.kind.upper() == CREDIT_NOTE


def read_invoice(data: Source) -> Invoice:
    """Read an invoice or credit note of any 3.x version, leniently as ``read_order`` does, and raising the same."""
    invoice, faults = read_invoice_with_faults(data)
    if faults:
        raise ValuesUnreadable(faults)
    return invoice


def read_invoice_with_faults(data: Source) -> tuple[Invoice, list[Problem]]:
    """Read as ``read_invoice`` does; a value that cannot be read is a fault and counts as absent.

    Raises DocumentError as ``nodes.read_root`` does.
    """
    root, faults = read_root(data, "Invoice")
    head, references = root.child("InvoiceHead"), root.child("InvoiceReferences")
    kind = head.child("InvoiceType")
    invoice = Invoice(
        number=references.text("SuppliersInvoiceNumber"),
        date=root.day("InvoiceDate"),
        supplier=read_party(root.child("Supplier"), "Supplier"),
        buyer=read_party(root.child("Buyer"), "Buyer"),
        lines=tuple(read_line(line, "Invoice") for line in root.every("InvoiceLine")),
        tax_subtotals=tuple(_read_subtotal(found) for found in root.every("TaxSubTotal")),
        totals=_read_totals(root.child("InvoiceTotal")),
        kind=kind.attribute("Code"),
        codelist=kind.attribute("Codelist"),
        function=head.child("Function").attribute("Code"),
        currency=read_currency(head.child("InvoiceCurrency")),
        language=head.child("Parameters").text("Language"),
        version=head.child("Schema").text("Version"),
        order_number=references.text("BuyersOrderNumber"),
        reference=references.text("SuppliersOrderReference"),
        credits=references.text("ResponseTo"),
        delivery_note=references.text("DeliveryNoteNumber"),
        contract=references.text("ContractOrderReference"),
        cost_centre=references.text("CostCentre"),
        ledger_code=references.text("GeneralLedgerCode"),
        tax_point=root.day("TaxPointDate"),
        order_date=root.day("OriginalOrderDate"),
        invoice_to=read_party(root.child("InvoiceTo"), "InvoiceTo") if root.child("InvoiceTo") else None,
        delivery=read_delivery(root.child("Delivery")),
        discounts=read_discounts(root),
        notes=root.texts("Narrative"),
        test=_is_test(head.child("TestFlag")),
        checksum=head.whole("Checksum"),
    )
    return invoice, faults


def write_invoice(invoice: Invoice) -> bytes:
    """Write an invoice or credit note: UTF-8, valid against the 3.09 schema, parts without a value left out.

    The checksum is reckoned. Raises DocumentError: ``incomplete`` without a number, date, line, tax sub total or name
    of a party, ``character-not-allowed``.
    """
    if invoice.date is None:
        raise incomplete("a date")
    if not invoice.number:
        raise incomplete("a number")
    if not invoice.tax_subtotals:
        raise incomplete("a tax sub total")
    must_have(invoice.language, invoice.currency, invoice.supplier, invoice.buyer, invoice.lines)
    root = element(
        "Invoice",
        _head(invoice, invoice.date),
        element(
            "InvoiceReferences",
            value("ContractOrderReference", invoice.contract),
            value("CostCentre", invoice.cost_centre),
            value("BuyersOrderNumber", invoice.order_number),
            value("GeneralLedgerCode", invoice.ledger_code),
            value("SuppliersInvoiceNumber", invoice.number),
            value("DeliveryNoteNumber", invoice.delivery_note),
            value("SuppliersOrderReference", invoice.reference),
            value("ResponseTo", invoice.credits),
        ),
        value("InvoiceDate", day_text(invoice.date)),
        value("OriginalOrderDate", day_text(invoice.order_date)),
        value("TaxPointDate", day_text(invoice.tax_point)),
        party_element(invoice.supplier, "Supplier"),
        party_element(invoice.buyer, "Buyer"),
        delivery_element(invoice.delivery),
        party_element(invoice.invoice_to or Party(invoice.buyer.name), "InvoiceTo"),
        *(line_element(line, "Invoice") for line in invoice.lines),
        *discount_elements(invoice.discounts),
        *(value("Narrative", note) for note in invoice.notes),
        *(_subtotal_element(subtotal) for subtotal in invoice.tax_subtotals),
        _totals_element(invoice.totals),
        xmlns=INVOICE_NAMESPACE,
    )
    return document(root)


def _head(invoice: Invoice, day: dt.date) -> str:
    total = invoice.totals.value
    if total is None:
        total = sum((line.net or NOTHING for line in invoice.lines), NOTHING)
    return element(
        "InvoiceHead",
        *head_elements(invoice.version, invoice.language),
        element("TestFlag", value("Test", "", Mode="true")) if invoice.test else "",
        value("InvoiceType", "", Code=invoice.kind, Codelist=invoice.codelist),
        value("Function", "", Code=invoice.function),
        currency_element("InvoiceCurrency", invoice.currency),
        value("Checksum", str(checksum_of(day, invoice.lines, total))),
    )


def _is_test(flag: Node) -> bool:
    """Whether ``Mode`` says yes, on the flag as the seed has it or on its child as the schema has it (9.3)."""
    modes = [flag.attribute("Mode"), *(test.attribute("Mode") for test in flag.every("Test"))]
    return any(mode.lower() not in ("", "0", "false") for mode in modes)


def _read_subtotal(node: Node) -> TaxSubTotal:
    return TaxSubTotal(
        tax=read_tax(node),
        lines=node.whole("NumberOfLinesAtRate"),
        value=node.decimal("TotalValueAtRate"),
        settlement_discount=node.decimal("SettlementDiscountAtRate"),
        taxable=node.decimal("TaxableValueAtRate"),
        tax_value=node.decimal("TaxAtRate"),
        net=node.decimal("NetPaymentAtRate"),
        gross=node.decimal("GrossPaymentAtRate"),
        currency=read_currency(node.child("TaxCurrency")),
    )


def _subtotal_element(subtotal: TaxSubTotal) -> str:
    return element(
        "TaxSubTotal",
        tax_element(subtotal.tax, "Invoice") if subtotal.tax.rate is not None else "",
        _required("NumberOfLinesAtRate", "" if subtotal.lines is None else str(subtotal.lines)),
        _required("TotalValueAtRate", money_text(subtotal.value)),
        value("SettlementDiscountAtRate", money_text(subtotal.settlement_discount)),
        _required("TaxableValueAtRate", money_text(subtotal.taxable)),
        _required("TaxAtRate", money_text(subtotal.tax_value)),
        _required("NetPaymentAtRate", money_text(subtotal.net)),
        _required("GrossPaymentAtRate", money_text(subtotal.gross)),
        currency_element("TaxCurrency", subtotal.currency),
    )


def _read_totals(node: Node) -> InvoiceTotals:
    return InvoiceTotals(
        lines=node.whole("NumberOfLines"),
        rates=node.whole("NumberOfTaxRates"),
        value=node.decimal("LineValueTotal"),
        freight=node.decimal("FreightCharges"),
        charges=node.decimal("MiscCharges"),
        settlement_discount=node.decimal("SettlementDiscountTotal"),
        taxable=node.decimal("TaxableTotal"),
        tax=node.decimal("TaxTotal"),
        net=node.decimal("NetPaymentTotal"),
        gross=node.decimal("GrossPaymentTotal"),
    )


def _totals_element(totals: InvoiceTotals) -> str:
    return element(
        "InvoiceTotal",
        _required("NumberOfLines", "" if totals.lines is None else str(totals.lines)),
        _required("NumberOfTaxRates", "" if totals.rates is None else str(totals.rates)),
        _required("LineValueTotal", money_text(totals.value)),
        value("FreightCharges", money_text(totals.freight)),
        value("MiscCharges", money_text(totals.charges)),
        value("SettlementDiscountTotal", money_text(totals.settlement_discount)),
        _required("TaxableTotal", money_text(totals.taxable)),
        _required("TaxTotal", money_text(totals.tax)),
        _required("NetPaymentTotal", money_text(totals.net)),
        _required("GrossPaymentTotal", money_text(totals.gross)),
    )


def _required(name: str, text: str) -> str:
    """An element that the schema demands even where it is empty."""
    return value(name, text) or f"<{name}/>"
