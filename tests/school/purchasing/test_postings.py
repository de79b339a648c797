"""Exports of postings: exact to the penny, each invoice once, the same file whenever it is asked for."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.school.purchasing.booked import an_invoice_of
from tests.school.purchasing.ordering import an_order

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.filestore import NoSpace
from schoolgate.school.purchasing import store
from schoolgate.school.purchasing.invoicing.entries import entries_of
from schoolgate.school.purchasing.invoicing.posting import COLUMNS, PostingRefused, export, read
from schoolgate.school.purchasing.models import (
    Coding,
    CostCentre,
    FinancialYear,
    Fund,
    Invoice,
    InvoiceState,
    LedgerCode,
    Posting,
    Supplier,
    VatCode,
    VatSum,
)

pytestmark = pytest.mark.usefixtures("home")

SignedIn = Callable[[User], Client]


@pytest.fixture
def payer(db: None, head: User) -> User:
    """Authorises invoices for payment."""
    head.purchasing.pays_to = Decimal(1000)
    head.purchasing.save()
    return head


@pytest.fixture
def invoice(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], payer: User) -> Invoice:
    """Two lines with standard VAT: £26.00 net, £5.20 VAT; authorised by Head."""
    order = an_order(supplier, codings[0], vat["S"])
    rows = ("Exercise books", "13.50", codings[0], vat["S"]), ("Pens", "12.50", codings[1], vat["S"])
    return an_invoice_of(supplier, *rows, order=order, authorised_by=payer)


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def sums(rows: list[dict[str, str]]) -> tuple[Decimal, ...]:
    return tuple(sum((Decimal(row[name]) for row in rows), Decimal(0)) for name in ("net", "VAT", "gross"))


def test_an_export_has_a_row_for_each_line_of_what_is_authorised(invoice: Invoice, payer: User) -> None:
    made = export(by=payer)
    assert made is not None
    content = read(made)
    assert content.startswith(b"run,kind,supplier,")
    assert content.count(b"\r\n") == 3
    books, pens = rows_of(content)
    assert list(books) == list(COLUMNS)
    told = ["run", "kind", "supplier", "account number", "invoice number", "order number", "date", "description"]
    assert [books[name] for name in told] == [
        *("1", "Invoice", "Beacon Supplies", "A-1001", "SI-9001", "PO-1001", "2026-11-20", "Exercise books"),
    ]
    codes = ["fund", "ledger code", "cost centre", "VAT code", "VAT rate", "net", "VAT", "gross", "currency"]
    assert [pens[name] for name in codes] == ["01", "E19", "SCI", "S", "20", "12.50", "2.50", "15.00", "GBP"]
    assert (pens["authorised by"], pens["id"], pens["note"]) == ("head", f"{invoice.pk}-2", "")


def test_a_credit_note_counts_against_what_is_invoiced(
    invoice: Invoice, supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], payer: User
) -> None:
    an_invoice_of(supplier, ("Pens", "2.50", codings[1], vat["S"]), number="CN-1", kind=Invoice.Kind.CREDIT_NOTE)
    made = export(by=payer)
    assert made is not None
    credit = next(row for row in rows_of(read(made)) if row["kind"] == "Credit note")
    assert (credit["net"], credit["VAT"], credit["gross"]) == ("-2.50", "-0.50", "-3.00")
    assert (made.net, made.vat, made.gross) == (Decimal("23.50"), Decimal("4.70"), Decimal("28.20"))


def test_nothing_has_no_sign_on_a_credit_note_either(
    supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], payer: User
) -> None:
    an_invoice_of(supplier, ("Books", "2.50", codings[1], vat["Z"]), number="CN-1", kind=Invoice.Kind.CREDIT_NOTE)
    made = export(by=payer)
    assert made is not None
    (row,) = rows_of(read(made))
    assert (row["net"], row["VAT"], row["gross"]) == ("-2.50", "0.00", "-2.50")


def test_an_invoice_is_exported_once(invoice: Invoice, payer: User) -> None:
    first = export(by=payer)
    invoice.refresh_from_db()
    assert (invoice.state, invoice.posting, invoice.version) == (InvoiceState.POSTED, first, 2)
    assert export(by=payer) is None
    assert Posting.objects.count() == 1


def test_what_is_not_authorised_for_payment_is_left_out(invoice: Invoice, payer: User) -> None:
    Invoice.objects.update(state=InvoiceState.UNAUTHORISED)
    assert export(by=payer) is None


def test_exports_are_counted_and_stand_in_the_audit_of_each_invoice(invoice: Invoice, payer: User) -> None:
    export(by=payer)
    Invoice.objects.update(state=InvoiceState.AUTHORISED, posting=None)
    second = export(by=payer)
    assert second is not None
    assert second.number == 2
    told = AuditEntry.objects.about(f"invoice {invoice.pk}").filter(did="invoice exported")
    assert sorted(entry.details for entry in told) == ["export 1", "export 2"]


def test_a_penny_of_vat_beside_the_lines_goes_on_the_largest_line_of_its_code_and_says_so(invoice: Invoice) -> None:
    invoice.vat_sums.update(vat=Decimal("5.21"))
    invoice.vat, invoice.gross = Decimal("5.21"), Decimal("31.21")
    books, pens = entries_of(invoice)
    assert (books.vat, books.gross, pens.vat) == (Decimal("2.71"), Decimal("16.21"), Decimal("2.50"))
    assert books.note == "VAT 0.01 more than the line's: the document's VAT of S stands"


def test_what_a_document_has_beside_its_lines_has_a_row_of_its_own(invoice: Invoice) -> None:
    invoice.net, invoice.gross = Decimal("30.00"), Decimal("35.20")
    *_, beside = entries_of(invoice)
    assert (beside.description, beside.net, beside.vat, beside.gross) == (
        *("Beside the lines", Decimal(4), Decimal(0), Decimal(4)),
    )
    assert (str(beside.coding), beside.number) == ("01 / E19 / ENG", 0)


def test_vat_of_codes_that_no_line_has_stays_at_its_code(invoice: Invoice, vat: dict[str, VatCode]) -> None:
    reduced = VatCode.objects.create(code="R", name="Reduced", rate=Decimal(5), sent_as="R")
    higher = VatCode.objects.create(code="H", name="Higher", rate=Decimal(25), sent_as="H")
    for code, amount in ((vat["Z"], "0.00"), (reduced, "0.50"), (higher, "2.50")):
        VatSum.objects.create(invoice=invoice, vat_code=code, net=0, vat=Decimal(amount), reckoned=0)
    Invoice.objects.update(net=Decimal("46.00"), vat=Decimal("8.20"), gross=Decimal("54.20"))
    entries = entries_of(Invoice.objects.get())
    assert [(one.number, one.vat_code.code, one.net, one.vat, one.gross) for one in entries[2:]] == [
        (0, "H", Decimal("20.00"), Decimal("2.50"), Decimal("22.50")),
        (3, "R", Decimal(0), Decimal("0.50"), Decimal("0.50")),
    ]
    assert sum(one.gross for one in entries) == Decimal("54.20")


def test_a_total_that_is_more_than_net_and_vat_stands_on_a_row_that_says_so(invoice: Invoice) -> None:
    invoice.gross = Decimal("31.30")
    *_, beside = entries_of(invoice)
    assert (beside.net, beside.vat, beside.gross) == (Decimal(0), Decimal(0), Decimal("0.10"))
    assert "its total is 0.10 more than its net and VAT" in beside.note


def test_no_text_of_a_file_is_run_by_a_spreadsheet(invoice: Invoice, supplier: Supplier, payer: User) -> None:
    supplier.name = "@SUM(1)"
    supplier.save()
    invoice.lines.filter(number=1).update(description='=HYPERLINK("http://x","y")')
    invoice.lines.filter(number=2).update(description="-1+1")
    Invoice.objects.update(number="+44")
    made = export(by=payer)
    assert made is not None
    cells = [cell for row in rows_of(read(made)) for cell in row.values()]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []
    assert '\'=HYPERLINK("http://x","y")' in cells


@pytest.mark.parametrize("begins", ["\n=", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_no_text_is_run_behind_a_new_line_or_in_wide_letters(invoice: Invoice, payer: User, begins: str) -> None:
    invoice.lines.filter(number=1).update(description=f"{begins}1+1")
    made = export(by=payer)
    assert made is not None
    assert rows_of(read(made))[0]["description"] == f"'{begins}1+1"


def test_the_file_is_the_same_whenever_it_is_asked_for(invoice: Invoice, supplier: Supplier, payer: User) -> None:
    made = export(by=payer)
    assert made is not None
    before = read(made)
    supplier.name = "Renamed"
    supplier.save()
    assert read(made) == before


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda path: path.unlink(), "is not among this site's files any more"),
        (lambda path: path.write_bytes(path.read_bytes()[:-9]), "is damaged"),
        (lambda path: path.write_bytes(b"nonsense"), "is damaged"),
    ],
    ids=["lost", "cut short", "overwritten"],
)
def test_a_file_that_cannot_be_read_says_so_on_the_page(
    invoice: Invoice, payer: User, signed_in: SignedIn, harm: Callable[[Any], None], says: str
) -> None:
    made = export(by=payer)
    assert made is not None
    harm(store.documents().path(made.sha256))
    page = signed_in(payer).get(reverse("posting-file", args=[made.pk]), follow=True)
    assert f"The file of export 1 {says}".replace("'", "&#x27;") in page.content.decode()


def test_a_full_disk_exports_nothing_and_says_so(
    invoice: Invoice, payer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(content: bytes) -> Any:
        raise NoSpace

    monkeypatch.setattr(store, "keep", full)
    with pytest.raises(PostingRefused, match=r"Nothing was exported\. There is no space left"):
        export(by=payer)
    invoice.refresh_from_db()
    assert invoice.state == InvoiceState.AUTHORISED
    assert not Posting.objects.exists()


def test_a_sweep_leaves_the_files_of_exports(invoice: Invoice, payer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    made = export(by=payer)
    assert made is not None
    monkeypatch.setattr(store, "KEPT_WITHOUT_A_ROW", -store.KEPT_WITHOUT_A_ROW)
    store.sweep()
    assert read(made)


def test_the_page_lists_what_waits_and_the_exports_before(
    invoice: Invoice, payer: User, looker: User, signed_in: SignedIn
) -> None:
    browser = signed_in(payer)
    page = browser.get(reverse("purchasing-postings")).content.decode()
    assert "1 waits to be exported" in page
    assert "01 / E19 / ENG, 01 / E19 / SCI" in page
    page = browser.post(reverse("export-postings"), follow=True).content.decode()
    assert "Export 1 was made, £31.20 gross." in page
    assert "Nothing authorised since the last export." in page
    made = Posting.objects.get()
    again = browser.get(reverse("posting-file", args=[made.pk]))
    assert again.content == read(made)
    assert again["Content-Disposition"] == 'attachment; filename="postings-0001.csv"'


def test_who_may_only_look_is_offered_no_export_and_no_file(
    invoice: Invoice, payer: User, looker: User, signed_in: SignedIn
) -> None:
    export(by=payer)
    Invoice.objects.update(state=InvoiceState.AUTHORISED, posting=None)
    page = signed_in(looker).get(reverse("purchasing-postings")).content.decode()
    assert "Export for CSV" not in page
    assert "/file/" not in page
    assert signed_in(looker).post(reverse("export-postings")).status_code == 403


def test_to_export_nothing_is_told(payer: User, signed_in: SignedIn) -> None:
    page = signed_in(payer).post(reverse("export-postings"), follow=True).content.decode()
    assert "Nothing authorised since the last export: nothing was exported." in page


class AnyInvoice(TestCase):
    """Whatever a document says of its sums, its rows say the same."""

    def setUp(self) -> None:
        year = FinancialYear.objects.create(name="2026-27", first_day="2026-04-01", last_day="2027-03-31")
        self.supplier = Supplier.objects.create(name="Beacon Supplies")
        self.coding = Coding.objects.create(
            year=year,
            fund=Fund.objects.create(year=year, code="01", name="Delegated budget"),
            ledger_code=LedgerCode.objects.create(year=year, code="E19", name="Learning resources"),
            cost_centre=CostCentre.objects.create(year=year, code="ENG", name="English"),
        )
        self.vat_codes = [
            VatCode.objects.create(code=code, name=code, rate=Decimal(rate)) for code, rate in (("S", "20"), ("L", "5"))
        ]

    pence = st.integers(min_value=1, max_value=1_000_000).map(lambda number: Decimal(number) / 100)
    beside = st.integers(min_value=-300, max_value=300).map(lambda number: Decimal(number) / 100)

    @given(
        lines=st.lists(st.tuples(pence, st.booleans()), min_size=1, max_size=6),
        vat=beside,
        net=beside,
        total=beside,
        credit=st.booleans(),
    )
    def test_the_rows_of_an_invoice_sum_up_to_its_own_net_vat_and_total(
        self, lines: list[tuple[Decimal, bool]], vat: Decimal, net: Decimal, total: Decimal, credit: bool
    ) -> None:
        kind = Invoice.Kind.CREDIT_NOTE if credit else Invoice.Kind.INVOICE
        rows = [("Goods", str(amount), self.coding, self.vat_codes[low]) for amount, low in lines]
        invoice = an_invoice_of(self.supplier, *rows, kind=kind)
        one = invoice.vat_sums.first()
        assert one is not None
        one.vat += vat
        one.save()
        invoice.net, invoice.vat, invoice.gross = (
            invoice.net + net,
            invoice.vat + vat,
            invoice.gross + net + vat + total,
        )
        found = entries_of(invoice)
        for name in ("net", "vat", "gross"):
            assert sum(getattr(entry, name) for entry in found) == invoice.sign * getattr(invoice, name)
